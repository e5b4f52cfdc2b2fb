import { describe, expect, it } from 'vitest';
import { type Cpu, cpu, monotonicTime, ns, type Tid, tid } from '../../../src/base/units';
import type { Count, EventCount } from '../../../src/counts/event-count';
import { meanResult } from '../../../src/counts/mean-result';
import type { StatResult } from '../../../src/counts/stat-result';
import type { CommandExit } from '../../../src/native/kernel';
import { software } from '../../fake/events';
import { command, flapped, system } from '../../fake/stat-results';

const counted = (value: bigint, time = 10n): Count => ({
  status: 'counted',
  value,
  raw: { value, timeEnabled: time, timeRunning: time },
});
const uncounted = (status: 'not counted' | 'not supported'): Count => ({
  status,
  value: 0n,
  raw: { value: 0n, timeEnabled: 0n, timeRunning: 0n },
});

const exit: CommandExit = {
  exitCode: 0,
  userTime: ns(100n),
  systemTime: ns(10n),
  maxRssKib: 1000n,
  minorFaults: 7n,
  majorFaults: 0n,
  voluntarySwitches: 3n,
  involuntarySwitches: 2n,
  end: monotonicTime(1n),
};

const event = software('pageFaults');
const counts = (total: Count, perCpu: [Cpu, Count][] = [], perThread: [Tid, Count][] = []): EventCount => ({
  event,
  total,
  perCpu: new Map(perCpu),
  perThread: new Map(perThread),
});

const run = (more: Partial<StatResult>): StatResult => ({ ...command, exit, counts: [counts(counted(1n))], ...more });
const ofValue = (value: bigint, more: Partial<StatResult> = {}) => run({ counts: [counts(counted(value))], ...more });
const total = ({ counts }: StatResult) => counts[0]?.total;
const failed = (failure: Partial<CommandExit>): Partial<StatResult> => {
  const { exitCode: _, ...rest } = exit;
  return { exit: { ...rest, ...failure } };
};

describe('the mean of runs', () => {
  it('is rounded to the nearest, with what each run counted', () => {
    const mean = meanResult([ofValue(10n), ofValue(11n), ofValue(11n)]);
    expect(total(mean)).toEqual({
      status: 'counted',
      value: 11n,
      raw: { value: 11n, timeEnabled: 10n, timeRunning: 10n },
      samples: [10n, 11n, 11n],
    });
    expect(mean.runs).toHaveLength(3);
    expect(mean.history ?? mean.armSpan ?? mean.hotplug).toBeUndefined();
  });

  it('is of the time, and of what the command used', () => {
    const slow = { ...exit, userTime: ns(200n), maxRssKib: 3000n, minorFaults: 8n, involuntarySwitches: 4n };
    const mean = meanResult([ofValue(1n, { elapsed: ns(100n) }), ofValue(1n, { elapsed: ns(201n), exit: slow })]);
    expect(mean.elapsed).toBe(151n);
    expect(mean.exit).toEqual({ ...exit, userTime: 150n, maxRssKib: 2000n, minorFaults: 8n, involuntarySwitches: 3n });
  });

  it('is of each CPU and of each thread, in their order, and CPUs add up to the whole', () => {
    const mean = meanResult([
      run({ counts: [counts(counted(4n), [[cpu(1), counted(4n)]], [[tid(9), counted(4n)]])] }),
      run({
        counts: [
          counts(
            counted(10n),
            [
              [cpu(0), counted(2n)],
              [cpu(1), counted(8n)],
            ],
            [[tid(3), counted(10n)]],
          ),
        ],
      }),
    ]);
    const parts = (map: ReadonlyMap<number, Count> | undefined) =>
      [...(map ?? [])].map(([key, { value, samples }]) => [key, value, samples]);
    expect(parts(mean.counts[0]?.perCpu)).toEqual([
      [0, 1n, [0n, 2n]],
      [1, 6n, [4n, 8n]],
    ]);
    expect(parts(mean.counts[0]?.perThread)).toEqual([
      [3, 10n, [10n]],
      [9, 4n, [4n]],
    ]);
  });

  it('has nothing of where a task did not run, and passes over where an event never had its turn', () => {
    const waited: Count = { status: 'not counted', value: 0n, raw: { value: 0n, timeEnabled: 10n, timeRunning: 0n } };
    const runs = [uncounted('not counted'), waited, counted(6n)].map((own) =>
      run({
        counts: [
          counts(counted(9n), [
            [cpu(0), own],
            [cpu(1), counted(9n)],
            [cpu(2), uncounted('not counted')],
          ]),
        ],
      }),
    );
    const { perCpu } = meanResult(runs).counts[0] ?? {};
    const asleep = run({ counts: [counts(counted(9n), [], [[tid(3), uncounted('not counted')]])] });
    const awake = run({ counts: [counts(counted(9n), [], [[tid(3), counted(9n)]])] });
    expect(meanResult([asleep, awake]).counts[0]?.perThread.get(tid(3))).toMatchObject({ samples: [0n, 9n] });
    expect([0, 1, 2].map((one) => perCpu?.get(cpu(one)))).toMatchObject([
      { status: 'counted', value: 3n, samples: [0n, 6n] },
      { value: 9n, samples: [9n, 9n, 9n] },
      uncounted('not counted'),
    ]);
  });

  it('may be off where the runs were estimated: by what their errors, which are independent, leave of it', () => {
    const estimated = (value: bigint, error?: bigint): StatResult =>
      run({ counts: [counts({ ...counted(value), ...(error === undefined ? {} : { error }) })] });
    expect(total(meanResult([estimated(100n, 30n), estimated(110n, 40n)]))?.error).toBe(25n);
    expect(total(meanResult([estimated(100n, 30n), estimated(110n)]))?.error).toBe(15n);
    expect(total(meanResult([estimated(100n), estimated(110n)]))).not.toHaveProperty('error');
  });

  it('passes over runs in which an event never had its turn', () => {
    const mean = meanResult([ofValue(10n), run({ counts: [counts(uncounted('not counted'))] }), ofValue(20n)]);
    expect(total(mean)).toMatchObject({ value: 15n, samples: [10n, 20n] });
    const never = meanResult([1, 2].map(() => run({ counts: [counts(uncounted('not counted'))] })));
    expect(total(never)).toEqual(uncounted('not counted'));
    const missing = meanResult([1, 2].map(() => run({ counts: [counts(uncounted('not supported'))] })));
    expect(total(missing)).toEqual(uncounted('not supported'));
  });

  it('has the coverage of all runs together', () => {
    const covered = (counted: bigint, uncovered: bigint) =>
      ofValue(1n, { coverage: new Map([[cpu(1), { counted: ns(counted), uncovered: ns(uncovered) }]]) });
    expect([...meanResult([covered(5n, 1n), covered(7n, 0n)]).coverage]).toEqual([
      [1, { counted: 12n, uncovered: 1n }],
    ]);
  });
});

