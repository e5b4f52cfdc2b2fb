import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { fd } from '../../../src/base/units';
import type { Kernel, RingMapping } from '../../../src/native/kernel';
import { newestLast } from '../../../src/recording/raw-records';
import { RingSnapshots } from '../../../src/ring/ring-snapshot';
import { RingBytes } from '../abi/ring-bytes';
import { BackwardBytes } from './fake-rings';

/** A ring that is overwritten, mapped, with the kernel's side of it. */
function machine() {
  const { memory } = new RingBytes();
  const data = memory.subarray(RingBytes.pageSize);
  const ring = new BackwardBytes(data.length);
  Object.defineProperty(ring, 'data', { value: data });
  const mapping: RingMapping = { mode: 'overwrite', memory, address: 0n, unmap: () => {} };
  const pauses: boolean[] = [];
  const kernel: Pick<Kernel, 'ringHeads' | 'pauseOutput'> = {
    ringHeads: () => [ring.head],
    pauseOutput: (_, paused) => void pauses.push(paused),
  };
  const snapshots = new RingSnapshots(kernel);
  return { ring, pauses, take: () => snapshots.take([{ mapping, fd: fd(3) }])[0]?.bytes ?? Buffer.alloc(0) };
}

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
        const { ring, take } = machine();
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

  it('are taken while nothing is written, which goes on afterwards', () => {
    const { pauses, take } = machine();
    take();
    expect(pauses).toEqual([true, false]);
  });

  it('have nothing to say twice', () => {
    const { ring, take } = machine();
    ring.write(RecordType.sample, numbered(1, 0));
    expect(take()).toHaveLength(16);
    expect(take()).toHaveLength(0);
  });
});
