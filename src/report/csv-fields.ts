import { visible } from '../base/safe-text';
import type { Nanoseconds } from '../base/units';
import type { Metric } from '../counts/metric';
import { perfSeconds } from './numbers';
import type { RowPart, StatRow } from './stat-rows';

/** perf pads both to sixteen characters. */
export const csvLead = (interval: Nanoseconds | 'summary'): string =>
  interval === 'summary' ? 'summary'.padStart(16) : perfSeconds(interval);

/** What is the same in every line of an event: see `eventFields`. */
const fieldsOf = new WeakMap<StatRow['event'], CsvFields>();

interface CsvFields {
  readonly separator: string;
  readonly cgroup: string | undefined;
  readonly text: string;
}

/** Unit, name and cgroup, with what separates them from the fields around them; with short intervals, worked out once. */
export function eventFields({ event, cgroup }: Pick<StatRow, 'event' | 'cgroup'>, separator: string): string {
  const before = fieldsOf.get(event);
  if (before?.separator === separator && before.cgroup === cgroup) return before.text;
  const name = cgroup === undefined ? [] : [csvText(cgroup, separator)];
  const text = ['', event.unit, visible(event.name), ...name, ''].join(separator);
  fieldsOf.set(event, { separator, cgroup, text });
  return text;
}

/** The first metric of a line. */
export const metricFields = (metric: Metric | undefined, s: string): string =>
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
export function csvNumber(value: bigint, { scale }: StatRow['event']): string {
  if (scale === 1) return value.toString();
  return (Number(value) * scale).toFixed(Number.isInteger(scale) ? 0 : 2);
}
