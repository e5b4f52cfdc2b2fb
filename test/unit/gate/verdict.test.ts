import { describe, expect, it } from 'vitest';
import { GateCourse } from '../../../src/gate/course';
import { holmLevels } from '../../../src/gate/holm';
import { fewestPairs, fewestRuns, looksUpTo } from '../../../src/gate/looks';
import { gateMetric } from '../../../src/gate/metric';
import { PairedDifferences } from '../../../src/gate/pairs';
import { seeded } from '../../../src/gate/random';
import { atMostAbove, GroupedDifferences } from '../../../src/gate/rank-sum';
import { differencesOf, overall } from '../../../src/gate/verdict';

/** A normal deviate, by Box and Muller. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A gate of one time whose runs vary by 1 %, the new one taking so much more. */
function gateOf(change: number, { pairs = 40, seed = 1, sigma = 0.01, name = 'time' } = {}): GateCourse {
  const random = seeded(seed);
  const course = new GateCourse([gateMetric(name, undefined)], pairs);
  const run = (factor: number) => [100 * factor * Math.exp(sigma * normal(random))];
  while (!course.isOver) course.add(run(1), run(1 + change));
  return course;
}

const verdictOf = (course: GateCourse) => course.assessments[0]?.verdict;

describe('the verdict of a gate', () => {
  it('is one of four', () => {
    expect(verdictOf(gateOf(0.05))).toBe('REGRESSED');
    expect(verdictOf(gateOf(0))).toBe('PASS');
    expect(verdictOf(gateOf(-0.05))).toBe('IMPROVED');
    expect(verdictOf(gateOf(0.015, { sigma: 0.2 }))).toBe('INCONCLUSIVE');
  });

  it('comes at the first look where it is clear, and at the last where it is not', () => {
    expect(gateOf(0.2).pairs).toBe(10);
    expect(gateOf(0.015, { sigma: 0.2 }).pairs).toBe(40);
  });

  it('is no regression for less than the least effect, however sure', () => {
    const course = gateOf(0.005, { sigma: 0.0001 });
    expect(verdictOf(course)).toBe('PASS');
    expect(course.assessments[0]?.lower).toBeGreaterThan(0);
  });

  it('compares what does not vary as it is: one more in 36, and one more in a thousand', () => {
    expect(verdictOf(gateOf(1 / 36, { sigma: 0, name: 'raw_syscalls:sys_enter' }))).toBe('REGRESSED');
    expect(gateOf(1 / 36, { sigma: 0, name: 'x' }).assessments[0]).toMatchObject({ isExact: true, pairs: 10 });
    expect(verdictOf(gateOf(1 / 1000, { sigma: 0, name: 'x' }))).toBe('PASS');
    expect(verdictOf(gateOf(1 / 36, { sigma: 0, name: 'x', pairs: 3 }))).toBe('REGRESSED');
  });

  it('passes below the threshold, and regresses from the least effect on, or from a smaller threshold', () => {
    const verdictAt = (threshold: number, base: number, other: number) => {
      const course = new GateCourse([gateMetric('x', threshold)], 3);
      while (!course.isOver) course.add([base], [other]);
      return verdictOf(course);
    };
    expect([10_019, 10_020, 10_400].map((other) => verdictAt(0.05, 10_000, other))).toEqual([
      ...['PASS', 'REGRESSED', 'REGRESSED'],
    ]);
    expect([10_000, 10_004, 10_005, 10_015].map((other) => verdictAt(0.0005, 10_000, other))).toEqual([
      ...['PASS', 'PASS', 'REGRESSED', 'REGRESSED'],
    ]);
    // The usual one, and one that is as large.
    expect([undefined, 0.02, 0.05, 0.001].map((of) => gateMetric('user', of).leastEffect)).toEqual([
      0.01, 0.01, 0.01, 0.001,
    ]);
  });

  it('tells the least change that it would have seen', () => {
    const [wide, narrow] = [gateOf(0, { sigma: 0.02, seed: 3 }), gateOf(0, { sigma: 0.002, seed: 3 })];
    expect(wide.assessments[0]?.detectable).toBeGreaterThan(0.02);
    expect(narrow.assessments[0]?.detectable).toBeCloseTo(Math.log1p(0.01), 12);
    expect(gateOf(0, { pairs: 5 }).assessments[0]?.detectable).toBe(Number.POSITIVE_INFINITY);
  });

  it('finds in nine of ten gates what they could see, of few pairs, too, and beside stored runs', () => {
    const random = seeded(11);
    const values = (length: number, more = 0) => Array.from({ length }, () => normal(random) + more);
    const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
    const gates = Array.from({ length: 1000 }, (_, i) => i);
    const share = (found: readonly boolean[]) => found.filter(Boolean).length / found.length;
    for (const [pairs, alpha] of [
      [10, 0.002],
      [20, 0.004],
    ] as const) {
      const paired = (more: number) => new PairedDifferences(values(pairs, more));
      const seen = mean(gates.map(() => paired(0).detectable(alpha)));
      expect(Math.abs(share(gates.map(() => paired(seen).lower(alpha) > 0)) - 0.9)).toBeLessThan(0.04);
    }
    const grouped = (more: number) => new GroupedDifferences(values(40), values(10, more));
    const seen = mean(gates.map(() => grouped(0).detectable(0.002)));
    expect(Math.abs(share(gates.map(() => grouped(seen).lower(0.002) > 0)) - 0.9)).toBeLessThan(0.04);
  });

  it('of several is the worst', () => {
    expect(overall(['PASS', 'REGRESSED', 'INCONCLUSIVE'])).toBe('REGRESSED');
    expect(overall(['PASS', 'INCONCLUSIVE', 'IMPROVED'])).toBe('INCONCLUSIVE');
    expect(overall(['PASS', 'IMPROVED'])).toBe('PASS');
  });

  it('takes counts of nothing', () => {
    const metric = gateMetric('faults', undefined);
    expect(differencesOf({ metric, base: [0, 0], new: [0, 0] })).toEqual([0, 0]);
    expect(differencesOf({ metric, base: [0], new: [1] })[0]).toBeCloseTo(Math.log(3), 12);
  });

  it('takes times of nothing for half of the shortest, and leaves the others as they are', () => {
    const metric = gateMetric('user', undefined);
    const [missing, kept] = differencesOf({ metric, base: [0, 0.003], new: [0.006, 0.006] });
    expect(missing).toBeCloseTo(Math.log(4), 12);
    expect(kept).toBeCloseTo(Math.log(2), 12);
    expect(differencesOf({ metric, base: [0, 0], new: [0, 0] })).toEqual([0, 0]);
    for (const stored of [
      {},
      { stored: [Array.from({ length: 40 }, (_, i) => (i % 9 === 0 ? 0 : 0.003 + i * 1e-5))] },
    ]) {
      const course = new GateCourse([metric], 40, 'stored' in stored ? stored.stored : undefined);
      for (let i = 0; !course.isOver; i += 1) course.add([i % 9 === 0 ? 0 : 0.003 + i * 1e-5], [0.006 + i * 1e-5]);
      expect(verdictOf(course)).toBe('REGRESSED');
      expect(course.assessments[0]?.estimate).toBeGreaterThan(Math.log(1.7));
    }
  });
});

