import { visible } from '../base/safe-text';
import { type Nanoseconds, toSeconds } from '../base/units';
import { isClock, type Metric } from '../counts/metric';
import { relativeError, sampleOf } from '../counts/sample';
import { grouped, groupedDecimal, withPrefix } from './numbers';
import { inUnit, type RowPart, runningPercent, type StatRow } from './stat-rows';

/** What a row is about, as text: the label of a socket, the name of a thread. Safe for a terminal. */
export function partText(part: RowPart | undefined): string {
  switch (part?.kind) {
    case 'cpu':
      return `${part.cpu}`;
    case 'unit':
      return part.label;
    case 'thread':
      return `${visible(part.comm)}-${part.tid}`;
    case undefined:
      return '';
  }
}

/** Below this share of the time on a counter, in percent, a count is an estimate and is marked as one. */
const SURE_PERCENT = 90;

/** The count in its unit, with all digits; `≈` before one that is more estimated than counted. */
export function countText({ event, count }: Pick<StatRow, 'event' | 'count'>): string {
  if (count.status !== 'counted') return `<${count.status}>`;
  const number = event.scale === 1 ? grouped(count.value) : groupedDecimal(inUnit({ event, count }), 2);
  const isEstimate = count.error !== undefined && runningPercent(count) < SURE_PERCENT;
  return `${isEstimate ? '≈ ' : ''}${number}${event.unit === '' ? '' : ` ${event.unit}`}`;
}

/** Per second of the time that was counted, over all CPUs. CPU time per second is a number of CPUs. */
export function rateText({ event, count }: StatRow, counted: Nanoseconds): string {
  if (count.status !== 'counted' || event.kind === 'tool' || counted <= 0n) return '';
  if (isClock(event)) return `${(Number(count.value) / Number(counted)).toFixed(3)} CPUs`;
  return withPrefix(inUnit({ event, count }) / toSeconds(counted));
}

/** What perf derives from the count, unless it is a rate, which the table has already, or was asked for with `-M`. */
export function derivedText({ event, metrics }: StatRow): string {
  const metric = metrics.find(({ formula }) => formula === undefined);
  if (!metric || isClock(event) || metric.unit.endsWith('/sec')) return '';
  return metricText(metric);
}

/** `1.52 insn per cycle`, `2.50 % of all branches`. */
export function metricText(metric: Metric): string {
  const { value, decimals, unit, formula } = metric;
  if (formula !== undefined) return `${visible(unit)} ${askedValueText(metric)}`;
  const percent = unit.startsWith('of all') || unit.endsWith('idle') ? ' %' : '';
  return `${value.toFixed(decimals)}${percent} ${visible(unit)}`;
}

/** The value of a metric that was asked for, in its unit. */
export function askedValueText({ value, decimals, scaleUnit }: Metric): string {
  if (Number.isNaN(value)) return '<not counted>';
  const number = groupedDecimal(value, decimals);
  return scaleUnit === undefined ? number : `${number} ${scaleUnit}`;
}

/** Only where an event was not on a counter all the time: then its count is scaled, and may be off by so much. */
export function runningText({ count }: StatRow): string {
  const percent = runningPercent(count);
  if (count.status !== 'counted' || percent >= 100) return '';
  const error = count.error === undefined || count.value === 0n ? '' : ` ±${errorPercent(count.error, count.value)} %`;
  return `${percent.toFixed(2)} %${error}`;
}

/** Two digits that mean something are enough for an error. */
function errorPercent(error: bigint, value: bigint): string {
  const percent = (100 * Number(error)) / Number(value);
  return percent >= 9.95 ? percent.toFixed(0) : percent.toFixed(1);
}

/** How far the mean of several runs may be off. */
export const deviationText = ({ count }: StatRow): string =>
  count.samples ? `${relativeError(sampleOf(count.samples.map(Number))).toFixed(2)} %` : '';
