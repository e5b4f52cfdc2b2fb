import { addCounts, noCounts } from '../abi/counts';
import { inQuadrature } from './estimate-error';
import type { Count, EventCount } from './event-count';

/**
 * Adds up the counts of events that one text stands for (`uncore_imc/…/` on each of its PMUs): they are shown as one,
 * in the place of the first. `mergedInto` counts positions in `counts`.
 */
export function mergedCounts(counts: readonly EventCount[]): EventCount[] {
  if (counts.every(({ event }) => event.mergedInto === undefined)) return [...counts];
  return counts.flatMap((count, index) => {
    const { mergedInto } = count.event;
    if (mergedInto === undefined) return [count];
    if (mergedInto !== index) return [];
    return [
      sum(
        count,
        counts.filter(({ event }) => event.mergedInto === index),
      ),
    ];
  });
}

function sum({ event }: EventCount, parts: readonly EventCount[]): EventCount {
  return {
    event,
    total: addUp(parts.map(({ total }) => total)),
    perCpu: sumByKey(parts.map(({ perCpu }) => perCpu)),
    perThread: sumByKey(parts.map(({ perThread }) => perThread)),
  };
}

function sumByKey<Key extends number>(parts: readonly ReadonlyMap<Key, Count>[]): Map<Key, Count> {
  const sums = new Map<Key, Count>();
  for (const [key, count] of parts.flatMap((part) => [...part])) {
    const known = sums.get(key);
    sums.set(key, known ? addUp([known, count]) : count);
  }
  return new Map([...sums].sort(([a], [b]) => a - b));
}

/** A sum that lacks a part would look like the whole: it is counted only if every part is. */
function addUp(counts: readonly Count[]): Count {
  const status = (['not supported', 'not counted'] as const).find((one) =>
    counts.some((count) => count.status === one),
  );
  let [value, raw] = [0n, noCounts];
  for (const count of counts) {
    value += count.value;
    raw = addCounts(raw, count.raw);
  }
  const error = inQuadrature(counts.map((count) => (count.error === undefined ? undefined : count.error ** 2n)));
  return { status: status ?? 'counted', value, raw, ...(error === undefined ? {} : { error }) };
}
