import type { Cpu } from '../base/units';
import type { CpuCache } from './cpu-cache';
import { CpuMask } from './cpu-mask';
import type { Topology } from './topology';

/** Units of the machine by which CPUs are put together; `cache3` is the third level, `cache` the last one there is. */
export type TopologyUnit = 'socket' | 'die' | 'cluster' | 'core' | 'node' | 'cache' | `cache${number}`;

/** CPUs of one socket, core, … */
export interface TopologyGroup {
  /** As perf prints it: `S0`, `S0-D0`, `S0-D0-CLS0`, `S0-D0-C1`, `N0`, `S0-D0-L3-ID0`. */
  readonly label: string;
  readonly cpus: CpuMask;
}

/**
 * Puts CPUs together by the unit they belong to, in the order of the units' numbers. Every CPU is in exactly one group;
 * those whose place is unknown share one that is numbered -1.
 *
 * @see tools/perf/util/cpumap.c (aggr_cpu_id__…), tools/perf/util/stat-display.c (print_aggr_id_std)
 */
export function groupCpus(topology: Topology, cpus: Iterable<Cpu>, unit: TopologyUnit): TopologyGroup[] {
  const groups = new Map<string, { position: Position; cpus: Cpu[] }>();
  for (const cpu of cpus) {
    const position = positionOf(topology, cpu, unit);
    const key = position.key.join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { position, cpus: [cpu] });
    else group.cpus.push(cpu);
  }
  const sorted = [...groups.values()].sort((a, b) => compare(a.position.key, b.position.key));
  return sorted.map((group) => ({ label: group.position.label, cpus: CpuMask.of(group.cpus) }));
}

interface Position {
  /** Equal within a group, and what groups are sorted by. */
  readonly key: readonly number[];
  readonly label: string;
}

function positionOf(topology: Topology, cpu: Cpu, unit: TopologyUnit): Position {
  const { socket, die, cluster, core, node } = topology.place(cpu);
  const onDie = `S${socket}-D${die}`;
  switch (unit) {
    case 'socket':
      return { key: [socket], label: `S${socket}` };
    case 'die':
      return { key: [socket, die], label: onDie };
    case 'cluster':
      return { key: [socket, die, cluster], label: `${onDie}-CLS${cluster}` };
    case 'core':
      return { key: [socket, die, cluster, core], label: `${onDie}-C${core}` };
    case 'node':
      return { key: [node], label: `N${node}` };
    default: {
      const { level, id } = cacheOf(topology.caches(cpu), Number(unit.slice('cache'.length)));
      return { key: [socket, die, level, id], label: `${onDie}-L${level}-ID${id}` };
    }
  }
}

/** As in perf, a cache is numbered by the first CPU that uses it. `level` 0 means the last one there is. */
function cacheOf(caches: readonly CpuCache[], level: number): { level: number; id: number } {
  // Within a level, Data sorts before Instruction: both have the same CPUs, so the first one will do.
  const wanted = level === 0 ? caches.at(-1)?.level : level;
  const cache = caches.find((candidate) => candidate.level === wanted);
  return { level: cache?.level ?? -1, id: cache?.shared.first ?? -1 };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((n, i) => n !== b[i]);
  return (a[different] ?? 0) - (b[different] ?? 0);
}
