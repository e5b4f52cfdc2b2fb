import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressTable } from '../../../src/profile/address-table';
import { WordTable } from '../../../src/profile/word-table';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('a table of word sequences', () => {
  it('numbers equal ones alike, in the order in which they come', () => {
    const sequence = fc.array(fc.oneof(word, fc.constantFrom(0, 1, -1)), { maxLength: 6 });
    fc.assert(
      fc.property(fc.array(sequence, { maxLength: 300 }), (sequences) => {
        const table = new WordTable();
        const known = new Map<string, number>();
        for (const words of sequences) {
          const key = words.join();
          if (!known.has(key)) known.set(key, known.size);
          const padded = Int32Array.from([7, ...words, 7]);
          expect(table.intern(padded, 1, words.length)).toBe(known.get(key));
        }
        expect(table.size).toBe(known.size);
        for (const [key, id] of known) {
          const from = table.startOf(id);
          expect([...table.words.subarray(from, from + table.lengthOf(id))].join()).toBe(key);
        }
      }),
    );
  });
});

describe('a table of addresses', () => {
  it('has for each, of each memory, what was set', () => {
    const address = fc.tuple(fc.integer({ min: 0, max: 3 }), word, fc.constantFrom(0, 0x7fff, -1));
    fc.assert(
      fc.property(fc.uniqueArray(address, { maxLength: 3000, selector: String }), (addresses) => {
        const table = new AddressTable();
        for (const [i, [space, low, high]] of addresses.entries()) {
          expect(table.get(space, low, high)).toBe(-1);
          table.set(space, low, high, i);
        }
        for (const [i, [space, low, high]] of addresses.entries()) expect(table.get(space, low, high)).toBe(i);
      }),
      { numRuns: 20 },
    );
  });
});
