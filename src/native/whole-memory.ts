import { checked } from './kernel-error';
import { sharedShim } from './shim';

/** The length of memory is told in 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Zeroed memory that will be used from end to end, or up to some place in it. Where there is much of it, it comes in huge pages, if
 * the machine has them: a fault for each page of 4 KiB would cost more than most of what is done with it.
 */
export function wholeMemory(bytes: number): ArrayBuffer {
  const memory = new ArrayBuffer(bytes);
  if (bytes <= MOST_BYTES) checked('sw_use_whole', sharedShim().sw_use_whole(Buffer.from(memory), bytes));
  return memory;
}
