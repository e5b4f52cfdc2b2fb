import { describe, expect, it } from 'vitest';
import { RecordType, ringRecords } from '../../../src/abi/ring-page';
import { RingBytes } from './ring-bytes';

const body = (length: number, first = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

const read = (ring: RingBytes, tail: bigint) =>
  [...ringRecords(ring.memory, tail, ring.head)].map((record) => ({
    type: record.type,
    bytes: [...new Uint8Array(record.body.buffer, record.body.byteOffset, record.body.byteLength)],
  }));

describe('the records of a ring', () => {
  it('are none where nothing was written', () => {
    expect(read(new RingBytes(), 0n)).toEqual([]);
  });

  it('come in their order, whole', () => {
    const ring = new RingBytes();
    ring.write(RecordType.sample, body(40));
    ring.write(RecordType.lost, body(16, 7));
    expect(read(ring, 0n)).toEqual([
      { type: RecordType.sample, bytes: [...body(40)] },
      { type: RecordType.lost, bytes: [...body(16, 7)] },
    ]);
  });

  it('may lie around the end in every position', () => {
    for (let before = 8; before <= 72; before += 8) {
      const start = BigInt(3 * 4096 - before);
      const ring = new RingBytes(1, start);
      ring.write(RecordType.sample, body(56));
      ring.write(RecordType.sample, body(8, 99));
      expect(read(ring, start), `${before} bytes before the end`).toEqual([
        { type: RecordType.sample, bytes: [...body(56)] },
        { type: RecordType.sample, bytes: [...body(8, 99)] },
      ]);
    }
  });

  it('fill the whole ring', () => {
    const start = 4096n * 5n - 16n;
    const ring = new RingBytes(1, start);
    for (let i = 0; i < 128; i += 1) ring.write(RecordType.sample, body(24, i));
    expect(read(ring, start)).toHaveLength(128);
  });

  it('are found behind positions that no number holds', () => {
    const start = (1n << 63n) - 24n;
    const ring = new RingBytes(2, start);
    ring.write(RecordType.sample, body(32));
    expect(read(ring, start)).toEqual([{ type: RecordType.sample, bytes: [...body(32)] }]);
  });

  it.each([
    ['no length', 0],
    ['less than a header', 7],
    ['more than was written', 64],
  ])('end at one with %s', (_, length) => {
    const ring = new RingBytes();
    ring.write(RecordType.sample, body(8));
    ring.write(RecordType.sample, body(8), length);
    expect(read(ring, 0n)).toHaveLength(1);
  });

  it('end where the rest is no whole header', () => {
    const ring = new RingBytes();
    ring.write(RecordType.sample, body(8));
    ring.head += 4n;
    expect(read(ring, 0n)).toHaveLength(1);
  });

  it('are none when the head lies behind the tail, or further ahead than the ring is long', () => {
    const ring = new RingBytes();
    ring.write(RecordType.sample, body(8));
    expect([...ringRecords(ring.memory, 64n, 16n)]).toEqual([]);
    expect([...ringRecords(ring.memory, 0n, 4097n)]).toEqual([]);
    expect([...ringRecords(ring.memory, 0n, (1n << 64n) - 1n)]).toEqual([]);
  });
});
