/** A stretch of a ring, in positions that count on for ever: the kernel's data_head and data_tail are such. */
export interface RingSpan {
  readonly from: bigint;
  readonly to: bigint;
}

/** Bytes in a span. Positions are 64 bits wide and wrap around, in a backward ring from the first record on. */
export const spanLength = ({ from, to }: RingSpan): bigint => BigInt.asUintN(64, to - from);

/**
 * The memory of a span: one view of the data pages, or two where it goes on at their beginning; none of an empty one.
 * Nothing is copied, so it is valid only until the kernel may write there again.
 *
 * @param data the data pages, a power of two of bytes
 * @returns undefined for a span that is longer than the ring: its beginning has been overwritten
 */
export function spanViews(data: Uint8Array, span: RingSpan): Uint8Array[] | undefined {
  const length = spanLength(span);
  if (length > BigInt(data.length)) return undefined;
  if (length === 0n) return [];
  const begin = Number(BigInt.asUintN(64, span.from) & BigInt(data.length - 1));
  const end = begin + Number(length);
  if (end <= data.length) return [data.subarray(begin, end)];
  return [data.subarray(begin), data.subarray(0, end - data.length)];
}
