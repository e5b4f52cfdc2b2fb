/** So many pairs are exact in double precision, as 2^n is; more than any gate takes. */
export const MOST_PAIRS = 50;

const tables = new Map<number, Float64Array>();

/**
 * How probable it is, if pairs differ either way alike, that the signed-rank sum of `n` of them is at most `sum`. Exact: by
 * counting which sums the signs can give.
 * Source: F. Wilcoxon, Individual Comparisons by Ranking Methods (1945); Hollander, Wolfe and Chicken, Nonparametric
 * Statistical Methods, 3.1.
 * @param n from 1 to `MOST_PAIRS`
 */
export function atMostSum(n: number, sum: number): number {
  if (sum < 0) return 0;
  const table = tableOf(n);
  return table[Math.min(Math.floor(sum), table.length - 1)] ?? 1;
}

/**
 * Which of the ascending Walsh averages is a lower bound of the middle of the differences that is wrong with a probability
 * of `alpha` at most, counted from 1; 0 where so few pairs give none.
 */
export function boundIndex(n: number, alpha: number): number {
  let index = 0;
  while (atMostSum(n, index) <= alpha) index += 1;
  return index;
}

/** Sums of probabilities, from sum 0 on. */
function tableOf(n: number): Float64Array {
  const known = tables.get(n);
  if (known) return known;
  const most = (n * (n + 1)) / 2;
  let ways = new Float64Array(most + 1);
  ways[0] = 1;
  for (let rank = 1; rank <= n; rank += 1) {
    // Each rank has either sign.
    const next = new Float64Array(most + 1);
    for (let sum = 0; sum <= most; sum += 1) next[sum] = (ways[sum] ?? 0) + (sum >= rank ? (ways[sum - rank] ?? 0) : 0);
    ways = next;
  }
  let below = 0;
  const table = ways.map((count) => {
    below += count;
    return below / 2 ** n;
  });
  tables.set(n, table);
  return table;
}
