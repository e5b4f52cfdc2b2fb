import { visible } from '../base/safe-text';
import type { Nanoseconds } from '../base/units';
import type { Metric } from '../counts/metric';
import { unitText } from './csv-fields';
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
import { varianceOf } from './variance';

/** How the lines are written. */
export interface JsonOptions extends RowView {
  /** The end of the interval that the counts are of, since the start. */
  readonly interval?: Nanoseconds;
}

/**
 * perf's `-j` format: one object a line, with perf's spelling of keys, spaces and numbers.
 * Source: tools/perf/util/stat-display.c, Linux 6.1. Where perf has no metric it prints C's `(null)`; this prints "".
 */
export function statJson(source: RowSource, { interval, ...view }: JsonOptions): string {
  const lead = interval === undefined ? [] : [jsonInterval(interval)];
  return statRows(source, view)
    .flatMap((row) => objects(row, varianceOf(row.count, source)))
    .map((members) => `{${[...lead, ...members].join(', ')}}\n`)
    .join('');
}

export const jsonInterval = (interval: Nanoseconds): string => `"interval" : ${perfSeconds(interval).trimStart()}`;

/** The row, and an object for each further metric. */
function objects(row: StatRow, off: string | undefined): string[][] {
  const part = row.part ? jsonPart(row.part) : [];
  const [first, ...others] = row.metrics;
  return [
    [...part, ...countMembers(row, off), ...metricMembers(first)],
    ...others.map((metric) => [...part, ...metricMembers(metric)]),
  ];
}

function countMembers({ event, cgroup, count }: StatRow, off: string | undefined): string[] {
  return [
    `"counter-value" : "${jsonValue({ event, count })}"`,
    `"unit" : ${JSON.stringify(event.unit)}`,
    `"event" : ${JSON.stringify(visible(event.name))}`,
    ...(cgroup === undefined ? [] : [`"cgroup" : ${JSON.stringify(visible(cgroup))}`]),
    ...(off === undefined || off === 'unknown' ? [] : [`"variance" : ${off}`]),
    `"event-runtime" : ${count.raw.timeRunning}`,
    `"pcnt-running" : ${runningPercent(count).toFixed(2)}`,
  ];
}

const metricMembers = (metric: Metric | undefined): string[] => [
  `"metric-value" : ${metric ? jsonNumber(metric) : '0.000000'}`,
  `"metric-unit" : ${JSON.stringify(metric ? visible(unitText(metric)) : '')}`,
];

/** JSON has no word for what is not known but null. */
const jsonNumber = ({ value, decimals }: Metric): string =>
  Number.isNaN(value) ? 'null' : value.toFixed(Math.max(6, decimals));

/** What comes before the count: of units, also how many CPUs they have. */
export function jsonPart(part: RowPart): string[] {
  switch (part.kind) {
    case 'cpu':
      return [`"cpu" : "${part.cpu}"`];
    case 'unit':
      return [`"${unitKey(part.unit)}" : "${part.label}"`, `"aggregate-number" : ${part.cpus}`];
    case 'thread':
      return [`"thread" : ${JSON.stringify(visible(`${part.comm}-${part.tid}`))}`];
  }
}

/** perf has one key for the caches of every level. */
const unitKey = (unit: string): string => (unit.startsWith('cache') ? 'cache' : unit);

function jsonValue({ event, count }: Pick<StatRow, 'event' | 'count'>): string {
  if (count.status !== 'counted') return `<${count.status}>`;
  return event.scale === 1 ? `${count.value}.000000` : inUnit({ event, count }).toFixed(6);
}
