import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { backwardSpan } from '../../../src/ring/backward-span';
import { spanLength, spanViews } from '../../../src/ring/ring-span';
import { BackwardBytes } from './fake-rings';

const read = ({ data, head }: BackwardBytes): Buffer => Buffer.concat(spanViews(data, backwardSpan(data, head)) ?? []);

describe('a ring that is written backwards', () => {
  it('is empty before the first record', () => {
    expect(read(new BackwardBytes())).toHaveLength(0);
  });

  it('gives the newest record first', () => {
    const ring = new BackwardBytes();
    ring.write(RecordType.lost, Buffer.alloc(16, 1));
    ring.write(RecordType.sample, Buffer.alloc(8, 2));
    const bytes = read(ring);
    expect(bytes).toHaveLength(40);
    expect([bytes.readUInt32LE(0), bytes.readUInt32LE(16)]).toEqual([RecordType.sample, RecordType.lost]);
  });

  it('leaves out the oldest record once its end has been written over', () => {
    const ring = new BackwardBytes();
    for (let i = 0; i < 200; i += 1) ring.write(RecordType.sample, Buffer.alloc(40, i));
    // 85 records of 48 bytes fit into 4096, and 16 bytes of the 86th.
    expect(read(ring)).toHaveLength(85 * 48);
  });

  it('gives a full ring that ends with a record whole', () => {
    const ring = new BackwardBytes();
    for (let i = 0; i < 300; i += 1) ring.write(RecordType.sample, Buffer.alloc(24, i));
    expect(read(ring)).toHaveLength(4096);
  });

  it('stops where no record can be', () => {
    const ring = new BackwardBytes();
    ring.write(RecordType.sample, Buffer.alloc(24));
    ring.data.writeUInt16LE(7, Number(ring.head & 4095n) + 6);
    expect(read(ring)).toHaveLength(0);
    expect(spanLength(backwardSpan(ring.data, 3n))).toBe(0n);
  });
});
