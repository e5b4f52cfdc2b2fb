import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordCopier } from '../../../src/profile/record-copier';

describe('copying records', () => {
  it('copies just those bytes, aligned or not, between views that begin anywhere', () => {
    const copier = new RecordCopier();
    const place = fc.integer({ min: 0, max: 24 });
    fc.assert(
      fc.property(place, place, place, place, fc.integer({ min: 0, max: 40 }), (offset, begin, other, at, length) => {
        const source = new DataView(Uint8Array.from({ length: 128 }, (_, i) => i + 1).buffer, offset);
        const bytes = new Uint8Array(128);
        copier.copy(source, begin, new DataView(bytes.buffer, other), at, length);
        const expected = new Uint8Array(128);
        for (let i = 0; i < length; i += 1) expected[other + at + i] = offset + begin + i + 1;
        expect(bytes).toEqual(expected);
      }),
    );
  });
});
