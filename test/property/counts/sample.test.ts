import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relativeError, sampleOf } from '../../../src/counts/sample';

const values = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 50 });

/** Compares with the textbook's formulas, in sums of squares instead of differences. */
it('is what the formulas say', () => {
  fc.assert(
    fc.property(values, (own) => {
      const n = own.length;
      const [sum, squares] = [own.reduce((a, b) => a + b), own.reduce((a, b) => a + b * b, 0)];
      const variance = n > 1 ? Math.max(0, (squares - (sum * sum) / n) / (n - 1)) : 0;
      const sample = sampleOf(own);
      expect(sample.mean).toBeCloseTo(sum / n, 6);
      expect(sample.deviation).toBeCloseTo(Math.sqrt(variance), 2);
      expect(sample.error).toBeCloseTo(Math.sqrt(variance / n), 2);
      expect([sample.least, sample.most]).toEqual([Math.min(...own), Math.max(...own)]);
    }),
  );
});

it('does not depend on the order, and scales with the values', () => {
  fc.assert(
    fc.property(values, (own) => {
      const [there, back, tenfold] = [own, [...own].reverse(), own.map((value) => value * 16)].map(sampleOf);
      expect(back?.outliers).toBe(there?.outliers);
      expect(back?.deviation).toBeCloseTo(there?.deviation ?? 0, 4);
      expect(tenfold?.deviation).toBeCloseTo(16 * (there?.deviation ?? 0), 3);
      expect(tenfold?.outliers).toBe(there?.outliers);
    }),
  );
});

it('has fewer outliers than a quarter on each side, and none without spread', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 9 }), (own, n) => {
      expect(sampleOf(own).outliers).toBeLessThanOrEqual(own.length / 2);
      expect(sampleOf(Array(n).fill(own[0] ?? 0)).outliers).toBe(0);
    }),
  );
});

describe('by hand', () => {
  it('five runs, of which one stands out', () => {
    const sample = sampleOf([10, 12, 11, 13, 40]);
    expect(sample).toMatchObject({ mean: 17.2, least: 10, most: 40, outliers: 1 });
    expect(sample.deviation).toBeCloseTo(12.79453, 4);
    expect(relativeError(sample)).toBeCloseTo(33.267, 3);
  });

  it('a single run, and runs of nothing', () => {
    expect(sampleOf([7])).toEqual({ mean: 7, deviation: 0, error: 0, least: 7, most: 7, outliers: 0 });
    expect(relativeError(sampleOf([0, 0]))).toBe(0);
    expect(relativeError(sampleOf([-3, -1]))).toBeCloseTo(50, 9);
  });
});
