import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordType, ringRecords } from '../../../src/abi/ring-page';
import { RingBytes } from '../../unit/abi/ring-bytes';

/** A page of anything. Not shrunk: thousands of bytes take minutes. */
const noise = () => fc.noShrink(fc.uint8Array({ minLength: 4096, maxLength: 4096 }));

/** More than fit into a ring of this size: 8 bytes each at least. */
const MOST_RECORDS = 2 * (4096 / 8);

it('gives back what was written, wherever in the ring', () => {
  const bodies = fc.array(
    fc.integer({ min: 0, max: 40 }).chain((words) => fc.uint8Array({ minLength: words * 8, maxLength: words * 8 })),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: (1n << 40n) / 8n }), bodies, (words, written) => {
      const ring = new RingBytes(2, words * 8n);
      const tail = ring.head;
      for (const one of written) ring.write(RecordType.sample, one);
      const read = [...ringRecords(ring.memory, tail, ring.head)].map(({ body }) =>
        Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      );
      expect(read).toEqual(written.map((one) => Buffer.from(one)));
    }),
    { numRuns: 200 },
  );
});

it('neither throws nor goes on for ever, whatever the pages and positions hold', () => {
  const position = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
  const small = fc.bigInt({ min: 0n, max: 20_000n });
  const word = fc.oneof(position, small);
  fc.assert(
    fc.property(noise(), word, word, word, word, (bytes, tail, head, offset, size) => {
      const memory = Buffer.alloc(2 * 4096);
      memory.set(bytes, 4096);
      memory.writeBigUInt64LE(offset, 1040);
      memory.writeBigUInt64LE(size, 1048);
      let records = 0;
      for (const record of ringRecords(memory, tail, head)) {
        records += 1;
        expect(record.body.byteLength).toBeLessThanOrEqual(0xffff);
        if (records > MOST_RECORDS) break;
      }
      expect(records).toBeLessThanOrEqual(MOST_RECORDS);
    }),
    { numRuns: 500 },
  );
});

it('takes whatever stands between right positions for records, or stops', () => {
  fc.assert(
    fc.property(
      noise(),
      fc.bigInt({ min: 0n, max: 4096n }),
      fc.bigInt({ min: 0n, max: 1n << 50n }),
      (page, length, tail) => {
        const ring = new RingBytes(1, tail);
        ring.memory.set(page, 4096);
        const bytes = [...ringRecords(ring.memory, tail, tail + length)].reduce(
          (sum, { body }) => sum + 8 + body.byteLength,
          0,
        );
        expect(bytes).toBeLessThanOrEqual(Number(length));
      },
    ),
    { numRuns: 500 },
  );
});
