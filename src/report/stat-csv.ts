import type { Nanoseconds } from '../base/units';
import { csvLead, csvNumber, csvPart, eventFields, metricFields } from './csv-fields';
import { type RowSource, type RowView, runningPercent, type StatRow, statRows } from './stat-rows';
import { varianceOf } from './variance';

/** How the lines are written. */
export interface CsvOptions extends RowView {
  readonly separator: string;
  /** The end of the interval that the counts are of, since the start; `summary` for the whole behind intervals. */
  readonly interval?: Nanoseconds | 'summary';
}

/**
 * perf's `-x` format, field for field:
 * `[time,][CPUn,|unit,CPUs,|comm-tid,]value,unit,event,[cgroup,][variance,]time running,percent running,metric value,metric unit`.
 * Source: tools/perf/util/stat-display.c, Linux 6.1, and `man perf-stat`, CSV FORMAT.
 */
export function statCsv(source: RowSource, { separator, interval, ...view }: CsvOptions): string {
  const lead = interval === undefined ? '' : `${csvLead(interval)}${separator}`;
  // In one piece, without lists in between: with short intervals this is most of what syswide does.
  let text = '';
  for (const row of statRows(source, view)) text += lines(row, varianceOf(row.count, source), lead, separator);
  return text;
}

/** The row, and a line for each further metric, whose own fields alone are filled in. */
function lines(row: StatRow, off: string | undefined, lead: string, s: string): string {
  const { part, cgroup, count, metrics } = row;
  const before = part ? `${lead}${csvPart(part, s).join(s)}${s}` : lead;
  const variance = off === undefined ? '' : `${off === 'unknown' ? '' : `${off}%`}${s}`;
  const counted = `${csvValue(row)}${eventFields(row, s)}${variance}${count.raw.timeRunning}${s}${percentText(row)}`;
  let text = `${before}${counted}${s}${metricFields(metrics[0], s)}\n`;
  if (metrics.length < 2) return text;
  const blank = s.repeat(5 + (cgroup === undefined ? 0 : 1) + (variance ? 1 : 0));
  for (const metric of metrics.slice(1)) text += `${before}${blank}${metricFields(metric, s)}\n`;
  return text;
}

/** Most events are on a counter all the time. */
const percentText = ({ count }: StatRow): string =>
  count.raw.timeRunning === count.raw.timeEnabled ? '100.00' : runningPercent(count).toFixed(2);

const csvValue = ({ event, count }: StatRow): string =>
  count.status === 'counted' ? csvNumber(count.value, event) : `<${count.status}>`;
