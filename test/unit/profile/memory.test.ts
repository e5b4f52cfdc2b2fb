import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Memory } from '../../../src/profile/memory';

const range = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 3 }))
  .map(([start, length, dso]) => ({ start, end: start + length, offset: start * 7, dso }));

/** Generations: what each adds, of which the next one begins with the first so many. */
const generations = fc.array(fc.tuple(fc.array(range, { maxLength: 5 }), fc.nat(5)), { minLength: 1, maxLength: 4 });

function youngest(line: readonly (readonly [readonly Parameters<Memory['add']>[0][], number])[]): Memory {
  let memory: Memory | undefined;
  let count = 0;
  for (const [i, [ranges, inherited]] of line.entries()) {
    memory = new Memory(i + 1, memory && { memory, count });
    for (const one of ranges) memory.add(one);
    count = Math.min(inherited, ranges.length);
  }
  return memory ?? new Memory(1);
}

describe('all that is seen in a memory', () => {
  it('is what is found at each address', () => {
    fc.assert(
      fc.property(generations, (line) => {
        const memory = youngest(line);
        const all = memory.all(100) ?? [];
        for (const [i, { end }] of all.entries()) expect(all[i + 1]?.start ?? end).toBeGreaterThanOrEqual(end);
        for (let address = 0; address < 60; address += 1) {
          const one = all.find(({ start, end }) => address >= start && address < end);
          const found = memory.find(address);
          expect(one?.dso).toBe(found?.dso);
          if (one && found) expect(address - one.start + one.offset).toBe(address - found.start + found.offset);
        }
      }),
    );
  });

  it('is not told where there is too much of it, or too many generations', () => {
    const line = Array.from({ length: 50 }, () => [[{ start: 0, end: 1, offset: 0, dso: 0 }], 1] as const);
    expect(youngest(line).all(99)).toBeUndefined();
    expect(youngest(line).all(100)).toHaveLength(1);
  });
});
