/** When what has been measured is looked at, and how probable a false alarm may be then. */
export interface Look {
  /** After so many pairs. */
  readonly pairs: number;
  /** One-sided, of all metrics together. */
  readonly alpha: number;
}

/**
 * The looks of a gate: early ones end clear cases soon, and are strict. Together, a false alarm has a probability of 1.2 % at
 * most, usually much less, as a regression has to be large enough besides.
 */
const LOOKS: readonly Look[] = [
  { pairs: 10, alpha: 0.002 },
  { pairs: 20, alpha: 0.004 },
  { pairs: 40, alpha: 0.006 },
];

const TOTAL_ALPHA = LOOKS.reduce((sum, { alpha }) => sum + alpha, 0);

/**
 * The looks of a gate that ends after so many pairs: the last has all that is left of the probability. One that takes more than
 * the usual number looks then instead of there: a look behind the last one would have nothing left.
 */
export function looksUpTo(pairs: number): Look[] {
  const before = LOOKS.slice(0, -1).filter((look) => look.pairs < pairs);
  const spent = before.reduce((sum, { alpha }) => sum + alpha, 0);
  return [...before, { pairs, alpha: TOTAL_ALPHA - spent }];
}

/** How few pairs can fail at all, with so many metrics: with fewer, not even all pairs pointing one way would suffice. */
export function fewestPairs(metrics: number): number {
  let pairs = 1;
  while (2 ** -pairs > (looksUpTo(pairs).at(-1)?.alpha ?? 0) / metrics) pairs += 1;
  return pairs;
}

/** As `fewestPairs`, of runs that are compared with so many stored ones: 1 of all orders of both has every new one above. */
export function fewestRuns(metrics: number, stored: number): number {
  let [runs, chance] = [1, 1 / (stored + 1)];
  while (chance > (looksUpTo(runs).at(-1)?.alpha ?? 0) / metrics) {
    runs += 1;
    chance *= runs / (stored + runs);
  }
  return runs;
}
