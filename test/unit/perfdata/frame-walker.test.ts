import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameWalker } from '../../../src/perfdata/frame-walker';

/** Blocks of given sizes in a frame; -1: a repeated byte. */
function frame(sizes: readonly number[], { window = 0x48, checksum = false } = {}): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, checksum ? 4 : 0, window]);
  const blocks = sizes.map((size, i) => {
    const last = i === sizes.length - 1 ? 1 : 0;
    const head = Buffer.alloc(3);
    head.writeUIntLE(last | (size < 0 ? 2 : 0) | ((size < 0 ? 131072 : size) << 3), 0, 3);
    return Buffer.concat([head, Buffer.alloc(size < 0 ? 1 : size, 7)]);
  });
  return Buffer.concat([header, ...blocks, Buffer.alloc(checksum ? 4 : 0)]);
}

describe('the frames of a compressed stream', () => {
  it('are followed wherever they are cut', () => {
    const sizes = fc.array(fc.integer({ min: -1, max: 300 }), { minLength: 1, maxLength: 10 });
    const frames = fc.array(fc.record({ sizes, checksum: fc.boolean() }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (all, cuts) => {
        const bytes = Buffer.concat(all.map((one) => frame(one.sizes, one)));
        const walker = new FrameWalker();
        for (let [at, i] = [0, 0]; at < bytes.length; i += 1) {
          const length = cuts[i % cuts.length] ?? 1;
          expect(walker.accepts(bytes.subarray(at, at + length), 512, 64)).toBeDefined();
          at += length;
        }
      }),
    );
  });

  it('are refused with too many blocks at once, or too large a window', () => {
    const many = frame(Array(600).fill(-1));
    expect(new FrameWalker().accepts(many, 512, 64)).toBeUndefined();
    expect(new FrameWalker().accepts(many, 600, 64)).toBeDefined();
    expect(new FrameWalker().accepts(frame([40], { window: 0x88 }), 512, 64)).toBeDefined();
    expect(new FrameWalker().accepts(frame([40], { window: 0x90 }), 512, 64)).toBeUndefined();
    // A content of 2^40 bytes, in one segment.
    const single = Buffer.alloc(40);
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1]).copy(single);
    expect(new FrameWalker().accepts(single, 512, 64)).toBeUndefined();
  });

  it('are taken apart where they would be too much at once', () => {
    const cuts = new FrameWalker().accepts(frame(Array(200).fill(-1)), 512, 64);
    // A header of 6 bytes, and 4 for each block.
    expect(cuts?.map((cut) => (cut - 6) % 4)).toEqual([0, 0, 0]);
    expect(new FrameWalker().accepts(frame(Array(60).fill(-1)), 512, 64)).toEqual([]);
  });

  it('are refused where none begins', () => {
    expect(new FrameWalker().accepts(Buffer.alloc(20), 512, 64)).toBeUndefined();
    const walker = new FrameWalker();
    expect(walker.accepts(frame([10]), 512, 64)).toBeDefined();
    expect(walker.accepts(Buffer.alloc(20), 512, 64)).toBeUndefined();
  });
});
