import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { cpu } from '../../../src/base/units';
import { CpuMask } from '../../../src/host/cpu-mask';

const cpus = fc.uniqueArray(fc.nat({ max: 8191 }), { maxLength: 200 });
const listLike = fc.string({ unit: fc.constantFrom(...'0123456789-,:/ \nx'), maxLength: 24 });

describe('CPU lists', () => {
  it('print what they parse', () => {
    fc.assert(
      fc.property(
        cpus.filter((list) => list.length > 0),
        (list) => {
          const mask = CpuMask.of(list.map(cpu));
          expect(CpuMask.parse(mask.toString()).equals(mask)).toBe(true);
          expect([...mask]).toEqual([...list].sort((a, b) => a - b));
          expect(mask.size).toBe(list.length);
          expect(mask.first).toBe(Math.min(...list));
        },
      ),
    );
  });

  it('behave as sets', () => {
    fc.assert(
      fc.property(cpus, cpus, (a, b) => {
        const [left, right] = [CpuMask.of(a.map(cpu)), CpuMask.of(b.map(cpu))];
        const sorted = (list: Iterable<number>) => [...new Set(list)].sort((x, y) => x - y);
        expect([...left.union(right)]).toEqual(sorted([...a, ...b]));
        expect([...left.intersect(right)]).toEqual(sorted(a.filter((n) => b.includes(n))));
        expect([...left.minus(right)]).toEqual(sorted(a.filter((n) => !b.includes(n))));
        expect(left.minus(right).union(left.intersect(right)).equals(left)).toBe(true);
        expect(a.every((n) => left.has(cpu(n)))).toBe(true);
      }),
    );
  });

  it('select a stride as counting does', () => {
    const nat = fc.nat({ max: 300 });
    fc.assert(
      fc.property(nat, nat, fc.integer({ min: 1, max: 40 }), fc.nat({ max: 39 }), (first, length, group, less) => {
        const used = Math.max(1, group - less);
        const all = Array.from({ length: length + 1 }, (_, i) => first + i);
        const range = `${first}-${first + length}`;
        expect([...CpuMask.parse(`${range}:${used}/${group}`)]).toEqual(all.filter((_, i) => i % group < used));
        expect([...CpuMask.parse(`${range}:${group}`)]).toEqual(all.filter((_, i) => i % group === 0));
      }),
    );
  });

  it('that are nonsense fail with one kind of error only', () => {
    fc.assert(
      fc.property(fc.oneof(listLike, fc.string({ unit: 'binary' })), (text) => {
        try {
          const mask = CpuMask.parse(text);
          expect(mask.isEmpty).toBe(false);
          expect(CpuMask.parse(mask.toString()).equals(mask)).toBe(true);
        } catch (error) {
          if (!(error instanceof SyswideError)) throw error;
          expect(error.code).toBe('BAD_CPU_LIST');
          expect(error.message).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
