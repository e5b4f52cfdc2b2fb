import { HardwareId } from '../abi/perf-event';

/** An event with a number of its own in the kernel's ABI. */
export interface CatalogueEntry {
  /** The name `list` shows. */
  readonly name: string;
  /** Other names for the same event. */
  readonly aliases: readonly string[];
  /** The attr's config. */
  readonly id: number;
  readonly description: string;
}

/** PERF_TYPE_HARDWARE. Source: include/uapi/linux/perf_event.h; names: tools/perf/util/parse-events.c, Linux 6.17. */
export const hardwareEvents: readonly CatalogueEntry[] = [
  {
    name: 'cycles',
    aliases: ['cpu-cycles'],
    id: HardwareId.cpuCycles,
    description: 'CPU cycles, at whatever frequency it runs',
  },
  {
    name: 'instructions',
    aliases: [],
    id: HardwareId.instructions,
    description: 'instructions retired',
  },
  {
    name: 'cache-references',
    aliases: [],
    id: HardwareId.cacheReferences,
    description: 'cache accesses, usually of the last level',
  },
  {
    name: 'cache-misses',
    aliases: [],
    id: HardwareId.cacheMisses,
    description: 'cache misses, usually of the last level',
  },
  {
    name: 'branches',
    aliases: ['branch-instructions'],
    id: HardwareId.branchInstructions,
    description: 'branch instructions retired',
  },
  {
    name: 'branch-misses',
    aliases: [],
    id: HardwareId.branchMisses,
    description: 'mispredicted branches',
  },
  {
    name: 'bus-cycles',
    aliases: [],
    id: HardwareId.busCycles,
    description: 'bus cycles',
  },
  {
    name: 'stalled-cycles-frontend',
    aliases: ['idle-cycles-frontend'],
    id: HardwareId.stalledCyclesFrontend,
    description: 'cycles in which no instruction was ready to issue',
  },
  {
    name: 'stalled-cycles-backend',
    aliases: ['idle-cycles-backend'],
    id: HardwareId.stalledCyclesBackend,
    description: 'cycles in which an instruction waited for a unit or for memory',
  },
  {
    name: 'ref-cycles',
    aliases: [],
    id: HardwareId.refCpuCycles,
    description: 'CPU cycles at a constant rate, whatever the frequency',
  },
];
