import { addCounts, noCounts } from '../abi/counts';
import type { Cpu, Nanoseconds, Tid } from '../base/units';
import type { Aggregation } from '../counts/aggregation';
import { type AskedMetric, askedMetric, standsBehind } from '../counts/asked-metric';
import { inQuadrature } from '../counts/estimate-error';
import type { Count, EventCount } from '../counts/event-count';
import { type Metric, type MetricContext, metricContext, metricOf } from '../counts/metric';
import type { StatResult } from '../counts/stat-result';
import type { ResolvedEvent } from '../events/resolved-event';
import type { TopologyUnit } from '../host/topology-groups';

/** What rows are made from: the result of a run, or of one of its intervals. */
export type RowSource = Pick<StatResult, 'subject' | 'counts' | 'elapsed' | 'counted' | 'runs'>;

/** What counts are divided by for a rate. */
export const rateTime = ({ elapsed, counted }: RowSource): Nanoseconds => counted ?? elapsed;

/** How rows are made. */
export interface RowView {
  readonly aggregation: Aggregation;
  /** Those of `-M`; by default none. */
  readonly metrics?: readonly AskedMetric[];
  /** Events that nobody named: tables do without them where the machine does not have them. */
  readonly unasked?: ReadonlySet<ResolvedEvent>;
}

/** One line of a listing, before it is CSV, JSON or a row of a table. */
export interface StatRow {
  /** What part of the whole it is about; absent for all of it. */
  readonly part?: RowPart;
  readonly event: EventCount['event'];
  /** By name; empty for an event that is in none where others are, absent where none is. */
  readonly cgroup?: string;
  readonly count: Count;
  /** What perf derives from the count, and then the metrics of `-M` that this event is the first one of. */
  readonly metrics: readonly Metric[];
}

/** A part of the machine, or of the tasks that were counted. */
export type RowPart =
  | { readonly kind: 'cpu'; readonly cpu: Cpu }
  | { readonly kind: 'unit'; readonly unit: TopologyUnit; readonly label: string; readonly cpus: number }
  | { readonly kind: 'thread'; readonly tid: Tid; readonly comm: string };

/** The lines of a result in perf's order: by CPU and by thread event after event, by unit unit after unit. */
export function statRows(source: RowSource, { aggregation, metrics = [] }: RowView): StatRow[] {
  const slices = slicesOf({ ...source, metrics }, aggregation);
  const rows: StatRow[] = [];
  if (aggregation.kind === 'unit') {
    for (const slice of slices) for (const count of source.counts) slice.addRow(count, rows);
    return rows;
  }
  for (const count of source.counts) {
    const first = rows.length;
    for (const slice of slices) slice.addRow(count, rows);
    // One by one: a machine may have more threads than a call takes arguments.
    if (aggregation.kind === 'thread') for (const row of rows.splice(first).sort(byValue)) rows.push(row);
  }
  return rows;
}

const byValue = (a: StatRow, b: StatRow): number => Number(b.count.value - a.count.value);

/** The counts of one part, and what may be derived from them. */
class Slice {
  readonly #context: MetricContext;
  readonly #hasCgroups: boolean;

  constructor(
    private readonly source: SliceSource,
    private readonly part: RowPart | undefined,
    private readonly countIn: (count: EventCount) => Count | undefined,
  ) {
    this.#context = metricContext(source.counts, rateTime(source), countIn);
    this.#hasCgroups = source.counts.some((one) => one.event.cgroup);
  }

