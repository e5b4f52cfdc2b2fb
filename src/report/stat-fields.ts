import type { Cpu } from '../base/units';
import type { Count, EventCount } from '../counts/event-count';
import { type Metric, metricContext, metricOf } from '../counts/metric';
import type { StatResult } from '../counts/stat-result';

/** One line of perf's machine-readable formats, before it is CSV or JSON. */
export interface StatRow {
  /** Only when counts are listed per CPU. */
  readonly cpu?: Cpu;
  readonly event: EventCount['event'];
  readonly count: Count;
  readonly metric?: Metric;
}

/** The lines of a result: one per event, or with `perCpu` one per event and CPU, in perf's order. */
export function statRows(result: StatResult, perCpu: boolean): StatRow[] {
  if (!perCpu) {
    const context = metricContext(result.counts, result.elapsed);
    return result.counts.map(({ event, total }) => row(event, total, metricOf(event, total, context)));
  }
  const cpus = countedCpus(result);
  const contexts = new Map(cpus.map((cpu) => [cpu, metricContext(result.counts, result.elapsed, cpu)]));
  return result.counts.flatMap(({ event, total, perCpu: counts }) =>
    cpus.flatMap((cpu) => {
      // What is no CPU's stands with the first one, as perf has it.
      const isWhole = total.status === 'not supported' || (event.kind === 'tool' && cpu === cpus[0]);
      const count = counts.get(cpu) ?? (isWhole ? total : undefined);
      const context = contexts.get(cpu);
      return count && context ? [{ cpu, ...row(event, count, metricOf(event, count, context)) }] : [];
    }),
  );
}

const row = (event: StatRow['event'], count: Count, metric: Metric | undefined): StatRow => ({
  event,
  count,
  ...(metric ? { metric } : {}),
});

/** Every CPU that something was counted on, also one that came or went meanwhile. */
const countedCpus = ({ subject, counts }: StatResult): Cpu[] => {
  const listed = subject.kind === 'system' || subject.kind === 'cpus' ? [...subject.cpus] : [];
  const counted = counts.flatMap((count) => [...count.perCpu.keys()]);
  return [...new Set([...listed, ...counted])].sort((a, b) => a - b);
};

/** Share of the enabled time that an event was on a counter, in percent; 100 for one that was never enabled. */
export function runningPercent({ raw }: Count): number {
  return raw.timeEnabled > 0n ? (100 * Number(raw.timeRunning)) / Number(raw.timeEnabled) : 100;
}

/** The count in the event's unit: milliseconds for the clocks, the bare count for most. */
export const inUnit = (row: StatRow): number => Number(row.count.value) * row.event.scale;
