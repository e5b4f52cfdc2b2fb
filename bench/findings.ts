import { max, median, min } from './statistics';

/** What was measured of one contender, sample by sample in the order of the rounds. */
export interface Series {
  /** Who: `syswide --version`. */
  readonly of: string;
  /** What: `wall time`, `context switches`. */
  readonly quantity: string;
  /** `ms`, `%`, or empty for a plain number. */
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly samples: readonly number[];
}

/** One series over another: of their medians, and the median of the ratios within each round. */
export interface Ratio {
  readonly of: string;
  readonly to: string;
  readonly quantity: string;
  readonly ofMedians: number;
  /** Less moved by what disturbed a whole round. */
  readonly medianOfPairs: number;
}

/** A figure held against what is to be reached. */
export interface Verdict {
  readonly figure: string;
  readonly value: number;
  /** The value may be this at most; for an exact figure, it has to be this. */
  readonly limit: number;
  readonly kind: 'at most' | 'exactly';
  readonly met: boolean;
}

/** What a row found out. */
export interface Findings {
  readonly series: readonly Series[];
  readonly ratios: readonly Ratio[];
  readonly verdicts: readonly Verdict[];
  /** What a reader of the figures needs to know: what was left out, what explains them. */
  readonly notes: readonly string[];
}

/** Digits behind the point that a result file keeps: ns of a ms. */
const DIGITS = 6;

const rounded = (value: number): number => Number(value.toFixed(DIGITS));

/** @throws Error without samples */
export function series(of: string, quantity: string, unit: string, samples: readonly number[]): Series {
  return {
    of,
    quantity,
    unit,
    median: rounded(median(samples)),
    min: rounded(min(samples)),
    max: rounded(max(samples)),
    samples: samples.map(rounded),
  };
}

/** @throws Error when the series are not of the same rounds */
export function ratio(of: Series, to: Series): Ratio {
  if (of.samples.length !== to.samples.length) throw new Error(`${of.of} and ${to.of} ran in different rounds`);
  const pairs = of.samples.map((sample, round) => sample / (to.samples[round] ?? Number.NaN));
  return {
    of: of.of,
    to: to.of,
    quantity: of.quantity,
    ofMedians: rounded(of.median / to.median),
    medianOfPairs: rounded(median(pairs)),
  };
}

/** A verdict on a figure that may not exceed the limit. */
export const atMost = (figure: string, value: number, limit: number): Verdict => ({
  figure,
  value: rounded(value),
  limit,
  kind: 'at most',
  met: value <= limit,
});

/** A verdict on a figure that has one right value. */
export const exactly = (figure: string, value: number, limit: number): Verdict => ({
  figure,
  value,
  limit,
  kind: 'exactly',
  met: value === limit,
});
