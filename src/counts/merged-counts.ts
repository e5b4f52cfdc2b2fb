import { addCounts, noCounts } from '../abi/counts';
import type { Cpu } from '../base/units';
import type { Count, EventCount } from './event-count';

/**
 * Adds up the counts of events that one text stands for (`uncore_imc/…/` on each of its PMUs): they are shown as one,
 * in the place of the first. `mergedInto` counts positions in `counts`.
 */
export function mergedCounts(counts: readonly EventCount[]): EventCount[] {
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
  const perCpu = new Map<Cpu, Count>();
  for (const part of parts) {
    for (const [cpu, count] of part.perCpu) {
      const known = perCpu.get(cpu);
      perCpu.set(cpu, known ? addUp([known, count]) : count);
    }
  }
  return {
    event,
    total: addUp(parts.map(({ total }) => total)),
    perCpu: new Map([...perCpu].sort(([a], [b]) => a - b)),
  };
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
  return { status: status ?? 'counted', value, raw };
}
