import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MappedRange, Memory } from '../../../src/profile/memory';
import { MemoryView } from '../../../src/profile/memory-view';

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

const placeIn = (range: MappedRange | undefined, address: number) =>
  range && { dso: range.dso, offset: address - range.start + range.offset };

describe('all that is seen in a memory', () => {
  it('is what is found at each address', () => {
    fc.assert(
      fc.property(generations, fc.nat(3), (line, siblings) => {
        const [memory, view] = [youngest(line), new MemoryView(100)];
        // Other children of the same parent: what two of them began with is known to the third.
        for (let i = 0; memory.origin && i < siblings; i += 1) view.of(new Memory(99 - i, memory.origin));
        const all = view.of(memory) ?? [];
        for (const [i, { end }] of all.entries()) expect(all[i + 1]?.start ?? end).toBeGreaterThanOrEqual(end);
        for (let address = 0; address < 60; address += 1) {
          const one = all.find(({ start, end }) => address >= start && address < end);
          expect(placeIn(one, address)).toEqual(placeIn(memory.find(address), address));
        }
      }),
    );
  });

  it('is not told where there is too much of it, or too many generations', () => {
    const line = Array.from({ length: 50 }, () => [[{ start: 0, end: 1, offset: 0, dso: 0 }], 1] as const);
    expect(new MemoryView(99).of(youngest(line))).toBeUndefined();
    expect(new MemoryView(100).of(youngest(line))).toHaveLength(1);
  });
});