  /** Adds nothing where the event has no count in this part. */
  addRow(counted: EventCount, rows: StatRow[]): void {
    const count = this.countIn(counted);
    if (!count) return;
    const { event } = counted;
    const own = metricOf(event, count, this.#context);
    const asked = this.askedBehind(event);
    const metrics = own ? [own, ...asked] : asked;
    const row = this.#hasCgroups
      ? { event, cgroup: event.cgroup?.name ?? '', count, metrics }
      : { event, count, metrics };
    rows.push(this.part ? { part: this.part, ...row } : row);
  }

  private askedBehind(event: EventCount['event']): readonly Metric[] {
    const { metrics, counts } = this.source;
    if (metrics.length === 0) return [];
    const all = counts.map((one) => one.event);
    const behind = metrics.filter((metric) => standsBehind(metric, event, all));
    return behind.map((metric) => askedMetric(metric, event, this.#context));
  }
}

interface SliceSource extends RowSource {
  readonly metrics: readonly AskedMetric[];
}

function slicesOf(source: SliceSource, aggregation: Aggregation): Slice[] {
  switch (aggregation.kind) {
    case 'global':
      return [new Slice(source, undefined, ({ total }) => total)];
    case 'cpu': {
      const cpus = countedCpus(source, aggregation.cpus);
      return cpus.map((cpu) => new Slice(source, { kind: 'cpu', cpu }, onlyIn([cpu], cpu === cpus[0])));
    }
    case 'unit': {
      const { unit, groupsOf } = aggregation;
      return groupsOf(countedCpus(source, aggregation.cpus)).map(({ label, cpus }, i) => {
        return new Slice(source, { kind: 'unit', unit, label, cpus: cpus.size }, onlyIn([...cpus], i === 0));
      });
    }
    case 'thread': {
      const { commOf, onlyBusy } = aggregation;
      const counted = [...new Set(source.counts.flatMap(({ perThread }) => [...perThread.keys()]))];
      const tids = counted.length > 0 ? counted : aggregation.tids;
      return tids.map((tid, i) => {
        const part = { kind: 'thread', tid, comm: commOf(tid) } as const;
        return new Slice(source, part, (count) => threadCount(count, tid, i === 0, onlyBusy));
      });
    }
  }
}

/** What is no part's stands with the first one, as perf has it; what is not there, with every one. */
const isWhole = ({ event, total }: EventCount, isFirst: boolean): boolean =>
  total.status === 'not supported' || (event.kind === 'tool' && isFirst);

const onlyIn =
  (cpus: readonly Cpu[], isFirst: boolean) =>
  (count: EventCount): Count | undefined => {
    const parts = cpus.flatMap((cpu) => count.perCpu.get(cpu) ?? []);
    if (parts.length === 0) return isWhole(count, isFirst) ? count.total : undefined;
    return parts.length === 1 ? parts[0] : together(parts);
  };

function threadCount(count: EventCount, tid: Tid, isFirst: boolean, onlyBusy: boolean): Count | undefined {
  const own = count.perThread.get(tid);
  if (own) return onlyBusy && own.value === 0n ? undefined : own;
  // Of all the threads of a machine, one is enough to say that an event is not there.
  return isWhole(count, isFirst) && (isFirst || !onlyBusy) ? count.total : undefined;
}

/** Counted where any part was. */
function together(parts: readonly Count[]): Count {
  let [raw, value, isCounted, squares] = [noCounts, 0n, false, 0n];
  for (const part of parts) {
    raw = addCounts(raw, part.raw);
    value += part.value;
    isCounted ||= part.status === 'counted';
    squares += (part.error ?? 0n) ** 2n;
  }
  const error = inQuadrature(squares === 0n ? [] : [squares]);
  const samples = sumOfSamples(parts);
  const status = isCounted ? 'counted' : 'not counted';
  return { status, value, raw, ...(error === undefined ? {} : { error }), ...(samples ? { samples } : {}) };
}

/** Run by run; undefined where a part lacks a run. One that no run counted adds nothing to any. */
function sumOfSamples(parts: readonly Count[]): bigint[] | undefined {
  const counted = parts.filter(({ status }) => status === 'counted');
  const runs = counted[0]?.samples?.length;
  if (runs === undefined || counted.some(({ samples }) => samples?.length !== runs)) return undefined;
  return Array.from({ length: runs }, (_, run) =>
    counted.reduce((sum, { samples }) => sum + (samples?.[run] ?? 0n), 0n),
  );
}

/**
 * Every CPU that something was counted on, also one that came or went meanwhile.
 * @param others where nothing was opened on any
 */
function countedCpus({ subject, counts }: RowSource, others: readonly Cpu[]): readonly Cpu[] {
  const listed = subject.kind === 'system' || subject.kind === 'cpus' ? [...subject.cpus] : [];
  const counted = counts.flatMap((count) => [...count.perCpu.keys()]);
  const all = [...new Set([...listed, ...counted])].sort((a, b) => a - b);
  return all.length > 0 ? all : others;
}

/** Share of the enabled time that an event was on a counter, in percent; 100 for one that was never enabled. */
export function runningPercent({ raw }: Count): number {
  return raw.timeEnabled > 0n ? (100 * Number(raw.timeRunning)) / Number(raw.timeEnabled) : 100;
}

/** The count in the event's unit: milliseconds for the clocks, the bare count for most. */
export const inUnit = (row: Pick<StatRow, 'count' | 'event'>): number => Number(row.count.value) * row.event.scale;
