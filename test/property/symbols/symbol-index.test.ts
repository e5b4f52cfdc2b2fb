import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SymbolIndex } from '../../../src/symbols/symbol-index';

interface Given {
  readonly start: number;
  readonly size: number;
  readonly name: string;
  readonly part: number;
}

interface Left {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

const PAGE = 4096;

const NOTHING: Given = { start: 0, size: 0, name: '', part: 0 };

const isBetter = (all: readonly Given[]) => (one: number, other: number) =>
  (all[one]?.name ?? '') >= (all[other]?.name ?? '');

/** What is left of all symbols, as symbols__fixup_duplicate() and symbols__fixup_end() go through them, one after the other. */
function left(all: readonly Given[]): Left[] {
  const order = [...all.keys()].sort((a, b) => (all[a]?.start ?? 0) - (all[b]?.start ?? 0) || a - b);
  const kept: Left[] = [];
  for (const [i, id] of order.entries()) {
    const { start, size, part } = all[id] ?? NOTHING;
    const next = all[order[i + 1] ?? -1];
    const reach = next && next.part === part ? next.start : Math.ceil(start / PAGE) * PAGE + PAGE;
    const mine = { id, start, end: size > 0 ? start + size : reach };
    const last = kept.at(-1);
    if (last?.start === start) kept.splice(-1, 1, betterOf(all, last, mine));
    else kept.push(mine);
  }
  return kept;
}

function betterOf(all: readonly Given[], last: Left, mine: Left): Left {
  const [hasLength, lastHasLength] = [mine.end > mine.start, last.end > last.start];
  if (hasLength !== lastHasLength) return hasLength ? mine : last;
  return isBetter(all)(last.id, mine.id) ? last : mine;
}

/** The nearest eight before an address are looked at: one with a size first, then one without. */
function found(all: readonly Given[], kept: readonly Left[], address: number): Left | undefined {
  const before = kept.filter(({ start }) => start <= address).slice(-8);
  const around = before.filter(({ end }) => address < end).reverse();
  return around.find(({ id }) => (all[id]?.size ?? 0) > 0) ?? around[0];
}

const given = (most: number, shift: number) =>
  fc.record({
    start: fc.nat(most).map((start) => start + shift),
    size: fc.oneof(fc.constant(0), fc.nat(6)),
    name: fc.constantFrom('a', 'b', 'c', '_a'),
    part: fc.constantFrom(1, 1, 2),
  });

it.each([
  ['near each other', 12, 0],
  ['with addresses of the kernel', 40, 0xffff_8100_0000],
])('finds among symbols %s what one finds who goes through all of them', (_, most, shift) => {
  fc.assert(
    fc.property(fc.array(given(most, shift), { maxLength: 40 }), fc.boolean(), (symbols, isSorted) => {
      const all = isSorted ? [...symbols].sort((a, b) => a.start - b.start) : symbols;
      const index = SymbolIndex.of({
        starts: Float64Array.from(all, ({ start }) => start),
        sizes: Float64Array.from(all, ({ size }) => size),
        isBetter: isBetter(all),
        nameOf: (id) => all[id]?.name ?? '',
        partOf: (id) => all[id]?.part,
      });
      const kept = left(all);
      for (const address of [...all.flatMap(({ start, size }) => [start - 1, start, start + size]), shift + PAGE]) {
        const position = index.find(address);
        const expected = found(all, kept, address);
        expect(position < 0 ? undefined : { id: index.idAt(position), start: index.startAt(position) }).toEqual(
          expected && { id: expected.id, start: expected.start },
        );
        expect(position).toBeLessThan(Math.max(1, index.size));
      }
    }),
    { numRuns: 500 },
  );
});
