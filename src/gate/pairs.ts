import { detectable } from './detectable';
import { atMostSum, boundIndex } from './signed-rank';

/** What pairs of runs tell of how much the new one takes, as natural logarithms of new over base. */
export class PairedDifferences {
  /** Ascending. */
  readonly #averages: Float64Array;

  /** @param differences ln(new / base) of each pair, at least one */
  constructor(readonly differences: readonly number[]) {
    const averages: number[] = [];
    for (const [i, one] of differences.entries()) {
      for (const other of differences.slice(i)) averages.push((one + other) / 2);
    }
    this.#averages = Float64Array.from(averages).sort();
  }

  get count(): number {
    return this.differences.length;
  }

  /**
   * The middle of all averages of two differences: what a single outlier cannot move.
   * Source: J. L. Hodges and E. L. Lehmann, Estimates of Location Based on Rank Tests (1963).
   */
  get estimate(): number {
    const { length } = this.#averages;
    const [below, above] = [this.#averages[(length - 1) >> 1] ?? 0, this.#averages[length >> 1] ?? 0];
    return (below + above) / 2;
  }

  /** The true difference is below it with a probability of `alpha` at most; -∞ where there are too few pairs to tell. */
  lower(alpha: number): number {
    const index = boundIndex(this.count, alpha);
    return index === 0 ? Number.NEGATIVE_INFINITY : (this.#averages[index - 1] ?? Number.NEGATIVE_INFINITY);
  }

  /** The true difference is above it with a probability of `alpha` at most; ∞ where there are too few pairs to tell. */
  upper(alpha: number): number {
    const index = boundIndex(this.count, alpha);
    const { length } = this.#averages;
    return index === 0 ? Number.POSITIVE_INFINITY : (this.#averages[length - index] ?? Number.POSITIVE_INFINITY);
  }

  /** How probable so much more would be if the new one took no more: of the signed-rank test, one-sided. */
  get chanceOfMore(): number {
    const notAbove = this.#averages.findLastIndex((average) => average <= 0) + 1;
    return atMostSum(this.count, notAbove);
  }

  /** The smallest difference that would be found in nine of ten gates of as many pairs, which vary as much; ∞ for too few pairs. */
  detectable(alpha: number): number {
    const { count } = this;
    if (boundIndex(count, alpha) === 0) return Number.POSITIVE_INFINITY;
    const trial = (deviate: () => number) => {
      const found = new PairedDifferences(Array.from({ length: count }, deviate));
      return { lower: found.lower(alpha), spread: found.spread };
    };
    return this.spread * detectable(`${count} pairs, ${alpha}`, this.#averages.length, trial);
  }

  /**
   * How far differences are spread, as a standard deviation of a normal distribution of the same middle half. Robust: what is
   * far out does not count.
   */
  get spread(): number {
    const middle = median(this.differences);
    return median(this.differences.map((difference) => Math.abs(difference - middle))) * NORMAL_MAD;
  }
}

/** A standard deviation over the median absolute deviation, of a normal distribution. */
export const NORMAL_MAD = 1.4826;

/** Of an even number, the mean of the two in the middle; of none 0. */
export function median(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const { length } = sorted;
  return ((sorted[(length - 1) >> 1] ?? 0) + (sorted[length >> 1] ?? 0)) / 2;
}
