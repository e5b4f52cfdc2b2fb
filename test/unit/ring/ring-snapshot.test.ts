import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { newestLast } from '../../../src/recording/raw-records';
import { snapshotted } from './fake-rings';

/** The numbers that were put into records, the oldest first. */
const numbersIn = (bytes: Buffer): number[] => newestLast(bytes).map((record) => record.readUInt32LE(8));

function numbered(number: number, words: number): Buffer {
  const body = Buffer.alloc(8 + words * 8);
  body.writeUInt32LE(number);
  return body;
}

describe('snapshots of a ring that is overwritten', () => {
  it('hold the newest records, in order, none of them twice', () => {
    const sizes = fc.array(fc.array(fc.nat({ max: 40 }), { maxLength: 60 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, (rounds) => {
        const { ring, take } = snapshotted();
        let next = 0;
        for (const round of rounds) {
          const first = next;
          for (const words of round) {
            ring.write(RecordType.sample, numbered(next, words));
            next += 1;
          }
          const found = numbersIn(take());
          const expected = Array.from({ length: found.length }, (_, i) => next - found.length + i);
          expect(found).toEqual(expected);
          const all = round.reduce((sum, words) => sum + 16 + words * 8, 0);
          if (all <= 4096) expect(found).toHaveLength(next - first);
          else expect(found.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('leave out the oldest record once its end has been written over', () => {
    const { ring, take } = snapshotted();
    for (let i = 0; i < 200; i += 1) ring.write(RecordType.sample, Buffer.alloc(40, i));
    // 85 records of 48 bytes fit into 4096, and 16 bytes of the 86th.
    expect(take()).toHaveLength(85 * 48);
  });

  it('have a full ring that ends with a record whole', () => {
    const { ring, take } = snapshotted();
    for (let i = 0; i < 300; i += 1) ring.write(RecordType.sample, Buffer.alloc(24, i));
    expect(take()).toHaveLength(4096);
  });

  it('stop where no record can be', () => {
    const { ring, take } = snapshotted();
    for (let i = 0; i < 2; i += 1) ring.write(RecordType.sample, Buffer.alloc(24));
    ring.data.writeUInt16LE(7, Number((ring.head + 32n) & 4095n) + 6);
    expect(take()).toHaveLength(32);
  });

  it('are taken while nothing is written, which goes on afterwards', () => {
    const { pauses, take } = snapshotted();
    take();
    expect(pauses).toEqual([true, false]);
  });

  it('have nothing to say twice', () => {
    const { ring, take } = snapshotted();
    ring.write(RecordType.sample, numbered(1, 0));
    expect(take()).toHaveLength(16);
    expect(take()).toHaveLength(0);
  });
});
