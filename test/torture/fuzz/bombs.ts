import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileOnlyRecord } from '../../../src/perfdata/file-only-record';
import { corpus } from './campaign';

/** A block of zstd that says a byte 131,072 times, in four. */
function repeated(byte: number): Buffer {
  const block = Buffer.alloc(4, byte);
  block.writeUIntLE((131_072 << 3) | 2, 0, 3);
  return block;
}

function record(body: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(FileOnlyRecord.compressed, 0);
  header.writeUInt16LE(8 + body.length, 6);
  return Buffer.concat([header, body]);
}

/**
 * A recording of perf whose compressed records are so many times as long as the file.
 * @param byte of which all of them consist: 8 makes records of 2,056 bytes, 0 and 255 make none
 * @param blocks of 128 KiB in each of so many records
 */
export function compressedBomb(byte: number, blocks: number, records: number): Buffer {
  const bytes = readFileSync(join(corpus, 'perf-z.data'));
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]);
  const all = Array.from({ length: records }, (_, i) => {
    const content = Array.from({ length: blocks }, () => repeated(byte));
    return record(Buffer.concat([...(i === 0 ? [frame] : []), ...content]));
  });
  const data = Buffer.concat(all);
  const begin = Number(bytes.readBigUInt64LE(40));
  const whole = Buffer.concat([bytes.subarray(0, begin), data]);
  whole.writeBigUInt64LE(BigInt(data.length), 48);
  // No features.
  whole.fill(0, 72, 104);
  return whole;
}
