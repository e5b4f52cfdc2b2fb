import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildIdIn } from '../../../src/symbols/elf/notes';

function note(name: string, type: number, content: Uint8Array): Buffer {
  const [nameBytes, padded] = [Buffer.from(`${name}\0`), (bytes: number) => Math.ceil(bytes / 4) * 4];
  const bytes = Buffer.alloc(12 + padded(nameBytes.length) + padded(content.length));
  bytes.writeUInt32LE(nameBytes.length, 0);
  bytes.writeUInt32LE(content.length, 4);
  bytes.writeUInt32LE(type, 8);
  bytes.set(nameBytes, 12);
  bytes.set(content, 12 + padded(nameBytes.length));
  return bytes;
}

describe('notes', () => {
  it('have the build-id among others', () => {
    const id = fc.uint8Array({ minLength: 1, maxLength: 20 });
    const other = fc.tuple(fc.constantFrom('GNU', 'stapsdt', 'Linux'), fc.constantFrom(1, 4, 5), fc.uint8Array());
    fc.assert(
      fc.property(fc.array(other), id, fc.array(other), (before, wanted, after) => {
        const notes = (some: typeof before) => some.map(([name, type, content]) => note(name, type, content));
        const all = Buffer.concat([...notes(before), note('GNU', 3, wanted), ...notes(after)]);
        expect(buildIdIn(all)).toEqual(Buffer.from(wanted));
      }),
    );
  });

  it('have none that is too long, of another maker, or cut off', () => {
    expect(buildIdIn(note('GNU', 3, new Uint8Array(21)))).toBeUndefined();
    expect(buildIdIn(note('Go', 3, new Uint8Array(20)))).toBeUndefined();
    const whole = note('GNU', 3, new Uint8Array(20));
    for (let length = 0; length < whole.length; length += 1) {
      expect(buildIdIn(whole.subarray(0, length))).toBeUndefined();
    }
  });

  it('of any bytes are gone through to their end', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void buildIdIn(Buffer.from(bytes))));
  });
});