describe('the looks of a gate', () => {
  it('need as many runs beside stored ones as have an order that is rare enough', () => {
    for (const stored of [3, 10, 40]) {
      for (const metrics of [1, 4]) {
        const runs = fewestRuns(metrics, stored);
        const alpha = (of: number) => (looksUpTo(of).at(-1)?.alpha ?? 0) / metrics;
        expect(atMostAbove(stored, runs, 0)).toBeLessThanOrEqual(alpha(runs));
        expect(atMostAbove(stored, runs - 1, 0)).toBeGreaterThan(alpha(runs - 1));
      }
    }
  });

  it('share 1.2 %, and end with the last pair', () => {
    for (const pairs of [3, 8, 10, 15, 20, 30, 40, 50]) {
      const looks = looksUpTo(pairs);
      expect(looks.at(-1)?.pairs).toBe(pairs);
      expect(looks.reduce((sum, { alpha }) => sum + alpha, 0)).toBeCloseTo(0.012, 12);
    }
    for (const pairs of [40, 41, 50])
      expect(looksUpTo(pairs).map(({ alpha }) => alpha)).toEqual([0.002, 0.004, expect.closeTo(0.006, 12)]);
  });

  it('have something to say after more pairs than usual', () => {
    const course = gateOf(0.012, { sigma: 0.05, pairs: 50, seed: 5 });
    expect(course.pairs).toBe(50);
    expect(course.assessments[0]?.lower).toBeGreaterThan(-0.1);
    expect(course.assessments[0]?.upper).toBeLessThan(0.1);
    // As many system calls at once: it takes more runs than there are, and is told so.
    expect(fewestRuns(100, 3)).toBeGreaterThan(40);
  });

  it('need some pairs to fail at all, and more with more metrics', () => {
    expect(fewestPairs(1)).toBe(7);
    expect(fewestPairs(6)).toBe(9);
  });
});

describe('levels of several tests', () => {
  it("are Holm's", () => {
    // Holm (1979): .01 is below .05/3, .02 below .05/2, .04 below .05.
    expect(holmLevels([0.04, 0.01, 0.02], 0.05)).toEqual([0.05, 0.05 / 3, 0.025]);
    expect(holmLevels([0.04, 0.03, 0.02], 0.05)).toEqual([0.05 / 3, 0.05 / 3, 0.05 / 3]);
    expect(holmLevels([], 0.05)).toEqual([]);
  });
});
