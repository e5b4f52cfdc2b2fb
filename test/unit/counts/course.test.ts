import { describe, expect, it } from 'vitest';
import { fd, monotonicTime, ns } from '../../../src/base/units';
import { Course, type CourseRequest, type TickOutcome } from '../../../src/counts/course';
import { FakeInterruption } from '../../fake/fake-interruption';
import { FakeKernel } from '../../fake/fake-kernel';

const [first, second] = [fd(7), fd(8)];
const start = monotonicTime(1_000n);

interface Running {
  readonly kernel: FakeKernel;
  readonly interruption: FakeInterruption;
  readonly course: Course;
}

/** A course whose waits end when the test says so. */
function course(request: Partial<CourseRequest> = {}): Running {
  const kernel = new FakeKernel();
  kernel.holdWaits();
  const interruption = new FakeInterruption(kernel);
  return { kernel, interruption, course: new Course(kernel, { ends: [], interruption, ...request }, start) };
}

/** Closes it, and sees that nothing is left. */
function closed({ kernel, course }: Running): void {
  course.close();
  course.close();
  expect(kernel.openFds.size).toBe(0);
  expect(kernel.timers.size).toBe(0);
}

const ticks = (every: bigint, onTick: (expirations: bigint) => TickOutcome) => ({
  ticks: { every: ns(every), onTick },
});

describe('a measurement ends', () => {
  it('when all that it waits for has ended, in any order', async () => {
    const running = course({ ends: [first, second] });
    const end = running.course.end();
    running.kernel.makeReady(second);
    await new Promise(setImmediate);
    expect(running.kernel.calls.filter((call) => call.startsWith('wait:'))).toEqual([
      'wait:7,8,99,100',
      'wait:7,99,100',
    ]);
    running.kernel.makeReady(first);
    expect((await end).by).toBe('end');
    closed(running);
  });

  it('when several end at once', async () => {
    const running = course({ ends: [first, second] });
    running.kernel.makeReady(first, second);
    expect((await running.course.end()).by).toBe('end');
    closed(running);
  });

  it('when it is interrupted', async () => {
    const running = course({ ends: [first] });
    const end = running.course.end();
    running.interruption.interrupt();
    expect((await end).by).toBe('interruption');
    closed(running);
  });

  it('with what it waits for rather than with an interruption of the same moment', async () => {
    const running = course({ ends: [first] });
    running.interruption.interrupt();
    running.kernel.makeReady(first);
    expect((await running.course.end()).by).toBe('end');
    closed(running);
  });

  it('when its time is up', async () => {
    const running = course({ ends: [first], timeout: ns(500n) });
    expect(running.kernel.timerTimes).toEqual([{ first: 1_500n, every: undefined }]);
    const end = running.course.end();
    running.kernel.ring();
    expect((await end).by).toBe('timeout');
    closed(running);
  });
});

describe('a delay', () => {
  it('comes before time-outs and ticks, which begin when counting really does', async () => {
    const seen: bigint[] = [];
    const running = course({
      ends: [first],
      delay: { for: ns(100n), onOver: () => monotonicTime(1_107n) },
      timeout: ns(1_000n),
      ...ticks(10n, (expirations) => {
        seen.push(expirations);
        return 'go on';
      }),
    });
    expect(running.kernel.timerTimes).toEqual([{ first: 1_100n, every: undefined }]);
    const [begin] = running.kernel.timers;
    begin?.(1n);
    expect(running.kernel.timerTimes.slice(1)).toEqual([
      { first: 2_107n, every: undefined },
      { first: 1_117n, every: 10n },
    ]);
    const tick = [...running.kernel.timers].at(-1);
    tick?.(1n);
    tick?.(3n);
    expect(seen).toEqual([1n, 3n]);
    closed(running);
  });

  it('is told by the end when counting cannot begin', async () => {
    const running = course({
      ends: [first],
      delay: {
        for: ns(1n),
        onOver: () => {
          throw new Error('no counters');
        },
      },
    });
    const end = running.course.end();
    running.kernel.ring();
    await expect(end).rejects.toThrow('no counters');
    closed(running);
  });
});

describe('ticks', () => {
  it('end when no more are wanted, and the measurement goes on', async () => {
    const running = course({ ends: [first], ...ticks(10n, () => 'no more ticks') });
    const end = running.course.end();
    running.kernel.ring();
    expect(running.kernel.timers.size).toBe(0);
    running.kernel.makeReady(first);
    expect((await end).by).toBe('end');
    closed(running);
  });

  it('may end the measurement', async () => {
    const running = course({ timeout: ns(500n), ...ticks(10n, () => 'over') });
    const end = running.course.end();
    const [timeout, tick] = running.kernel.timers;
    tick?.(1n);
    // Too late: it is over already.
    timeout?.(1n);
    expect((await end).by).toBe('last tick');
    closed(running);
  });

  it('that fail end it with their first error, and no more are wanted then', async () => {
    let calls = 0;
    const running = course({
      ends: [first],
      ...ticks(10n, () => {
        calls += 1;
        throw new Error(`tick ${calls}`);
      }),
    });
    const end = running.course.end();
    running.kernel.ring();
    running.kernel.ring();
    await expect(end).rejects.toThrow('tick 1');
    expect(calls).toBe(1);
    closed(running);
  });
});

it('a wait that fails is told, and leaves nothing open', async () => {
  const running = course({ ends: [first], ...ticks(10n, () => 'go on') });
  running.kernel.fail('wait', 1);
  await expect(running.course.end()).rejects.toThrow('wait');
  closed(running);
});

it('nothing is due once it is stopped, and a tick that failed after the end is told', async () => {
  const running = course({
    ends: [first],
    ...ticks(10n, () => {
      throw new Error('nobody reads');
    }),
  });
  running.kernel.makeReady(first);
  await running.course.end();
  running.kernel.ring();
  expect(() => running.course.stop()).toThrow('nobody reads');
  expect(running.kernel.timers.size).toBe(0);
  closed(running);
});
