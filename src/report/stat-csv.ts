import { visible } from '../base/safe-text';
import type { Nanoseconds } from '../base/units';
import type { Metric } from '../counts/metric';
import { relativeError, sampleOf } from '../counts/sample';
import { perfSeconds } from './numbers';
import {
  inUnit,
  type RowPart,
  type RowSource,
  type RowView,
  runningPercent,
  type StatRow,
  statRows,
} from './stat-rows';

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
  for (const row of statRows(source, view)) text += lines(row, lead, separator);
  return text;
}

/** perf pads both to sixteen characters. */
export const csvLead = (interval: Nanoseconds | 'summary'): string =>
  interval === 'summary' ? 'summary'.padStart(16) : perfSeconds(interval);

/** The row, and a line for each further metric, whose own fields alone are filled in. */
function lines(row: StatRow, lead: string, s: string): string {
  const { part, event, count, metrics } = row;
  const before = part ? `${lead}${csvPart(part, s).join(s)}${s}` : lead;
  const cgroup = event.cgroup ? `${csvText(event.cgroup.name, s)}${s}` : '';
  const variance = count.samples ? `${relativeError(sampleOf(count.samples.map(Number))).toFixed(2)}%${s}` : '';
  const counted = `${csvValue(row)}${s}${event.unit}${s}${visible(event.name)}${s}${cgroup}${variance}`;
  const { timeRunning } = count.raw;
  let text = `${before}${counted}${timeRunning}${s}${percentText(row)}${s}${metricFields(metrics[0], s)}\n`;
  if (metrics.length < 2) return text;
  const blank = s.repeat(5 + (cgroup ? 1 : 0) + (variance ? 1 : 0));
  for (const metric of metrics.slice(1)) text += `${before}${blank}${metricFields(metric, s)}\n`;
  return text;
}

/** Most events are on a counter all the time. */
const percentText = ({ count }: StatRow): string =>
  count.raw.timeRunning === count.raw.timeEnabled ? '100.00' : runningPercent(count).toFixed(2);

const metricFields = (metric: Metric | undefined, s: string): string =>
  metric ? `${metric.value.toFixed(metric.decimals).toLowerCase()}${s}${visible(unitText(metric))}` : s;

/** perf puts the unit of a metric before its name. */
export const unitText = ({ unit, scaleUnit }: Metric): string =>
  scaleUnit === undefined ? unit : `${scaleUnit}  ${unit}`;

/** A name that somebody else chose: with what separates fields shown as escapes, as the format knows no quotes. */
export function csvText(text: string, separator: string): string {
  const shown = visible(text);
  if (separator === '' || !shown.includes(separator)) return shown;
  const escaped = [...separator].map((c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`).join('');
  return shown.replaceAll(separator, escaped);
}

/** What comes before the count: of units, also how many CPUs they have. */
export function csvPart(part: RowPart, separator: string): string[] {
  switch (part.kind) {
    case 'cpu':
      return [`CPU${part.cpu}`];
    case 'unit':
      return [part.label, `${part.cpus}`];
    case 'thread':
      return [`${csvText(part.comm, separator)}-${part.tid}`];
  }
}

/** Two decimals for events whose scale has a fraction, as perf does it; all digits of the count otherwise. */
function csvValue({ event, count }: Pick<StatRow, 'event' | 'count'>): string {
  if (count.status !== 'counted') return `<${count.status}>`;
  if (event.scale === 1) return count.value.toString();
  return inUnit({ event, count }).toFixed(Number.isInteger(event.scale) ? 0 : 2);
}
