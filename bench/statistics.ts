/** The middle value, or the mean of the two middle ones. @throws Error without values */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper;
  if (upper === undefined || lower === undefined) throw new Error('no values');
  return (lower + upper) / 2;
}

/** The smallest value; Infinity without values. */
export const min = (values: readonly number[]): number => Math.min(...values);

/** The largest value; -Infinity without values. */
export const max = (values: readonly number[]): number => Math.max(...values);
