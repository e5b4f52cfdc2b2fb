import { holmLevels } from './holm';
import type { Look } from './looks';
import type { GateMetric } from './metric';
import { median, PairedDifferences } from './pairs';
import { GroupedDifferences } from './rank-sum';

/** What became of a metric. */
export type Verdict = 'REGRESSED' | 'PASS' | 'IMPROVED' | 'INCONCLUSIVE';

/** A metric in both commands, pair by pair unless the base is stored. */
export interface MetricPairs {
  readonly metric: GateMetric;
  readonly base: readonly number[];
  readonly new: readonly number[];
  /** Whether the base's values are stored ones, not taken side by side with the new ones. */
  readonly isStored?: boolean;
}

/** What is known of a metric at a look. Changes are logarithms of new over base. */
export interface Assessment {
  readonly metric: GateMetric;
  /** Medians. */
  readonly base: number;
  readonly new: number;
  readonly pairs: number;
  readonly estimate: number;
  /** Bounds: the true change is outside of each with the look's probability at most. */
  readonly lower: number;
  readonly upper: number;
  /** The smallest change that would be found in nine of ten such gates; ∞ where none would. */
  readonly detectable: number;
  /** Neither command's values vary: they are compared as they are. */
  readonly isExact: boolean;
  readonly verdict: Verdict;
}

/** So many pairs without any spread are taken for exact. */
const EXACT_PAIRS = 3;

/** More than what a change loses as it becomes a logarithm, and far less than matters. */
const ROUNDING = 1e-12;

/** Judges all metrics together, by what has been measured up to a look. */
export function assess(all: readonly MetricPairs[], { alpha }: Look): Assessment[] {
  const compared = all.map((pairs) => ({ ...pairs, differences: differencesIn(pairs) }));
  const uncertain = compared.filter((one) => !isExact(one));
  const levels = holmLevels(
    uncertain.map(({ differences }) => differences.chanceOfMore),
    alpha,
  );
  return compared.map((one) => {
    const { metric, base, differences } = one;
    const [exact, level] = [isExact(one), levels[uncertain.indexOf(one)] ?? alpha];
    const { estimate, count } = differences;
    const [lower, upper] = exact ? [estimate, estimate] : [differences.lower(level), differences.upper(alpha)];
    const found = { metric, pairs: count, estimate, lower, upper, isExact: exact };
    return {
      ...found,
      base: median(base),
      new: median(one.new),
      detectable: exact
        ? logOf(metric.leastEffect)
        : Math.max(logOf(metric.leastEffect), differences.detectable(level)),
      verdict: verdictOf(found),
    };
  });
}

function verdictOf({
  metric,
  estimate,
  lower,
  upper,
}: Pick<Assessment, 'metric' | 'estimate' | 'lower' | 'upper'>): Verdict {
  // From there on, whichever way its logarithm was rounded.
  const [least, threshold] = [logOf(metric.leastEffect) - ROUNDING, logOf(metric.threshold) - ROUNDING];
  if (lower > 0 && estimate >= least) return 'REGRESSED';
  if (upper < 0 && estimate <= -least) return 'IMPROVED';
  return upper < threshold ? 'PASS' : 'INCONCLUSIVE';
}

/** 2 % more as a logarithm. */
export const logOf = (change: number): number => Math.log1p(change);

function isExact({ base, new: other }: MetricPairs): boolean {
  const isConstant = (values: readonly number[]) => values.every((value) => value === values[0]);
  return base.length >= EXACT_PAIRS && isConstant(base) && isConstant(other);
}

function differencesIn(pairs: MetricPairs): PairedDifferences | GroupedDifferences {
  if (!pairs.isStored) return new PairedDifferences(differencesOf(pairs));
  const aboveZero = aboveZeroOf(pairs);
  const [base, other] = [pairs.base, pairs.new].map((values) => values.map((value) => Math.log(aboveZero(value))));
  return new GroupedDifferences(base ?? [], other ?? []);
}

/** ln(new / base) of each pair. */
export function differencesOf(pairs: MetricPairs): number[] {
  const aboveZero = aboveZeroOf(pairs);
  return pairs.base.map((value, i) => Math.log(aboveZero(pairs.new[i] ?? 0) / aboveZero(value)));
}

/**
 * 0 has no logarithm. Where something counts 0, half an event is added to all. A time of 0 is one that was too short for the
 * kernel's clock: it is taken for half of the shortest one that was not.
 */
function aboveZeroOf({ metric, base, new: other }: MetricPairs): (value: number) => number {
  const all = [...base, ...other];
  if (!all.includes(0)) return (value) => value;
  if (metric.unit === '') return (value) => value + 0.5;
  const shortest = all.reduce((least, value) => (value > 0 && value < least ? value : least), Number.POSITIVE_INFINITY);
  const instead = Number.isFinite(shortest) ? shortest / 2 : 1;
  return (value) => (value === 0 ? instead : value);
}

/** The worst of all: what the gate as a whole says. */
export function overall(verdicts: readonly Verdict[]): Verdict {
  const order: readonly Verdict[] = ['REGRESSED', 'INCONCLUSIVE', 'PASS', 'IMPROVED'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'INCONCLUSIVE';
}
