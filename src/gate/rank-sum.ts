import { detectable } from './detectable';
import { median, NORMAL_MAD } from './pairs';

const tables = new Map<string, Float64Array>();

/**
 * How probable it is, if two groups are alike, that of all pairs of one and one at most `count` have the first above the second.
 * Exact, by counting orders.
 * Source: H. B. Mann and D. R. Whitney, On a Test of Whether One of Two Random Variables is Stochastically Larger (1947).
 * @param m,n how many there are in each, at most 50
 */
export function atMostAbove(m: number, n: number, count: number): number {
  if (count < 0) return 0;
  const table = tableOf(m, n);
  return table[Math.min(Math.floor(count), table.length - 1)] ?? 1;
}

/** Sums of probabilities, from count 0 on: N(m, n, u) = N(m - 1, n, u - n) + N(m, n - 1, u). */
function tableOf(m: number, n: number): Float64Array {
  const key = `${m},${n}`;
  const known = tables.get(key);
  if (known) return known;
  const size = m * n + 1;
  const none = () => Float64Array.from({ length: size }, (_, u) => Number(u === 0));
  // Probabilities, not numbers of orders: those would be too large.
  let row = Array.from({ length: n + 1 }, none);
  for (let i = 1; i <= m; i += 1) {
    const next = [none()];
    for (let j = 1; j <= n; j += 1) {
      const [without, before] = [row[j] ?? none(), next[j - 1] ?? none()];
      const share = i / (i + j);
      next.push(before.map((chance, u) => chance * (1 - share) + (u >= j ? (without[u - j] ?? 0) * share : 0)));
    }
    row = next;
  }
  let below = 0;
  const table = (row[n] ?? none()).map((chance) => {
    below += chance;
    return below;
  });
  tables.set(key, table);
  return table;
}

/** What two groups of runs tell of how much the second takes more, as logarithms: of runs that were not taken in pairs. */
export class GroupedDifferences {
  /** Of each of the one with each of the other, ascending. */
  readonly #all: Float64Array;
  readonly count: number;
  readonly #sizes: readonly [number, number];

  /** @param base,other logarithms, at least one each */
  constructor(
    private readonly base: readonly number[],
    private readonly other: readonly number[],
  ) {
    this.#all = Float64Array.from(other.flatMap((one) => base.map((before) => one - before))).sort();
    this.#sizes = [base.length, other.length];
    this.count = Math.min(base.length, other.length);
  }

  /** The middle of all differences: Hodges and Lehmann, of two samples. */
  get estimate(): number {
    return median([...this.#all]);
  }

  lower(alpha: number): number {
    const index = this.boundIndex(alpha);
    return index === 0 ? Number.NEGATIVE_INFINITY : (this.#all[index - 1] ?? Number.NEGATIVE_INFINITY);
  }

  upper(alpha: number): number {
    const index = this.boundIndex(alpha);
    const { length } = this.#all;
    return index === 0 ? Number.POSITIVE_INFINITY : (this.#all[length - index] ?? Number.POSITIVE_INFINITY);
  }

  get chanceOfMore(): number {
    const notAbove = this.#all.findLastIndex((difference) => difference <= 0) + 1;
    return atMostAbove(...this.#sizes, notAbove);
  }

  /** As of pairs. */
  detectable(alpha: number): number {
    if (this.boundIndex(alpha) === 0) return Number.POSITIVE_INFINITY;
    const [before, now] = this.#sizes;
    const deviates = (length: number, deviate: () => number) => Array.from({ length }, deviate);
    const trial = (deviate: () => number) => {
      const found = new GroupedDifferences(deviates(before, deviate), deviates(now, deviate));
      return { lower: found.lower(alpha), spread: found.spread };
    };
    return this.spread * detectable(`${before} and ${now}, ${alpha}`, this.#all.length, trial);
  }

  /** Of a run: the standard deviation that both groups would have if they varied alike, and their difference as it does. */
  get spread(): number {
    const squareOf = (values: readonly number[]) => {
      const middle = median(values);
      return (median(values.map((value) => Math.abs(value - middle))) * NORMAL_MAD) ** 2;
    };
    const [before, now] = this.#sizes;
    return Math.sqrt((squareOf(this.base) / before + squareOf(this.other) / now) / (1 / before + 1 / now));
  }

  private boundIndex(alpha: number): number {
    let index = 0;
    while (atMostAbove(...this.#sizes, index) <= alpha) index += 1;
    return index;
  }
}
