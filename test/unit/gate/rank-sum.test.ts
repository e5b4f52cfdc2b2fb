import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMostAbove, GroupedDifferences } from '../../../src/gate/rank-sum';

describe('the rank-sum distribution', () => {
  it('has the critical values that are published, two-sided at 0.05 and at 0.01', () => {
    // Mann and Whitney (1947), Milton (1964): the largest U that is significant.
    for (const [m, n, at05, at01] of [
      [5, 5, 2, 0],
      [8, 10, 17, 11],
      [10, 10, 23, 16],
      [20, 20, 127, 105],
    ] as const) {
      expect(atMostAbove(m, n, at05)).toBeLessThanOrEqual(0.025);
      expect(atMostAbove(m, n, at05 + 1)).toBeGreaterThan(0.025);
      expect(atMostAbove(m, n, at01)).toBeLessThanOrEqual(0.005);
      expect(atMostAbove(m, n, at01 + 1)).toBeGreaterThan(0.005);
    }
    expect(atMostAbove(3, 4, 0)).toBeCloseTo(1 / 35, 12);
    expect(atMostAbove(50, 50, 2500)).toBeCloseTo(1, 12);
  });
});

describe('differences of two groups', () => {
  it('are told to be more just where the bound below is above 0', () => {
    const values = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(values, values, (base, other) => {
        const found = new GroupedDifferences(base, other);
        expect(found.lower(0.01)).toBeLessThanOrEqual(found.estimate + 1e-12);
        for (const alpha of [0.002, 0.01, 0.05]) expect(found.chanceOfMore <= alpha).toBe(found.lower(alpha) > 0);
      }),
    );
  });
});
