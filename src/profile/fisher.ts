/** Terms that are smaller than that part of the sum do not change it. */
const NEGLIGIBLE = 1e-17;

/**
 * How probable it is that two samples of one and the same population differ at least as much as these do, by chance alone:
 * Fisher's exact test, the smaller tail twice.
 * Source: R. A. Fisher, The Design of Experiments (1935), chapter II; tails doubled as in Agresti, Categorical Data Analysis, 3.5.
 * @param hits how many of the `all` of the one have what is looked for
 * @param otherHits the same of the other
 * @returns from 0 to 1
 */
export function fisherExact(hits: number, all: number, otherHits: number, otherAll: number): number {
  const [marked, total] = [hits + otherHits, all + otherAll];
  const least = Math.max(0, marked - otherAll);
  const most = Math.min(marked, all);
  if (least === most) return 1;
  const here = Math.exp(logChoose(marked, hits) + logChoose(total - marked, all - hits) - logChoose(total, all));
  // Of `k` hits in the one, over that of `k - 1`.
  const ratio = (k: number): number => ((marked - k + 1) * (all - k + 1)) / (k * (total - marked - all + k));
  let [below, above] = [here, here];
  for (let k = hits, term = here; k > least && term > below * NEGLIGIBLE; k -= 1) {
    term /= ratio(k);
    below += term;
  }
  for (let k = hits + 1, term = here; k <= most && term > above * NEGLIGIBLE; k += 1) {
    term *= ratio(k);
    above += term;
  }
  return Math.min(1, 2 * Math.min(below, above));
}

/** The logarithm of how many ways there are to choose some of all. */
const logChoose = (all: number, some: number): number =>
  logFactorial(all) - logFactorial(some) - logFactorial(all - some);

/** Up to there they are summed up. */
const SUMMED = 256;
const logFactorials = [0];
for (let n = 1; n <= SUMMED; n += 1) logFactorials.push((logFactorials[n - 1] ?? 0) + Math.log(n));

/** Stirling's series; its next term is below 1e-17 where it is used. */
function logFactorial(n: number): number {
  if (n <= SUMMED) return logFactorials[n] ?? 0;
  const square = n * n;
  const series = 1 / (12 * n) - 1 / (360 * n * square) + 1 / (1260 * n * square * square);
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + series;
}

/**
 * Makes many probabilities comparable with one limit, so that of what is then called a difference only that share is chance.
 * Source: Y. Benjamini and Y. Hochberg, Controlling the False Discovery Rate (1995).
 */
export function falseDiscoveryRates(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, i) => i).sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  const rates = probabilities.map(() => 1);
  let least = 1;
  for (const [i, id] of order.entries()) {
    least = Math.min(least, ((probabilities[id] ?? 1) * order.length) / (order.length - i));
    rates[id] = least;
  }
  return rates;
}
