import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import type { RingSpan } from './ring-span';

/**
 * What a ring that is written backwards holds: from its newest record, at the head, to the oldest that is still whole.
 *
 * ```
 *  data │ … older ▓ old ▓ new ▓◀ head     the kernel writes the next one to the left,
 *       │                                 and over the oldest once it has come around
 * ```
 *
 * The event must be paused (PERF_EVENT_IOC_PAUSE_OUTPUT), or the kernel writes over what is being read. The oldest record
 * is usually torn: its end has been overwritten. It is left out.
 * Source: `write_backward` in perf_event_open(2); perf's tools/lib/perf/mmap.c reads them in the same way.
 *
 * @param data the data pages, a power of two of bytes, zero where nothing was written yet
 * @param head data_head: 0 before the first record, and less by each one's size, as a 64-bit number
 */
export function backwardSpan(data: Uint8Array, head: bigint): RingSpan {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const mask = BigInt(data.length - 1);
  const from = BigInt.asUintN(64, head);
  let read = 0;
  while (read + HEADER_BYTES <= data.length) {
    // Records are aligned to 8 bytes, so that no header wraps around; one that is not is no record.
    const at = Number((from + BigInt(read)) & mask);
    if (at % HEADER_BYTES !== 0) break;
    const size = view.getUint16(at + HEADER_SIZE_OFFSET, true);
    if (size < HEADER_BYTES || read + size > data.length) break;
    read += size;
  }
  return { from, to: BigInt.asUintN(64, from + BigInt(read)) };
}
