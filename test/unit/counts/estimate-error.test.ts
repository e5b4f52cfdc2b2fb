import { describe, expect, it } from 'vitest';
import type { Counts } from '../../../src/abi/counts';
import { cpu, tid } from '../../../src/base/units';
import { inQuadrature, lowerBound, squaredError } from '../../../src/counts/estimate-error';
import { aggregate } from '../../../src/counts/event-count';
import { mergedCounts } from '../../../src/counts/merged-counts';
import { hardware } from '../../fake/events';

const MS = 1_000_000n;
const counts = (value: bigint, enabledMs: bigint, runningMs: bigint): Counts => ({
  value,
  timeEnabled: enabledMs * MS,
  timeRunning: runningMs * MS,
});

const errorOf = (...places: Counts[]) => inQuadrature(places.map(squaredError));

describe('the error of an estimate', () => {
  it.each([
    // 300 turns of 4 ms out of 400: 2 √(¼ ÷ 300) = 5.77 % of 100,000.
    ['three quarters of the time', counts(75_000n, 1600n, 1200n), 5_774n],
    // 25 turns: 2 √(½ ÷ 25) = 28.3 % of 200,000.
    ['half of the time', counts(100_000n, 200n, 100n), 56_569n],
    ['for less than a turn, which is one all the same', counts(10n, 100n, 1n), 1_990n],
    ['without an occurrence', counts(0n, 200n, 100n), 0n],
  ])('of an event that was on its counter %s', (_, seen, error) => {
    expect(errorOf(seen)).toBe(error);
  });

  it('is none for what was counted all the time, and for what never was', () => {
    expect(errorOf(counts(75n, 400n, 400n), counts(75n, 400n, 500n), counts(0n, 400n, 0n))).toBeUndefined();
    expect(errorOf()).toBeUndefined();
  });

  it('falls with the length of the measurement, at the same share', () => {
    const relative = (ms: bigint) => Number(errorOf(counts(1000n * ms, 2n * ms, ms))) / Number(2000n * ms);
    expect(relative(40_000n)).toBeCloseTo(relative(400n) / 10, 6);
  });

  it('adds in quadrature over places, exact ones adding nothing', () => {
    expect(inQuadrature([9n, 16n])).toBe(5n);
    expect(inQuadrature([9n, undefined, 16n])).toBe(5n);
    expect(inQuadrature([10n])).toBe(4n);
    expect(inQuadrature([(2n ** 70n) ** 2n])).toBe(2n ** 70n);
    expect(inQuadrature([(2n ** 70n) ** 2n + 1n])).toBe(2n ** 70n + 1n);
  });

  it('leaves no less than what was seen', () => {
    const raw = counts(10n, 100n, 1n);
    expect(lowerBound({ value: 1000n, error: 1990n, raw })).toBe(10n);
    expect(lowerBound({ value: 1000n, error: 100n, raw })).toBe(900n);
    expect(lowerBound({ value: 10n, raw })).toBe(10n);
    expect(lowerBound({ value: 7n, error: 2n, raw })).toBe(7n);
  });
});

describe('counts with errors', () => {
  const events = [hardware('cpuCycles', { mergedInto: 0 }), hardware('cpuCycles', { mergedInto: 0 })];
  const half = counts(100_000n, 200n, 100n);
  const readings = [
    { event: 0, place: { cpu: cpu(1) }, counts: half },
    { event: 0, place: { cpu: cpu(0) }, counts: counts(5n, 200n, 200n) },
    { event: 1, place: { cpu: cpu(0) }, counts: half },
  ];

  it('have one exactly where something was scaled', () => {
    const [first, second] = aggregate(events, readings, new Set());
    expect(first?.total).toMatchObject({ value: 200_005n, error: 56_569n });
    expect([...(first?.perCpu ?? [])].map(([, { error }]) => error)).toEqual([undefined, 56_569n]);
    expect(first?.perCpu.get(cpu(0))).not.toHaveProperty('error');
    expect(second?.total.error).toBe(56_569n);
  });

  it('keep it when events are shown as one', () => {
    const [sum] = mergedCounts(aggregate(events, readings, new Set()));
    // √2 of each, which was rounded up before.
    expect(sum?.total).toMatchObject({ value: 400_005n, error: 80_001n });
    expect([...(sum?.perCpu ?? [])].map(([on, { error }]) => [on, error])).toEqual([
      [0, 56_569n],
      [1, 56_569n],
    ]);
  });

  it('have none when nothing is scaled, and then hold what was seen', () => {
    const never = { event: 1, place: { cpu: cpu(1) }, counts: counts(0n, 200n, 0n) };
    const [first, second] = aggregate(events, [...readings.slice(0, 2), never], new Set(), { scale: false });
    expect(first?.total).toEqual({ status: 'counted', value: 100_005n, raw: counts(100_005n, 400n, 300n) });
    expect(second?.total.status).toBe('not counted');
  });
});

describe('counts of threads', () => {
  const at = (thread: number, onCpu: number | undefined, value: bigint) => ({
    event: 0,
    place: { tid: tid(thread), ...(onCpu === undefined ? {} : { cpu: cpu(onCpu) }) },
    counts: counts(value, 5n, 5n),
  });
  const byThread = (readings: ReturnType<typeof at>[]) => {
    const [count] = aggregate([hardware('cpuCycles', { mergedInto: 0 })], readings, new Set());
    const [shown] = count ? mergedCounts([count]) : [];
    return [...(shown?.perThread ?? [])].map(([one, { value }]) => [one, value]);
  };

  it('are told apart, by ascending id, over all of their CPUs', () => {
    expect(byThread([at(30, undefined, 1n), at(7, undefined, 2n)])).toEqual([
      [7, 2n],
      [30, 1n],
    ]);
    expect(byThread([at(30, 0, 1n), at(7, 1, 2n), at(30, 1, 4n)])).toEqual([
      [7, 2n],
      [30, 5n],
    ]);
  });

  it('are not there for whole CPUs', () => {
    const [count] = aggregate([hardware('cpuCycles')], [], new Set());
    expect(count?.perThread.size).toBe(0);
  });
});
