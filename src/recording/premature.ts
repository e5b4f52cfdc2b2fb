import { HEADER_BYTES, HEADER_SIZE_OFFSET, RecordType } from '../abi/ring-page';
import type { MonotonicTime } from '../base/units';

/** Behind the header of a sample: identifier, ip, pid and tid; all events of a recording begin so. */
const TIME_OFFSET = HEADER_BYTES + 24;

/**
 * Takes out of the first records those samples that are older than the moment at which the last CPU began to count.
 * @param views whole records, cut anywhere
 * @returns the others, and how many were taken out
 */
export function withoutPremature(
  views: readonly Uint8Array[],
  armed: MonotonicTime,
): { readonly kept: Buffer[]; readonly premature: number } {
  const records = Buffer.concat(views);
  const kept: Buffer[] = [];
  let premature = 0;
  for (let at = 0; at + HEADER_BYTES <= records.length; ) {
    const size = records.readUInt16LE(at + HEADER_SIZE_OFFSET);
    if (size < HEADER_BYTES) break;
    const isSample = records.readUInt32LE(at) === RecordType.sample;
    if (isSample && records.readBigUInt64LE(at + TIME_OFFSET) < armed) premature += 1;
    else kept.push(records.subarray(at, at + size));
    at += size;
  }
  return { kept, premature };
}
