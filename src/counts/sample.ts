/** Statistics of one number over several runs. */
export interface Sample {
  readonly mean: number;
  /** Standard deviation of the values; 0 for a single one. */
  readonly deviation: number;
  /** How far the mean may be off: the standard deviation of the mean. */
  readonly error: number;
  readonly least: number;
  readonly most: number;
  /** Values beyond 1.5 times the interquartile range from the quartiles, after Tukey. */
  readonly outliers: number;
}

/** @param values at least one */
export function sampleOf(values: readonly number[]): Sample {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const reach = 1.5 * (high - low);
  return {
    mean,
    deviation,
    error: deviation / Math.sqrt(n),
    least: sorted[0] ?? 0,
    most: sorted[n - 1] ?? 0,
    outliers: values.filter((value) => value < low - reach || value > high + reach).length,
  };
}

/** The error of the mean as a share of it, in percent, which is what perf prints behind `+-`; 0 for a mean of 0. */
export const relativeError = ({ mean, error }: Sample): number => (mean === 0 ? 0 : Math.abs((100 * error) / mean));

/** Between two values, in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}
