/**
 * How strictly each of several tests is to be judged, so that any false alarm among all of them has a probability of `alpha` at
 * most: the surest one by `alpha` over their number, and the next less strictly, for as long as each is sure enough.
 * Source: S. Holm, A Simple Sequentially Rejective Multiple Test Procedure (1979).
 * @returns the level of each
 */
export function holmLevels(probabilities: readonly number[], alpha: number): number[] {
  const order = probabilities.map((_, i) => i).sort((a, b) => (probabilities[a] ?? 1) - (probabilities[b] ?? 1));
  const levels = probabilities.map(() => 0);
  let level = alpha / Math.max(1, order.length);
  for (const [rank, id] of order.entries()) {
    levels[id] = level;
    if ((probabilities[id] ?? 1) <= level) level = alpha / Math.max(1, order.length - rank - 1);
  }
  return levels;
}
