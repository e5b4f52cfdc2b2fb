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
    const group = groups.get(position.identity) ?? { position, cpus: [] };
    group.position = lower(group.position, position);
    group.cpus.push(cpu);
    groups.set(position.identity, group);
  }
  const sorted = [...groups.values()].sort((a, b) => compare(a.position.order, b.position.order));
  return sorted.map((group) => ({ label: group.position.label, cpus: CpuMask.of(group.cpus) }));
}

/** The unit that a CPU is in. */
interface Position {
  /** Equal for all CPUs of the unit. */
  readonly identity: string;
  /** What units are sorted by. */
  readonly order: readonly number[];
  readonly label: string;
}

const positionAt = (order: readonly number[], label: string): Position => ({ identity: order.join(), order, label });

function positionOf(topology: Topology, cpu: Cpu, unit: TopologyUnit): Position {
  const { socket, die, cluster, core, node } = topology.place(cpu);
  const onDie = `S${socket}-D${die}`;
  switch (unit) {
    case 'socket':
      return positionAt([socket], `S${socket}`);
    case 'die':
      return positionAt([socket, die], onDie);
    case 'cluster':
      return positionAt([socket, die, cluster], `${onDie}-CLS${cluster}`);
    case 'core':
      return positionAt([socket, die, cluster, core], `${onDie}-C${core}`);
    case 'node':
      return positionAt([node], `N${node}`);
    default: {
      const cache = findCache(topology.caches(cpu), Number(unit.slice('cache'.length)));
      return cachePosition([socket, die], onDie, cache);
    }
  }
}

/** `level` 0 means the last one there is. Data sorts before Instruction; both have the same CPUs. */
function findCache(caches: readonly CpuCache[], level: number): CpuCache | undefined {
  const wanted = level === 0 ? caches.at(-1)?.level : level;
  return caches.find((cache) => cache.level === wanted);
}

/**
 * perf numbers a cache by the first CPU that uses it. That CPU may go offline between two looks, so where there is an
 * id, that is what tells caches apart, and the lowest first CPU that was seen makes the label.
 */
function cachePosition(place: readonly number[], prefix: string, cache: CpuCache | undefined): Position {
  const [level, first] = [cache?.level ?? -1, cache?.shared.first ?? -1];
  const identity = cache?.id === undefined ? `first ${first}` : `id ${cache.id}`;
  return {
    identity: [...place, level, identity].join(),
    order: [...place, level, first],
    label: `${prefix}-L${level}-ID${first}`,
  };
}

const lower = (a: Position, b: Position): Position => (compare(b.order, a.order) < 0 ? b : a);

function compare(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((n, i) => n !== b[i]);
  return (a[different] ?? 0) - (b[different] ?? 0);
}
