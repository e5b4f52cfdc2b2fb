import type { Nanoseconds } from '../../base/units';
import type { StatResult } from '../../counts/stat-result';
import type { Tick } from '../../counts/tick';
import type { IntervalTable, IntervalTableOptions } from '../../report/interval-table';
import type { RowSource, RowView, StatRow } from '../../report/stat-rows';
import type { Sink } from '../console';
import type { StatOptions } from './stat-options';

/** Results as text, in one of the formats. */
export interface StatFormatter {
  /** An interval. */
  tick(tick: Tick, subject: StatResult['subject']): string;
  /** A whole result. */
  result(result: StatResult): string;
  /** A whole result behind intervals. */
  summary(result: StatResult): string;
  /** What must be known to read the intervals right, where no summary follows them. */
  notes(result: StatResult): string;
}

/** Loads only the report that is asked for: colours and tables cost a tenth of the start-up. */
export async function loadFormatter(options: StatOptions, sink: Sink, view: RowView): Promise<StatFormatter> {
  const { format } = options;
  if (options.metricOnly) return await metricsFormatter(options, sink, view);
  switch (format.kind) {
    case 'csv': {
      const { statCsv } = await import('../../report/stat-csv');
      const { CsvIntervals } = await import('../../report/csv-intervals');
      const csv = { ...view, separator: format.separator };
      const intervals = new CsvIntervals(csv);
      return {
        tick: (tick, subject) => intervals.lines(tick, subject),
        result: (result) => statCsv(result, csv),
        summary: (result) => statCsv(result, format.summaryPrefix ? { ...csv, interval: 'summary' } : csv),
        notes: () => '',
      };
    }
    case 'json': {
      const { statJson } = await import('../../report/stat-json');
      return {
        tick: (tick, subject) => statJson(sourceOf(tick, subject), { ...view, interval: tick.at }),
        result: (result) => statJson(result, view),
        summary: (result) => statJson(result, view),
        notes: () => '',
      };
    }
    case 'table': {
      const { statTable, statTableNotes } = await import('../../report/stat-table');
      const { verbose, run } = options;
      const page = { color: sink.hasColor, width: sink.width };
      const table = { ...view, ...page, verbose, runs: run.table };
      const intervals = run.intervals
        ? await intervalTable({ ...view, ...page, cleared: clears(options, sink) })
        : undefined;
      return {
        tick: (tick, subject) => intervals?.lines(sourceOf(tick, subject), tick.at) ?? '',
        result: (result) => statTable(result, table),
        summary: (result) => statTable(result, table),
        notes: (result) => statTableNotes(result, page),
      };
    }
  }
}

const sourceOf = ({ counts, elapsed }: Tick, subject: StatResult['subject']): RowSource => ({
  subject,
  counts,
  elapsed,
});

/** Whether each interval has the terminal to itself. */
export const clears = ({ run }: StatOptions, sink: Sink): boolean => (run.intervals?.clear ?? false) && sink.isTerminal;

async function metricsFormatter(options: StatOptions, sink: Sink, view: RowView): Promise<StatFormatter> {
  const { format } = options;
  const { MetricColumns, metricsOnly } = await import('../../report/metric-only');
  const csvSummary = format.kind !== 'csv' || format.summaryPrefix;
  const columns = new MetricColumns();
  let ticks = 0;
  const only = (source: RowSource, interval: Nanoseconds | 'summary' | undefined, heads: boolean): string =>
    metricsOnly(source, { ...view, format, heads, columns, ...(interval === undefined ? {} : { interval }) });
  return {
    tick: (tick, subject) => {
      ticks += 1;
      return only(sourceOf(tick, subject), tick.at, ticks === 1 || clears(options, sink));
    },
    result: (result) => only(result, undefined, true),
    summary: (result) => only(result, csvSummary ? 'summary' : undefined, false),
    notes: () => '',
  };
}

async function intervalTable(options: Omit<IntervalTableOptions, 'isListed'>): Promise<IntervalTable> {
  const { IntervalTable } = await import('../../report/interval-table');
  const { unasked } = options;
  const isListed = ({ event, count }: StatRow) => count.status !== 'not supported' || !unasked?.has(event);
  return new IntervalTable({ ...options, isListed });
}