describe('runs that failed', () => {
  it('are named, once for each way, and not averaged', () => {
    const mean = meanResult([
      ofValue(10n),
      ofValue(99n, failed({ exitCode: 2 })),
      ofValue(20n),
      ofValue(99n, failed({ signal: 9 })),
      ofValue(99n, failed({ exitCode: 2 })),
    ]);
    expect(total(mean)).toMatchObject({ value: 15n, samples: [10n, 20n] });
    expect(mean.exit?.exitCode).toBe(0);
    expect(mean.notices).toEqual([
      'runs 2, 5 of 5 failed (exit status 2) and are not part of the mean',
      'run 4 of 5 failed (ended by signal 9) and is not part of the mean',
    ]);
    expect(mean.runs?.map(({ failure }) => failure)).toEqual([
      undefined,
      'exit status 2',
      undefined,
      'ended by signal 9',
      'exit status 2',
    ]);
  });

  it('may be all of them: then nothing is counted, and the time is theirs', () => {
    const mean = meanResult([100n, 300n].map((time) => ofValue(5n, { ...failed({ exitCode: 1 }), elapsed: ns(time) })));
    expect(total(mean)).toEqual(uncounted('not counted'));
    expect(mean.elapsed).toBe(200n);
    expect(mean.exit).toBeUndefined();
    expect(mean.notices).toEqual(['runs 1, 2 of 2 failed (exit status 1) and are not part of the mean']);
  });

  it('may be the last, because it was interrupted', () => {
    const mean = meanResult([ofValue(10n), ofValue(3n, { endedBy: 'interruption' })]);
    expect(total(mean)?.value).toBe(10n);
    expect(mean.endedBy).toBe('interruption');
    expect(mean.notices).toEqual(['run 2 of 2 failed (interrupted) and is not part of the mean']);
  });

  it('are none of those whose time was up', () => {
    const timedOut = { endedBy: 'timeout', ...failed({ signal: 15 }) } as const;
    const mean = meanResult([ofValue(10n, timedOut), ofValue(20n, timedOut)]);
    expect(total(mean)?.value).toBe(15n);
    expect(mean.notices).toEqual([]);
  });

  it('are listed in a line, however many', () => {
    const mean = meanResult(Array.from({ length: 30 }, () => ofValue(1n, failed({ exitCode: 1 }))));
    expect(mean.notices).toEqual([
      'runs 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more of 30 failed (exit status 1) and are not part of the mean',
    ]);
  });
});

describe('of whole CPUs', () => {
  it('the own share is averaged too, and notices are told once', () => {
    const mean = meanResult([system, system]);
    expect(mean.own?.[1]?.total).toMatchObject({ value: 20n, samples: [20n, 20n] });
    expect(mean.notices).toEqual(system.notices);
  });

  it('CPUs that came and went are told with their run', () => {
    expect(meanResult([system, flapped, flapped]).notices).toContain('CPUs came or went in runs 2, 3');
    expect(meanResult([system, flapped]).notices).toContain('CPUs came or went in run 2');
  });
});

it('a mean needs a run', () => {
  expect(() => meanResult([])).toThrow(RangeError);
});
