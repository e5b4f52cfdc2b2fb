import { describe, expect, it } from 'vitest';
import { type Cpu, cpu, monotonicTime, ns } from '../../../src/base/units';
import type { Count, EventCount } from '../../../src/counts/event-count';
import { mergedCounts } from '../../../src/counts/merged-counts';
import { withToolCounts } from '../../../src/counts/tool-counts';
import type { ToolEvent } from '../../../src/events/tool-events';
import { software } from '../../fake/events';

const counted = (value: bigint, status: Count['status'] = 'counted'): Count => ({
  status,
  value,
  raw: { value, timeEnabled: 10n, timeRunning: 10n },
});

const part = (mergedInto: number | undefined, total: Count, ...perCpu: [Cpu, Count][]): EventCount => ({
  event: software('pageFaults', mergedInto === undefined ? {} : { mergedInto }),
  total,
  perCpu: new Map(perCpu),
  perThread: new Map(),
});

describe('events that one text stands for', () => {
  it('are one sum, in the place of the first', () => {
    const counts = [
      part(undefined, counted(1n)),
      part(1, counted(20n), [cpu(0), counted(20n)]),
      part(undefined, counted(3n)),
      part(1, counted(400n), [cpu(0), counted(100n)], [cpu(4), counted(300n)]),
    ];
    const merged = mergedCounts(counts);
    expect(merged.map(({ total }) => total.value)).toEqual([1n, 420n, 3n]);
    expect(merged[1]?.total.raw).toEqual({ value: 420n, timeEnabled: 20n, timeRunning: 20n });
    expect([...(merged[1]?.perCpu ?? [])].map(([one, { value }]) => [one, value])).toEqual([
      [0, 120n],
      [4, 300n],
    ]);
  });

  it.each(['not counted', 'not supported'] as const)('are no sum when one is %s', (status) => {
    expect(mergedCounts([part(0, counted(20n)), part(0, counted(0n, status))])[0]?.total.status).toBe(status);
  });
});

describe('tool events', () => {
  const tool = (name: ToolEvent): EventCount => ({
    event: { ...software('dummy'), kind: 'tool', tool: name, name },
    total: counted(0n, 'not counted'),
    perCpu: new Map(),
    perThread: new Map(),
  });
  const tools = [tool('duration_time'), tool('user_time'), tool('system_time'), part(undefined, counted(7n))];
  const exit = {
    exitCode: 0,
    userTime: ns(30n),
    systemTime: ns(0n),
    maxRssKib: 0n,
    minorFaults: 0n,
    majorFaults: 0n,
    voluntarySwitches: 0n,
    involuntarySwitches: 0n,
    end: monotonicTime(1n),
  };
  const shown = (counts: EventCount[]) =>
    counts.map(({ total: { status, value, raw } }) => [status, value, raw.timeRunning]);

  it('take their counts from the clock and from how the command ended', () => {
    expect(shown(withToolCounts(tools, { elapsed: ns(100n), exit }))).toEqual([
      ['counted', 100n, 100n],
      ['counted', 30n, 30n],
      ['counted', 0n, 0n],
      ['counted', 7n, 10n],
    ]);
  });

  it('are not counted where nothing is known of a command', () => {
    const [duration, user, system] = shown(withToolCounts(tools, { elapsed: ns(100n) }));
    expect([duration?.[0], user?.[0], system?.[0]]).toEqual(['counted', 'not counted', 'not counted']);
  });
});
