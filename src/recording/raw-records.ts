import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';

/** Where the process is in the body of a sample of ours: behind identifier and ip. */
export const SAMPLE_PID_OFFSET = 16;

/** Where the time is in the body of a sample of ours: behind identifier, ip, pid and tid. */
export const SAMPLE_TIME_OFFSET = 24;

/** One record of a ring, copied out of it. */
export interface CopiedRecord {
  readonly type: number;
  /** What follows the header. */
  readonly body: DataView;
  /** All of it. */
  readonly bytes: Buffer;
}

/**
 * The records of what a ring held, in order; stops at a header that cannot be one.
 * @param views whole records, cut anywhere; copied
 */
export function* rawRecords(views: readonly Uint8Array[]): Generator<CopiedRecord> {
  const records = Buffer.concat(views);
  for (let at = 0; at + HEADER_BYTES <= records.length; ) {
    const size = records.readUInt16LE(at + HEADER_SIZE_OFFSET);
    if (size < HEADER_BYTES || at + size > records.length) return;
    const bytes = records.subarray(at, at + size);
    const body = new DataView(bytes.buffer, bytes.byteOffset + HEADER_BYTES, size - HEADER_BYTES);
    yield { type: records.readUInt32LE(at), body, bytes };
    at += size;
  }
}

/** Whole records, of which the newest comes first, in the order in which they were written. */
export const newestLast = (records: Buffer): Buffer[] => [...rawRecords([records])].map(({ bytes }) => bytes).reverse();

/** Small records a thousand at a time: each write takes its time. */
export function* inBatches(records: Iterable<Buffer>): Generator<Buffer[]> {
  let batch: Buffer[] = [];
  for (const record of records) {
    if (batch.push(record) < 1000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}
