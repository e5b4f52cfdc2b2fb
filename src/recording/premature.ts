import { RecordType } from '../abi/ring-page';
import { rawRecords, SAMPLE_TIME_OFFSET } from './raw-records';

/**
 * Takes out of the first records those samples that are older than the moment at which the last CPU began to count.
 * @param views whole records, cut anywhere
 * @param armed in ns of the records' clock
 * @returns the others, and how many were taken out
 */
export function withoutPremature(
  views: readonly Uint8Array[],
  armed: bigint,
): { readonly kept: Buffer[]; readonly premature: number } {
  const kept: Buffer[] = [];
  let premature = 0;
  for (const { type, body, bytes } of rawRecords(views)) {
    if (type === RecordType.sample && body.getBigUint64(SAMPLE_TIME_OFFSET, true) < armed) premature += 1;
    else kept.push(bytes);
  }
  return { kept, premature };
}
