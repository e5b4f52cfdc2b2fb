/** A cache with the operations its counters tell apart. */
interface CacheType {
  readonly id: number;
  readonly names: readonly string[];
  /** Of `operations`, by position. */
  readonly counts: readonly number[];
}

/**
 * PERF_TYPE_HW_CACHE: `type[-operation][-result]`, e.g. `L1-dcache-load-misses`.
 * Source: enum perf_hw_cache_id in include/uapi/linux/perf_event.h; names and which operations a cache has:
 * tools/perf/util/evsel.c, Linux 6.17.
 */
const types: readonly CacheType[] = [
  { id: 0, names: ['L1-dcache', 'l1-d', 'l1d', 'L1-data'], counts: [0, 1, 2] },
  { id: 1, names: ['L1-icache', 'l1-i', 'l1i', 'L1-instruction'], counts: [0, 2] },
  { id: 2, names: ['LLC', 'L2'], counts: [0, 1, 2] },
  { id: 3, names: ['dTLB', 'd-tlb', 'Data-TLB'], counts: [0, 1, 2] },
  { id: 4, names: ['iTLB', 'i-tlb', 'Instruction-TLB'], counts: [0] },
  { id: 5, names: ['branch', 'branches', 'bpu', 'btb', 'bpc'], counts: [0] },
  { id: 6, names: ['node'], counts: [0, 1, 2] },
];

const operations: readonly (readonly string[])[] = [
  ['load', 'loads', 'read'],
  ['store', 'stores', 'write'],
  ['prefetch', 'prefetches', 'speculative-read', 'speculative-load'],
];

const results: readonly (readonly string[])[] = [
  ['refs', 'Reference', 'ops', 'access'],
  ['misses', 'miss'],
];

/** What a cache name means; `counted` is false for an operation that no PMU counts on that cache. */
export interface CacheEvent {
  readonly config: bigint;
  readonly counted: boolean;
}

let table: Map<string, CacheEvent> | undefined;

/** The event of that name; undefined when it is no cache event. Without operation: loads; without result: accesses. */
export function cacheEvent(name: string): CacheEvent | undefined {
  table ??= allNames();
  return table.get(name);
}

/** The name of each cache event as `list` shows it: `L1-dcache-loads`, `L1-dcache-load-misses`. */
export function listedCacheEvents(): string[] {
  return types.flatMap(({ names: [type], counts }) =>
    counts.flatMap((operation) => {
      const [one, many] = operations[operation] ?? [];
      return [`${type}-${many}`, `${type}-${one}-misses`];
    }),
  );
}

/** Every spelling of the caches themselves, which alone mean their loads. */
export const cacheTypeNames = (): string[] => types.flatMap(({ names }) => [...names]);

/** Every spelling, some 3,000: a table is quicker to trust than a parser of names that contain their separator. */
function allNames(): Map<string, CacheEvent> {
  const names = new Map<string, CacheEvent>();
  for (const type of types) {
    for (const [suffix, operation, result] of suffixes()) {
      const config = BigInt(type.id | (operation << 8) | (result << 16));
      const event = { config, counted: type.counts.includes(operation) };
      for (const name of type.names) names.set(name + suffix, event);
    }
  }
  return names;
}

/** Every ending with its operation and result. Either may stand alone, and they may stand in either order. */
function suffixes(): [suffix: string, operation: number, result: number][] {
  const found: [string, number, number][] = [['', 0, 0]];
  for (const [operation, operationNames] of operations.entries()) {
    for (const o of operationNames) {
      found.push([`-${o}`, operation, 0]);
      for (const [result, resultNames] of results.entries()) {
        for (const r of resultNames) found.push([`-${o}-${r}`, operation, result], [`-${r}-${o}`, operation, result]);
      }
    }
  }
  for (const [result, resultNames] of results.entries()) {
    for (const r of resultNames) found.push([`-${r}`, 0, result]);
  }
  return found;
}
