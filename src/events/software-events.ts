import { SoftwareId } from '../abi/perf-event';
import type { CatalogueEntry } from './hardware-events';

/** PERF_TYPE_SOFTWARE. Source: include/uapi/linux/perf_event.h; names: tools/perf/util/parse-events.c, Linux 6.1. */
export const softwareEvents: readonly CatalogueEntry[] = [
  {
    name: 'cpu-clock',
    aliases: [],
    id: SoftwareId.cpuClock,
    description: 'time that passed on the CPUs, in msec',
  },
  {
    name: 'task-clock',
    aliases: [],
    id: SoftwareId.taskClock,
    description: 'time that the tasks ran, in msec',
  },
  {
    name: 'page-faults',
    aliases: ['faults'],
    id: SoftwareId.pageFaults,
    description: 'page faults, minor and major',
  },
  {
    name: 'context-switches',
    aliases: ['cs'],
    id: SoftwareId.contextSwitches,
    description: 'context switches; happen in the kernel, so :u counts none',
  },
  {
    name: 'cpu-migrations',
    aliases: ['migrations'],
    id: SoftwareId.cpuMigrations,
    description: 'times a task moved to another CPU',
  },
  {
    name: 'minor-faults',
    aliases: [],
    id: SoftwareId.minorFaults,
    description: 'page faults that needed no I/O',
  },
  {
    name: 'major-faults',
    aliases: [],
    id: SoftwareId.majorFaults,
    description: 'page faults that needed I/O',
  },
  {
    name: 'alignment-faults',
    aliases: [],
    id: SoftwareId.alignmentFaults,
    description: 'unaligned accesses that the kernel had to mend; never on x86',
  },
  {
    name: 'emulation-faults',
    aliases: [],
    id: SoftwareId.emulationFaults,
    description: 'instructions that the kernel had to emulate',
  },
  {
    name: 'dummy',
    aliases: [],
    id: SoftwareId.dummy,
    description: 'counts nothing; carries side-band records',
  },
  {
    name: 'bpf-output',
    aliases: [],
    id: SoftwareId.bpfOutput,
    description: 'samples that BPF programs write',
  },
  {
    name: 'cgroup-switches',
    aliases: [],
    id: SoftwareId.cgroupSwitches,
    description: 'context switches to a task of another cgroup',
  },
];

/** The two software events that count nanoseconds. */
export const isClock = (id: number): boolean => id === SoftwareId.cpuClock || id === SoftwareId.taskClock;
