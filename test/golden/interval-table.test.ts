import { describe, expect, it } from 'vitest';
import { monotonicTime, ns } from '../../src/base/units';
import { aggregate } from '../../src/counts/event-count';
import type { StatResult } from '../../src/counts/stat-result';
import { IntervalTable } from '../../src/report/interval-table';
import type { RowView } from '../../src/report/stat-rows';
import * as results from '../fake/stat-results';
import { byCpu, byThread, byUnit, global, metrics } from '../fake/stat-views';
import { expectKept } from './kept';

const SECOND = 1_000_000_000n;

/** The same, when everything was counted more often. */
const times = (result: StatResult, factor: bigint): StatResult => ({
  ...result,
  counts: result.counts.map((count) => {
    if (count.total.status !== 'counted') return count;
    const readings = [...count.perCpu].map(([cpu, { raw }]) => {
      return { event: 0, place: { cpu }, counts: { ...raw, value: raw.value * factor } };
    });
    return readings.length > 0 ? (aggregate([count.event], readings, new Set())[0] ?? count) : count;
  }),
});

const ticksOf = (result: StatResult, view: RowView, width: number, factors: readonly bigint[], color = false) => {
  const table = new IntervalTable({ ...view, color, width, isListed: ({ count }) => count.status !== 'not supported' });
  return factors.map((factor, i) => table.lines(times(result, factor), ns(BigInt(i + 1) * SECOND)));
};

const cases: readonly [string, StatResult, RowView][] = [
  ['system', results.system, { aggregation: global }],
  ['system-per-cpu', results.system, { aggregation: byCpu }],
  ['machine', results.machine, { aggregation: global, metrics }],
  ['machine-per-socket', results.machine, { aggregation: byUnit('socket') }],
  ['cgroups', results.cgroups, { aggregation: global }],
  ['threads-busy', results.busyThreads, { aggregation: byThread }],
];

const growing = [1n, 3n, 10_000n, 7n];

describe('intervals in a table', () => {
  it.each(cases)('%s', (name, result, view) => {
    expectKept(`intervals-${name}.txt`, ticksOf(result, view, 80, growing).join(''));
    expectKept(`intervals-${name}-160.txt`, ticksOf(result, view, 160, growing).join(''));
  });

  it.each(cases)('fit the page: %s', (_, result, view) => {
    for (const line of ticksOf(result, view, 160, growing).join('').split('\n')) {
      expect([...line].length, line).toBeLessThanOrEqual(160);
      expect(line).not.toMatch(/ $/);
    }
  });

  it('have their heads above them again every 25', () => {
    const ticks = ticksOf(results.system, { aggregation: global }, 80, Array(60).fill(1n));
    const withHeads = ticks.flatMap((text, i) => (text.includes('seconds') ? [i] : []));
    expect(withHeads).toEqual([0, 25, 50]);
  });

  it('have their heads above them again when they need more room, and stay where they are then', () => {
    const ticks = ticksOf(results.system, { aggregation: global }, 80, [1n, 1000n, 1n, 10n ** 12n, 5n]);
    expect(ticks.map((text) => text.includes('seconds'))).toEqual([true, true, false, true, false]);
    const places = ticks.map((text) => text.split('\n').at(-3)?.indexOf('context-switches'));
    expect(places[2]).toBe(places[1]);
    expect(places[4]).toBe(places[3]);
    expect(places[3]).toBeGreaterThan(places[2] ?? 0);
  });

  it('are dim only in their heads', () => {
    const [first = ''] = ticksOf(results.system, { aggregation: global }, 80, [1n], true);
    expect(first.split('\n').filter((line) => line.includes('\u001b'))).toHaveLength(1);
  });

  it('of nothing are a line of heads', () => {
    const nothing = { ...results.system, counts: [], start: monotonicTime(0n) };
    expect(
      ticksOf(nothing, { aggregation: global }, 80, [1n, 1n]).map((text) => text.trim().split('\n').length),
    ).toEqual([1, 1]);
  });
});
