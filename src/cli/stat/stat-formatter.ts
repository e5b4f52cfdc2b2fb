import type { Nanoseconds } from '../../base/units';
import type { StatResult } from '../../counts/stat-result';
import type { IntervalTable, IntervalTableOptions } from '../../report/interval-table';
import type { RowSource, RowView } from '../../report/stat-rows';
import type { Sink } from '../console';
import type { StatOptions } from './stat-options';

/** Results as text, in one of the formats. */
export interface StatFormatter {
  /** An interval that ended at that time after the start. */
  tick(source: RowSource, at: Nanoseconds): string;
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
      const csv = { ...view, separator: format.separator };
      return {
        tick: (source, interval) => statCsv(source, { ...csv, interval }),
        result: (result) => statCsv(result, csv),
        summary: (result) => statCsv(result, format.summaryPrefix ? { ...csv, interval: 'summary' } : csv),
        notes: () => '',
      };
    }
    case 'json': {
      const { statJson } = await import('../../report/stat-json');
      return {
        tick: (source, interval) => statJson(source, { ...view, interval }),
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
        tick: (source, at) => intervals?.lines(source, at) ?? '',
        result: (result) => statTable(result, table),
        summary: (result) => statTable(result, table),
        notes: (result) => statTableNotes(result, page),
      };
    }
  }
}

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
    tick: (source, at) => {
      ticks += 1;
      return only(source, at, ticks === 1 || clears(options, sink));
    },
    result: (result) => only(result, undefined, true),
    summary: (result) => only(result, csvSummary ? 'summary' : undefined, false),
    notes: () => '',
  };
}

async function intervalTable(options: Omit<IntervalTableOptions, 'isListed'>): Promise<IntervalTable> {
  const { IntervalTable } = await import('../../report/interval-table');
  return new IntervalTable({ ...options, isListed: ({ count }) => count.status !== 'not supported' });
}
