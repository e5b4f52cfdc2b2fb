import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { falseDiscoveryRates, fisherExact } from '../../../src/profile/fisher';

/** By the definition, with whole numbers. */
function byDefinition(hits: number, all: number, otherHits: number, otherAll: number): number {
  const choose = (n: number, k: number): bigint => {
    if (k < 0 || k > n) return 0n;
    let ways = 1n;
    for (let i = 1; i <= k; i += 1) ways = (ways * BigInt(n - k + i)) / BigInt(i);
    return ways;
  };
  const marked = hits + otherHits;
  const ways = (k: number): number => Number(choose(all, k) * choose(otherAll, marked - k));
  const sum = (from: number, to: number): number => {
    let total = 0;
    for (let k = from; k <= to; k += 1) total += ways(k);
    return total;
  };
  const total = sum(0, marked);
  return Math.min(1, (2 * Math.min(sum(0, hits), sum(hits, marked))) / total);
}

describe("Fisher's exact test", () => {
  it('has the values that are published', () => {
    // The lady tasting tea, three of four right: 17/70 in one tail.
    expect(fisherExact(3, 4, 1, 4)).toBeCloseTo((2 * 17) / 70, 12);
    // Fisher's criminal twins (1935): 10 of 13 and 2 of 17 were convicted, 0.0004652 in one tail.
    expect(fisherExact(10, 13, 2, 17)).toBeCloseTo(2 * 0.0004651809, 9);
  });

  it('is what the definition says', () => {
    const all = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(all, all, fc.nat(), fc.nat(), (one, other, a, b) => {
        const [hits, otherHits] = [a % (one + 1), b % (other + 1)];
        expect(fisherExact(hits, one, otherHits, other)).toBeCloseTo(byDefinition(hits, one, otherHits, other), 10);
      }),
    );
  });

  it('is near the normal distribution for millions of samples', () => {
    // 50.1 % and 50 % of a million each: z = 1.4142 (two-sided 0.1573).
    expect(fisherExact(501_000, 1e6, 500_000, 1e6)).toBeCloseTo(0.1575, 3);
    expect(fisherExact(0, 1e6, 0, 1e6)).toBe(1);
    expect(fisherExact(1000, 1e6, 0, 1e6)).toBeLessThan(1e-200);
  });
});

describe('rates of false discoveries', () => {
  it('are those of the paper', () => {
    const paper = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719];
    const rates = falseDiscoveryRates([...paper, 0.6528, 0.759, 1]);
    expect(rates.filter((rate) => rate <= 0.05).length).toBe(4);
    expect(rates[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
    expect(rates[14]).toBe(1);
  });
});
