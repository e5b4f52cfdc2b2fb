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

let suffixes: Map<string, Suffix> | undefined;

/** The event of that name; undefined when it is no cache event. Without operation: loads; without result: accesses. */
export function cacheEvent(name: string): CacheEvent | undefined {
  for (const type of types) {
    for (const own of type.names) {
      if (name !== own && !name.startsWith(`${own}-`)) continue;
      suffixes ??= allSuffixes();
      const suffix = suffixes.get(name.slice(own.length));
      if (suffix) return eventOf(type, suffix);
    }
  }
  return undefined;
}

const eventOf = ({ id, counts }: CacheType, { operation, result }: Suffix): CacheEvent => ({
  config: BigInt(id | (operation << 8) | (result << 16)),
  counted: counts.includes(operation),
});

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

/** What stands behind the name of a cache, by position in `operations` and `results`. */
interface Suffix {
  readonly operation: number;
  readonly result: number;
}

/** By ending: either may stand alone, and they may stand in either order. A table is quicker to trust than a parser. */
function allSuffixes(): Map<string, Suffix> {
  const found = new Map<string, Suffix>([['', { operation: 0, result: 0 }]]);
  for (const [operation, operationNames] of operations.entries()) {
    for (const o of operationNames) {
      found.set(`-${o}`, { operation, result: 0 });
      for (const [result, resultNames] of results.entries()) {
        for (const r of resultNames) {
          found.set(`-${o}-${r}`, { operation, result });
          found.set(`-${r}-${o}`, { operation, result });
        }
      }
    }
  }
  for (const [result, resultNames] of results.entries()) {
    for (const r of resultNames) found.set(`-${r}`, { operation: 0, result });
  }
  return found;
}
