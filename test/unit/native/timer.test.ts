import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { monotonicTime, type Nanoseconds, ns } from '../../../src/base/units';
import { LoopTimer } from '../../../src/native/timer';

const MS = 1_000_000n;

const now = (): bigint => process.hrtime.bigint();

/** What passed beyond the fake clock, which counts in milliseconds. */
let clock = 0n;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'hrtime', 'Date'] });
  const fake = process.hrtime.bigint;
  clock = 0n;
  vi.spyOn(process.hrtime, 'bigint').mockImplementation(() => fake() + clock);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const timerAt = (after: bigint, every: Nanoseconds | undefined, ring: (expirations: bigint) => void): LoopTimer =>
  new LoopTimer(monotonicTime(now() + after), every, ring);

describe('a timer that rings once', () => {
  it('is a millisecond late at most, and never early', () => {
    const rung: bigint[] = [];
    const start = now();
    timerAt(10n * MS + 300_000n, undefined, () => rung.push(now() - start));
    vi.advanceTimersByTime(10);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rung).toEqual([11n * MS]);
    vi.advanceTimersByTime(1000);
    expect(rung).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0n, -5n * MS, 400_000n])('rings at once when it is due in %i ns', (after) => {
    const ring = vi.fn();
    timerAt(after, undefined, ring);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(ring.mock.calls).toEqual([[1n]]);
  });

  it('may be due later than the loop can wait', () => {
    const ring = vi.fn();
    const days = 0x7fffffff + 5000;
    timerAt(BigInt(days) * MS, undefined, ring);
    vi.advanceTimersByTime(0x7fffffff);
    expect(ring).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5001);
    expect(ring.mock.calls).toEqual([[1n]]);
  });

  it('does not ring once it is closed, also when that is repeated', () => {
    const ring = vi.fn();
    const timer = timerAt(5n * MS, undefined, ring);
    timer.close();
    timer.close();
    vi.advanceTimersByTime(100);
    expect(ring).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a timer that rings again and again', () => {
  it('keeps to its times', () => {
    const rung: bigint[] = [];
    const start = now();
    const timer = timerAt(3n * MS, ns(3n * MS), (expirations) => {
      expect(expirations).toBe(1n);
      rung.push(now() - start);
    });
    vi.advanceTimersByTime(20);
    expect(rung.slice(0, 4)).toEqual([3n * MS, 6n * MS, 9n * MS, 12n * MS]);
    timer.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells how often it should have rung when it comes too late, and goes on with the next', () => {
    const rung: [bigint, bigint][] = [];
    const start = now();
    let work = 0n;
    const timer = timerAt(10n * MS, ns(10n * MS), (expirations) => {
      rung.push([expirations, (now() - start) / MS]);
      clock += work;
      work = 0n;
    });
    work = 34n * MS;
    vi.advanceTimersByTime(10);
    vi.advanceTimersByTime(10);
    vi.advanceTimersByTime(10);
    expect(rung[0]).toEqual([1n, 10n]);
    // The second was due at 20 and came at 44 or later: with it those of 30 and 40.
    expect(rung[1]?.[0]).toBeGreaterThanOrEqual(3n);
    const told = rung.reduce((sum, [expirations]) => sum + expirations, 0n);
    expect(told).toBe((rung.at(-1)?.[1] ?? 0n) / 10n);
    timer.close();
  });

  it('may be closed while it rings', () => {
    let count = 0;
    const timer: LoopTimer = timerAt(MS, ns(MS), () => {
      count += 1;
      if (count === 2) timer.close();
    });
    vi.advanceTimersByTime(100);
    expect(count).toBe(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('counts one at least, should it be woken a little early', () => {
    const ring = vi.fn();
    const timer = timerAt(10n * MS, ns(10n * MS), ring);
    clock = -500_000n;
    vi.advanceTimersByTime(10);
    expect(ring.mock.calls).toEqual([[1n]]);
    timer.close();
  });
});
