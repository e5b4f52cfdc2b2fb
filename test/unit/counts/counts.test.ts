import { describe, expect, it } from 'vitest';
import { cpu, ns } from '../../../src/base/units';
import { aggregate } from '../../../src/counts/event-count';
import { metricContext, metricOf } from '../../../src/counts/metric';
import { scaled } from '../../../src/counts/scale';
import { summedCounts } from '../../../src/counts/summed-counts';
import type { Reading } from '../../../src/gang/reading';
import { hardware, software } from '../../fake/events';

const reading = (event: number, onCpu: number, value: bigint, timeEnabled = 1000n, timeRunning = 1000n): Reading => ({
  event,
  place: { cpu: cpu(onCpu) },
  counts: { value, timeEnabled, timeRunning },
});

describe('scaling', () => {
  it('is exact far above 2^53', () => {
    const value = 2n ** 62n + 1n;
    expect(scaled({ value, timeEnabled: 3n, timeRunning: 3n })).toBe(value);
    expect(scaled({ value, timeEnabled: 30n, timeRunning: 10n })).toBe(3n * value);
  });

  it('rounds to the nearest integer', () => {
    expect(scaled({ value: 10n, timeEnabled: 4n, timeRunning: 3n })).toBe(13n);
    expect(scaled({ value: 11n, timeEnabled: 4n, timeRunning: 3n })).toBe(15n);
  });

  it('knows nothing of an event that never ran', () => {
    expect(scaled({ value: 0n, timeEnabled: 5n, timeRunning: 0n })).toBeUndefined();
  });
});

describe('one system-wide count', () => {
  const events = [software('pageFaults'), software('contextSwitches')];

  it('scales each CPU on its own and then sums', () => {
    const [count] = aggregate(events, [reading(0, 0, 1000n), reading(0, 1, 10n, 1000n, 100n)], new Set());
    expect(count?.total).toMatchObject({ status: 'counted', value: 1100n });
    expect([...(count?.perCpu ?? [])].map(([on, { value }]) => [on, value])).toEqual([
      [0, 1000n],
      [1, 100n],
    ]);
  });

  it('is "not counted" only when no CPU ran it, and "not supported" when it is missing', () => {
    const readings = [reading(0, 0, 0n, 10n, 0n), reading(0, 1, 0n, 10n, 0n)];
    const counts = aggregate(events, readings, new Set([1]));
    expect(counts.map((count) => count.total.status)).toEqual(['not counted', 'not supported']);
    const [partly] = aggregate(events, [...readings, reading(0, 2, 7n)], new Set());
    expect(partly?.total).toMatchObject({ status: 'counted', value: 7n });
    expect(partly?.perCpu.get(cpu(0))?.status).toBe('not counted');
  });

  it('is "not counted" where no hit of a breakpoint is reported, and none was', () => {
    const unreported = { ...software('pageFaults'), isNeverHit: true };
    const readings = [reading(0, 0, 0n), reading(0, 1, 3n), reading(1, 0, 0n), reading(2, 0, 0n)];
    const counts = aggregate([unreported, unreported, software('pageFaults')], readings, new Set());
    const statuses = counts.map(({ total, perCpu }) => [
      total.status,
      ...[...perCpu.values()].map((one) => one.status),
    ]);
    expect(statuses).toEqual([
      ['counted', 'not counted', 'counted'],
      ['not counted', 'not counted'],
      ['counted', 'counted'],
    ]);
    const words = BigUint64Array.of(0n, 5n, 5n, 3n, 5n, 5n, 0n, 5n, 5n);
    const events = [unreported, unreported, software('pageFaults')];
    const sums = summedCounts({ events, missing: new Set(), words }, () => counts);
    expect(sums.map(({ total }) => total.status)).toEqual(['not counted', 'counted', 'counted']);
  });
});

describe('metrics', () => {
  const events = [
    software('taskClock'),
    hardware('cpuCycles'),
    hardware('instructions'),
    hardware('branchInstructions'),
    hardware('branchMisses'),
    software('pageFaults'),
    hardware('instructions', { attr: { type: 0, config: 1n, flags: { excludeKernel: true } } }),
  ];
  const values = [2_000_000_000n, 6_000_000_000n, 9_000_000_000n, 1000n, 25n, 5000n, 5n];
  const counts = aggregate(
    events,
    values.map((value, event) => reading(event, 0, value)),
    new Set(),
  );
  const context = metricContext(counts, ns(1_000_000_000n));
  const metrics = counts.map(({ event, total }) => metricOf(event, total, context));

  it.each([
    ['task-clock', 0, { value: 2, unit: 'CPUs utilized' }],
    ['cycles', 1, { value: 3, unit: 'GHz' }],
    ['instructions', 2, { value: 1.5, unit: 'insn per cycle' }],
    ['branches', 3, { value: 500, unit: '/sec' }],
    ['branch-misses', 4, { value: 2.5, unit: 'of all branches' }],
    ['page-faults', 5, { value: 2.5, unit: 'K/sec' }],
  ])('%s', (_name, index, expected) => {
    expect(metrics[index]).toMatchObject(expected);
  });

  it('does not relate events that were counted in different modes', () => {
    expect(metrics[6]?.unit).toBe('/sec');
  });

  it('has none without a clock among the events', () => {
    const bare = aggregate([software('pageFaults')], [reading(0, 0, 10n)], new Set());
    const [only] = bare;
    expect(only && metricOf(only.event, only.total, metricContext(bare, ns(10n)))).toBeUndefined();
  });
});
