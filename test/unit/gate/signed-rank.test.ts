import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PairedDifferences } from '../../../src/gate/pairs';
import { atMostSum, boundIndex } from '../../../src/gate/signed-rank';

describe('the signed-rank distribution', () => {
  it('has the probabilities that are published', () => {
    // Hollander, Wolfe and Chicken, table A.4: P(T+ >= t) for n = 5, 10, 15, by symmetry P(T+ <= n(n+1)/2 - t).
    expect(atMostSum(5, 0)).toBeCloseTo(0.03125, 12);
    expect(atMostSum(5, 2)).toBeCloseTo(0.09375, 12);
    expect(atMostSum(10, 8)).toBeCloseTo(0.0244140625, 10);
    expect(atMostSum(10, 10)).toBeCloseTo(0.0419921875, 10);
    expect(atMostSum(15, 25)).toBeCloseTo(0.024, 4);
    expect(atMostSum(15, 30)).toBeCloseTo(0.0473, 4);
  });

  it('gives the critical values that are published, one-sided', () => {
    // Critical values of the smaller rank sum at 0.025, 0.01 and 0.005: Wilcoxon and Wilcox (1964), n = 8, 10, 20, 25.
    for (const [n, ...critical] of [
      [8, 3, 1, 0],
      [10, 8, 5, 3],
      [20, 52, 43, 37],
      [25, 89, 76, 68],
    ] as const) {
      expect([0.025, 0.01, 0.005].map((alpha) => boundIndex(n, alpha) - 1)).toEqual(critical);
    }
    expect(boundIndex(8, 0.002)).toBe(0);
    expect(boundIndex(9, 0.002)).toBe(1);
  });
});

const difference = fc.double({ min: -1, max: 1, noNaN: true });

describe('differences of pairs', () => {
  it('have the estimate and the interval of the textbook', () => {
    // Hollander, Wolfe and Chicken, example 3.1: Hamilton depression scale factors, n = 9; estimate -0.46, and of the
    // 96 % interval the ends are the 6th smallest and largest averages.
    const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
    const after = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
    const found = new PairedDifferences(after.map((value, i) => value - (before[i] ?? 0)));
    expect(found.estimate).toBeCloseTo(-0.46, 6);
    expect(boundIndex(9, 0.02)).toBe(6);
    expect(found.lower(0.02)).toBeCloseTo(-0.786, 3);
    expect(found.upper(0.02)).toBeCloseTo(-0.01, 3);
  });

  it('move with what is added to all, and are mirrored with their sign', () => {
    fc.assert(
      fc.property(fc.array(difference, { minLength: 1, maxLength: 40 }), difference, (differences, shift) => {
        const found = new PairedDifferences(differences);
        const moved = new PairedDifferences(differences.map((one) => one + shift));
        const mirrored = new PairedDifferences(differences.map((one) => -one));
        expect(moved.estimate).toBeCloseTo(found.estimate + shift, 9);
        expect(mirrored.estimate).toBeCloseTo(-found.estimate, 9);
        expect(mirrored.lower(0.01)).toBeCloseTo(-found.upper(0.01), 9);
        expect(found.lower(0.01)).toBeLessThanOrEqual(found.estimate + 1e-12);
      }),
    );
  });

  it('are told to be more just where the bound below is above 0', () => {
    fc.assert(
      fc.property(fc.array(difference, { minLength: 5, maxLength: 40 }), (differences) => {
        const found = new PairedDifferences(differences);
        for (const alpha of [0.002, 0.01, 0.05]) expect(found.chanceOfMore <= alpha).toBe(found.lower(alpha) > 0);
      }),
    );
  });
});
