import { logOf } from '../../gate/verdict';

/** What of an assessment is drawn. */
export interface DrawnInterval {
  readonly lower: number;
  readonly upper: number;
  readonly estimate: number;
  readonly metric: { readonly threshold: number };
}

/**
 * An interval around no change, which is in the middle, and the threshold, at three quarters: `     ·    |==●==:     `.
 * @param width odd; columns
 */
export function intervalBar({ lower, upper, estimate, metric }: DrawnInterval, width = 25): string {
  const middle = (width - 1) / 2;
  const threshold = logOf(metric.threshold);
  const column = (change: number): number =>
    Math.max(0, Math.min(width - 1, Math.round(middle + (change / threshold) * (middle / 2))));
  const bar: string[] = Array.from({ length: width }, (_, i) => (i >= column(lower) && i <= column(upper) ? '=' : ' '));
  const put = (at: number, char: string) => {
    bar[at] = char;
  };
  put(column(threshold), ':');
  put(middle, '|');
  if (lower < -2 * threshold) put(0, '<');
  if (upper > 2 * threshold) put(width - 1, '>');
  put(column(estimate), '●');
  return bar.join('');
}
