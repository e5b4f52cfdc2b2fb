/** Quantile of the normal distribution that 90 % lie below. */
const POWER_90 = 1.2816;

/** How much less the signed-rank test sees than a t-test, of normal differences: π/3. Source: Pitman, 1948. */
const RANK_LOSS = Math.PI / 3;

/**
 * The smallest difference, as a logarithm, that would be found in nine of ten gates with that spread.
 * @param spread of the differences of pairs, a standard deviation
 * @param alpha one-sided
 */
export function detectable(spread: number, pairs: number, alpha: number): number {
  return (normalQuantile(1 - alpha) + POWER_90) * spread * Math.sqrt(RANK_LOSS / Math.max(1, pairs));
}

/**
 * Quantile of the standard normal distribution, to 4.5e-4.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23.
 * @param p above 0.5
 */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - p));
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t;
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3;
  return t - above / below;
}
