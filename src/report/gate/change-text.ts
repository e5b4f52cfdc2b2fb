import type { GateMetric } from '../../gate/metric';

/** A change, given as a logarithm, in percent: `+5.43 %`. */
export function changeText(change: number): string {
  if (!Number.isFinite(change)) return change < 0 ? '-∞' : '+∞';
  const percent = Math.expm1(change) * 100;
  const text = percent.toFixed(Math.abs(percent) < 10 ? 2 : 1);
  // What is rounded to nothing has no sign of its own.
  return `${Number(text) < 0 ? text : `+${text.replace(/^-/, '')}`} %`;
}

/** From where to where a change lies. */
export const intervalText = (lower: number, upper: number): string => `${changeText(lower)} … ${changeText(upper)}`;

/** A value of a metric: `1.234 s`, `13.4 MiB`, `1,084`. */
export function valueText({ unit }: GateMetric, value: number): string {
  if (unit === 's') return secondsText(value);
  if (unit === 'B') return `${(value / 2 ** 20).toFixed(2)} MiB`;
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function secondsText(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(3)} s`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toFixed(3)} ms` : `${(seconds * 1e6).toFixed(1)} us`;
}
