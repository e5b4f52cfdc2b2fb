import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cpu, fd, ns, tid } from '../../../src/base/units';
import { measure } from '../../../src/counts/measure';
import type { Intervals, MeasureRequest } from '../../../src/counts/measure-request';
import type { StatResult } from '../../../src/counts/stat-result';
import type { Tick } from '../../../src/counts/tick';
import { inEachCgroup } from '../../../src/events/cgroup-events';
import type { Controllable } from '../../../src/gang/controllable';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { CpuMask } from '../../../src/host/cpu-mask';
import { MeasuredCommand } from '../../../src/host/measured-command';
import { hardware, software } from '../../fake/events';
import { FakeInterruption } from '../../fake/fake-interruption';
import { FakeKernel } from '../../fake/fake-kernel';
import { FakeFiles } from '../../fake-host';
import { breakpoint } from '../gang/slots/machine';

const MS = 1_000_000n;
const events = [software('contextSwitches'), software('pageFaults'), hardware('cpuCycles')];

/** A kernel that counts a thousand a millisecond while an event is enabled; waits end when the test says so. */
class TickingKernel extends FakeKernel {
  /** What has been counted so far, by fd. */
  readonly #counts = new Map<number, bigint>();

  constructor() {
    super();
    this.holdWaits();
    this.countsOf = ({ fd }) => {
      const time = this.#counts.get(fd) ?? 0n;
      return { value: (time * 1000n) / MS, timeEnabled: time, timeRunning: time };
    };
  }

  protected override elapse(time: bigint): void {
    super.elapse(time);
    for (const { fd, enabled, leader } of this.events()) {
      if (enabled && (leader?.enabled ?? true)) this.#counts.set(fd, (this.#counts.get(fd) ?? 0n) + time);
    }
  }
}

const base = (kernel: FakeKernel) => ({
  events,
  unasked: new Set<(typeof events)[number]>(),
  leftOut: new Map(),
  allowMissing: false,
  files: new FakeFiles(),
  lock: new HostWideLock(kernel),
  excludeOwn: false,
  scale: true,
  permission: () => ({ why: '', remedy: '' }),
  fdLimit: () => undefined,
  until: [],
  notices: [],
});

/** Two CPUs until the test interrupts it. */
const onCpus = (kernel: FakeKernel, more: Partial<MeasureRequest> = {}): MeasureRequest => ({
  ...base(kernel),
  subject: { kind: 'system', cpus: CpuMask.parse('0-1') },
  target: { kind: 'cpus', cpus: CpuMask.parse('0-1') },
  ...more,
});

const ofCommand = (kernel: FakeKernel, more: Partial<MeasureRequest> = {}) => {
  const command = MeasuredCommand.start(kernel, ['make']);
  const target = { kind: 'tasks', tids: [tid(4711)], inherit: true, enableOnExec: true } as const;
  return { ...base(kernel), subject: { kind: 'command' }, target, command, ...more } as const;
};

const started = (kernel: FakeKernel, request: MeasureRequest) => {
  const interruption = new FakeInterruption(kernel);
  return { interruption, result: measure(kernel, request, interruption, () => false) };
};

const settled = () => new Promise(setImmediate);
const values = ({ counts }: Pick<StatResult, 'counts'>) => counts.map(({ total }) => total.value);
const statuses = ({ counts }: StatResult) => counts.map(({ total }) => total.status);

/** The fake command has a real process's number: nothing is to be sent there. */
const kill = vi.spyOn(process, 'kill');
let kernel = new TickingKernel();
beforeEach(() => {
  kernel = new TickingKernel();
  kill.mockReset().mockReturnValue(true);
});
afterEach(() => {
  expect(kernel.openFds.size).toBe(0);
  expect(kernel.timers.size).toBe(0);
  expect(kernel.tickers.size).toBe(0);
});

/** Two CPUs, counted after 50 ms, and what steers them. */
async function delayed(more: Partial<MeasureRequest> = {}) {
  const steered: Controllable[] = [];
  const openToControl = (opened: Controllable) => {
    steered.push(opened);
    return { notices: [], close: async () => {} };
  };
  const request = onCpus(kernel, { delay: ns(50n * MS), openToControl, ...more });
  const { interruption, result } = started(kernel, request);
  await settled();
  return { interruption, counted: result, gang: () => steered[0] as Controllable };
}

/** Keeps what it is told of. */
function told() {
  const ticks: Tick[] = [];
  const onTicks = (more: readonly Tick[]) => {
    ticks.push(...more);
  };
  return { ticks, onTicks };
}

describe('events that stand in several cgroups', () => {
  it('are named once where they are missing, and so are their weak groups where these are given up', async () => {
    const { errno } = constants;
    kernel.refuseOpen = ({ leader }, { type }) => (type === 0 ? errno.ENOENT : leader ? errno.EINVAL : 0);
    const cgroups = [7, 8].map((n) => ({ name: `c${n}`, fd: fd(n) }));
    const weak = { leader: 1, settings: { weakGroup: true } };
    const each = [hardware('cpuCycles'), software('pageFaults', weak), software('contextSwitches', weak)];
    const placed = inEachCgroup(each, cgroups);
    const unasked = new Set(placed.filter(({ kind }) => kind === 'hardware'));
    const { interruption, result } = started(kernel, onCpus(kernel, { events: placed, unasked }));
    await settled();
    interruption.interrupt();
    expect((await result).notices).toEqual([
      'no hardware counters here for cycles',
      'the weak group {page-faults,context-switches} cannot be counted together: its events are counted one by one',
    ]);
  });
});

describe('breakpoints of which no hit is reported', () => {
  it('have no count, and that is told', async () => {
    kernel.breakpointHits = false;
    kernel.countsOf = () => ({ value: 0n, timeEnabled: 5n, timeRunning: 5n });
    const watched = [breakpoint(0x1000n), software('pageFaults')];
    const { interruption, result } = started(kernel, onCpus(kernel, { events: watched }));
    await settled();
    interruption.interrupt();
    const { counts, notices } = await result;
    expect(counts.map(({ total }) => total.status)).toEqual(['not counted', 'counted']);
    expect(notices).toEqual(['no hit of a breakpoint is reported here, as in some virtual machines: mem:0x1000']);
  });
});

describe('a delay', () => {
  it('has a command run uncounted first', async () => {
    const request = ofCommand(kernel, { delay: ns(5n * MS) });
    const { result } = started(kernel, request);
    await settled();
    expect(kernel.events().every(({ enabled, leader }) => !enabled || leader)).toBe(true);
    kernel.pass(5n * MS);
    kernel.ring();
    kernel.pass(20n * MS);
    kernel.makeReady(request.command.pidfd);
    const counted = await result;
    request.command.close();
    expect(values(counted)).toEqual([20_000n, 20_000n, 20_000n]);
    expect(Number(counted.elapsed) / 1e6).toBeCloseTo(20, 1);
    expect(counted.armSpan).toBeDefined();
  });

  it('is over when somebody enables the counts', async () => {
    const { onTicks, ticks } = told();
    const { counted, gang, interruption } = await delayed({ intervals: { every: ns(100n * MS), onTicks } });
    kernel.pass(20n * MS);
    gang().enable();
    for (let n = 0; n < 2; n += 1) {
      kernel.pass(100n * MS);
      kernel.ring();
    }
    kernel.pass(10n * MS);
    interruption.interrupt();
    const result = await counted;
    expect(ticks.map((tick) => values(tick)[0])).toEqual([200_000n, 200_000n, 20_000n]);
    expect(values(result)[0]).toBe(420_000n);
    expect(Number(result.elapsed) / 1e6).toBeCloseTo(210, 0);
    expect(result.notices).toEqual([]);
  });

  it('after which nothing is to be counted yet, has it held until it is enabled', async () => {
    const { counted, gang, interruption } = await delayed();
    gang().disable();
    expect(gang().status().state).toBe('paused');
    kernel.pass(60n * MS);
    kernel.ring();
    kernel.pass(10n * MS);
    gang().enable();
    kernel.pass(5n * MS);
    interruption.interrupt();
    const result = await counted;
    expect(values(result)[0]).toBe(10_000n);
    expect(Number(result.elapsed) / 1e6).toBeCloseTo(15, 0);
  });

  it('is over for good: who enables or disables it again changes no times', async () => {
    const { counted, gang, interruption } = await delayed();
    gang().enable();
    kernel.pass(10n * MS);
    gang().disable();
    kernel.pass(60n * MS);
    kernel.ring();
    gang().enable();
    kernel.pass(10n * MS);
    interruption.interrupt();
    const result = await counted;
    expect(values(result)[0]).toBe(40_000n);
    expect(Number(result.elapsed) / 1e6).toBeCloseTo(80, 0);
  });

  it('that is not over when the command ends leaves everything uncounted', async () => {
    const onTicks = vi.fn();
    const intervals = { every: ns(1n), onTicks };
    const request = ofCommand(kernel, { delay: ns(5n * MS), intervals, timeout: ns(MS) });
    const { result } = started(kernel, request);
    await settled();
    kernel.makeReady(request.command.pidfd);
    const counted = await result;
    request.command.close();
    expect(statuses(counted)).toEqual(['not counted', 'not counted', 'not counted']);
    expect(counted.elapsed).toBe(0n);
    expect(counted.endedBy).toBe('end');
    expect(onTicks).not.toHaveBeenCalled();
  });

  it('may last until somebody asks for counts', async () => {
    const { interruption, result } = started(
      kernel,
      onCpus(kernel, {
        delay: 'until enabled',
        openToControl: (gang) => {
          setImmediate(() => {
            kernel.pass(7n * MS);
            gang.enable();
            kernel.pass(3n * MS);
            interruption.interrupt();
          });
          return { notices: ['open'], close: async () => {} };
        },
      }),
    );
    const counted = await result;
    expect(values(counted)).toEqual([6_000n, 6_000n, 6_000n]);
    expect(counted.notices).toContain('open');
  });
});

describe('a time-out', () => {
  it('ends what counts CPUs, and says so', async () => {
    const { result } = started(kernel, onCpus(kernel, { timeout: ns(40n * MS) }));
    await settled();
    kernel.pass(40n * MS);
    kernel.ring();
    const counted = await result;
    expect(counted.endedBy).toBe('timeout');
    expect(counted.notices).toEqual(['ended by --timeout after 40 ms']);
    expect(values(counted)).toEqual([80_000n, 80_000n, 80_000n]);
  });

  it('stops a command, whose last breath is counted too', async () => {
    const request = ofCommand(kernel, { timeout: ns(40n * MS) });
    const { result } = started(kernel, request);
    kill.mockImplementation(() => {
      kernel.pass(2n * MS);
      kernel.makeReady(request.command.pidfd);
      return true;
    });
    await settled();
    kernel.controlEvents(
      [...kernel.events()].flatMap(({ fd, leader }) => (leader ? [] : [fd])),
      'enable',
    );
    kernel.pass(40n * MS);
    kernel.ring();
    const counted = await result;
    request.command.close();
    expect(kill.mock.calls).toEqual([[4711, 15]]);
    expect(counted.endedBy).toBe('timeout');
    expect(Number(counted.elapsed) / 1e6).toBeCloseTo(42, 1);
    expect(values(counted)).toEqual([42_000n, 42_000n, 42_000n]);
  });
});

describe('running tasks', () => {
  const ofTask = (more: Partial<MeasureRequest> = {}): MeasureRequest => ({
    ...base(kernel),
    subject: { kind: 'processes', list: '12' },
    target: { kind: 'tasks', tids: [tid(12)], inherit: true, enableOnExec: false },
    ...more,
  });

  it('are counted for longer than the command beside them runs', async () => {
    const command = MeasuredCommand.start(kernel, ['sleep']);
    const release = command.release.bind(command);
    // Others run in between.
    vi.spyOn(command, 'release').mockImplementation(() => {
      kernel.pass(6n * MS);
      return release();
    });
    const { result } = started(kernel, ofTask({ command }));
    await settled();
    kernel.pass(4n * MS);
    kernel.makeReady(command.pidfd);
    const { elapsed, counted } = await result;
    command.close();
    expect(Number(elapsed) / 1e6).toBeCloseTo(4, 1);
    expect(Number(counted) / 1e6).toBeCloseTo(10, 1);
  });

  it('that go on when the time is up are counted until they are read, and those that ended no longer', async () => {
    const end = fd(77);
    const goingOn = started(kernel, ofTask({ until: [end], timeout: ns(40n * MS) }));
    await settled();
    kernel.pass(40n * MS);
    kernel.ring();
    expect(Number((await goingOn.result).counted) / 1e6).toBeCloseTo(40, 1);
    const ending = started(kernel, ofTask({ until: [end] }));
    await settled();
    kernel.makeReady(end);
    expect((await ending.result).counted).toBeUndefined();
  });
});

/** Runs over CPUs with intervals, and plays what happens at the ticks. */
async function withIntervals(
  intervals: Partial<Intervals>,
  play: (tick: (expirations?: bigint) => void) => void,
  more: Partial<MeasureRequest> = {},
) {
  const every = intervals.every ?? ns(100n * MS);
  const ticks: Tick[] = [];
  const toldAt: number[] = [];
  let ticked = 0;
  const onTicks = (told: readonly Tick[]) => {
    ticks.push(...told);
    toldAt.push(...told.map(() => ticked));
  };
  const request = onCpus(kernel, { intervals: { every, ...intervals, onTicks }, ...more });
  const { interruption, result } = started(kernel, request);
  await settled();
  play((expirations = 1n) => {
    kernel.pass(every * expirations);
    ticked += 1;
    kernel.ring(expirations);
  });
  kernel.pass(5n * MS);
  interruption.interrupt();
  return { ticks, toldAt, result: await result };
}

describe('intervals', () => {
  it('are told one by one, the rest at the end, and are together the whole', async () => {
    const { ticks, toldAt, result } = await withIntervals({}, (tick) => {
      tick();
      tick();
    });
    expect(ticks.map(values)).toEqual([
      [200_000n, 200_000n, 200_000n],
      [200_000n, 200_000n, 200_000n],
      [10_000n, 10_000n, 10_000n],
    ]);
    expect(toldAt).toEqual([1, 2, 2]);
    expect(ticks.map(({ at }) => Math.round(Number(at) / 1e6))).toEqual([100, 200, 205]);
    expect(ticks.map(({ elapsed }) => Math.round(Number(elapsed) / 1e6))).toEqual([100, 100, 5]);
    expect(values(result)).toEqual([410_000n, 410_000n, 410_000n]);
    expect([...(ticks[0]?.counts[0]?.perCpu.keys() ?? [])]).toEqual([cpu(0), cpu(1)]);
  });

  it('that are short are read by another thread, and told several in a row, each with its own counts', async () => {
    const { ticks, toldAt } = await withIntervals({ every: ns(30n * MS) }, (tick) => {
      expect(kernel.timerTimes.map(({ every }) => every)).toEqual([180n * MS]);
      kernel.pass(150n * MS);
      tick();
      kernel.pass(30n * MS);
    });
    expect(toldAt).toEqual(Array(8).fill(1));
    // A look at the fake's clock takes a nanosecond.
    const rounded = (value: bigint | undefined) => value && Math.round(Number(value) / 100);
    expect(ticks.map((tick) => rounded(values(tick)[0]))).toEqual([...Array(7).fill(600), 100]);
    expect(ticks.map(({ at }) => Math.round(Number(at) / 1e6))).toEqual([30, 60, 90, 120, 150, 180, 210, 215]);
    // The first one has none before it, and the last one is not read by the other thread.
    expect(ticks.map(({ sums }) => rounded(sums?.words[0]))).toEqual([undefined, ...Array(6).fill(600), undefined]);
    const onCpu1 = ticks.map(({ counts }) => counts[1]?.perCpu.get(cpu(1))?.value);
    expect(onCpu1.map(rounded)).toEqual([...Array(7).fill(300), 50]);
  });

  it('that are short and come too late are part of the next, and told', async () => {
    const { ticks, result } = await withIntervals({ every: ns(30n * MS) }, (tick) => {
      const [ticker] = kernel.tickers;
      kernel.pass(29n * MS);
      ticker?.tick(2n);
      tick();
    });
    expect(ticks.map(({ at }) => Math.round(Number(at) / 1e6))).toEqual([29, 64]);
    expect(result.notices).toEqual(['1 interval began too late, and is part of the next']);
  });

  it('of tasks are read here, and told several in a row where they are short', async () => {
    const target = { kind: 'tasks', tids: [tid(1)], inherit: true, enableOnExec: false } as const;
    const { ticks, toldAt } = await withIntervals(
      { every: ns(30n * MS) },
      (tick) => {
        for (let n = 0; n < 8; n += 1) tick();
      },
      { target },
    );
    expect(toldAt).toEqual([...Array(6).fill(6), 8, 8, 8]);
    expect(ticks.map((tick) => values(tick)[0])).toEqual([...Array(8).fill(30_000n), 5000n]);
  });

  it('end with the last one wanted, which ends what nothing else ends', async () => {
    const { ticks, result } = await withIntervals({ every: ns(10n * MS), most: 3 }, (tick) => {
      for (let n = 0; n < 3; n += 1) tick();
      expect(kernel.timers.size).toBe(0);
    });
    expect(ticks).toHaveLength(3);
    expect(result.endedBy).toBe('last tick');
  });

  it('that end the measurement are told once the whole is read, which holds nothing of that', async () => {
    const told: Tick[] = [];
    const onTicks = (ticks: readonly Tick[]) => {
      told.push(...ticks);
      kernel.pass(50n * MS);
    };
    const request = onCpus(kernel, { intervals: { every: ns(100n * MS), most: 1, onTicks } });
    const { result } = started(kernel, request);
    await settled();
    kernel.pass(100n * MS);
    kernel.ring(1n);
    expect(values(await result)).toEqual([200_000n, 200_000n, 200_000n]);
    expect(told.map((tick) => values(tick)[0])).toEqual([200_000n]);
  });

  it('end with the last one wanted, whatever processes go on', async () => {
    const { ticks, result } = await withIntervals({ most: 1 }, (tick) => tick(), { until: [fd(98)] });
    expect(ticks).toHaveLength(1);
    expect(result.endedBy).toBe('last tick');
  });

  it('that come too late are part of the next, and told', async () => {
    const late = await withIntervals({}, (tick) => {
      tick(3n);
      tick(2n);
    });
    expect(late.ticks.map((tick) => values(tick)[0])).toEqual([600_000n, 400_000n, 10_000n]);
    expect(late.result.notices).toEqual(['3 intervals began too late, and are part of the next']);
    kernel = new TickingKernel();
    const once = await withIntervals({}, (tick) => tick(2n));
    expect(once.result.notices).toEqual(['1 interval began too late, and is part of the next']);
  });

  it('are without what syswide adds, where that is wanted', async () => {
    const { ticks, result } = await withIntervals({}, (tick) => tick(), {
      ownThreads: () => [tid(9)],
      excludeOwn: true,
    });
    // Its own thread counts on both CPUs here, as everything does.
    expect(ticks.map(values)).toEqual([
      [0n, 0n, 200_000n],
      [0n, 0n, 10_000n],
    ]);
    expect(values(result)).toEqual([0n, 0n, 210_000n]);
  });

  it('do not come any more between the last reading and the end', async () => {
    const request = onCpus(kernel, { intervals: { every: ns(MS), onTicks: () => {} } });
    const { interruption, result } = started(kernel, request);
    await settled();
    interruption.interrupt();
    const read = vi.spyOn(kernel, 'readEvents').mockImplementation((fds, size) => {
      expect(kernel.timers.size).toBe(0);
      return FakeKernel.prototype.readEvents.call(kernel, fds, size);
    });
    await result;
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('that nobody takes end the measurement', async () => {
    const intervals = {
      every: ns(100n * MS),
      onTicks: () => {
        throw new Error('nobody reads');
      },
    };
    const { result } = started(kernel, onCpus(kernel, { intervals }));
    await settled();
    kernel.ring();
    await expect(result).rejects.toThrow('nobody reads');
  });
});

describe('threads that start while the others are opened', () => {
  const measured = async (looks: readonly (readonly number[])[]) => {
    let look = 0;
    const target = { kind: 'tasks', tids: [tid(1)], inherit: true, enableOnExec: false } as const;
    const threadsNow = () => (looks[Math.min(look, looks.length - 1)] ?? []).map(tid);
    const openEvents = vi.spyOn(kernel, 'openEvents').mockImplementation((requests) => {
      look += 1;
      return FakeKernel.prototype.openEvents.call(kernel, requests);
    });
    const { interruption, result } = started(
      kernel,
      onCpus(kernel, { subject: { kind: 'processes', list: '1' }, target, threadsNow }),
    );
    await settled();
    await settled();
    const tids = [...new Set(kernel.events().map(({ request }) => request.pid))];
    interruption.interrupt();
    return { tids, opened: openEvents.mock.calls.length, notices: (await result).notices };
  };

  it('are taken in', async () => {
    expect(await measured([[1], [1, 2], [1, 2]])).toEqual({ tids: [1, 2], opened: 2, notices: [] });
  });

  it('are not looked for again when there are none', async () => {
    expect(await measured([[1], [1]])).toEqual({ tids: [1], opened: 1, notices: [] });
  });

  it('are taken in eight times at most, and the rest is told', async () => {
    const growing = Array.from({ length: 20 }, (_, n) => Array.from({ length: n + 1 }, (_, m) => m + 1));
    const { opened, notices } = await measured(growing);
    expect(opened).toBe(8);
    expect(notices.join()).toMatch(/faster than events could be opened.*: up to 1 may not be counted/);
  });
});

describe('events that are placed in the command', () => {
  it('are opened once it stands behind its exec, and armed before it goes on', async () => {
    const [first = software('pageFaults')] = events;
    const placeInCommand = () => {
      expect(kernel.calls).toContain('release:make, to its exec');
      expect(kernel.events()).toEqual([]);
      return [first];
    };
    const request = ofCommand(kernel, { placeInCommand });
    const { result } = started(kernel, request);
    await settled();
    expect(kernel.calls.indexOf('resume')).toBeGreaterThan(kernel.calls.indexOf('control:enable'));
    kernel.pass(3n * MS);
    kernel.makeReady(request.command.pidfd);
    expect(values(await result)).toEqual([3_000n]);
    request.command.close();
  });
});

it('a command that cannot be started is an error, and nothing is left open', async () => {
  kernel.commandExit = { execErrno: 2 };
  const request = ofCommand(kernel);
  const { result } = started(kernel, request);
  await expect(result).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
  request.command.close();
});

describe('whatever fails, nothing is left open', () => {
  const calls = ['open', 'control', 'read', 'id', 'wait', 'release'] as const;
  const positions = Array.from({ length: 8 }, (_, n) => n + 1);
  const cases = calls.flatMap((call) => positions.map((nth) => [call, nth] as const));

  it.each(cases)('%s %i of CPUs with intervals and the own share', async (call, nth) => {
    kernel.fail(call, nth);
    const intervals = { every: ns(100n * MS), onTicks: () => {} };
    const request = onCpus(kernel, { intervals, ownThreads: () => [tid(9)], excludeOwn: true, delay: ns(MS) });
    const { interruption, result } = started(kernel, request);
    const outcome = result.catch((error: unknown) => error);
    for (let n = 0; n < 3; n += 1) {
      await settled();
      kernel.pass(MS);
      kernel.ring();
    }
    interruption.interrupt();
    await outcome;
  });

  it.each(cases)('%s %i of a command', async (call, nth) => {
    kernel.fail(call, nth);
    const request = ofCommand(kernel, { timeout: ns(MS), intervals: { every: ns(MS), onTicks: () => {} } });
    kernel.makeReady(request.command.pidfd);
    const { result } = started(kernel, request);
    await result.catch((error: unknown) => error);
    request.command.close();
  });

  it('a control that cannot be opened', async () => {
    const openToControl = () => {
      throw new Error('no such fifo');
    };
    const { result } = started(kernel, onCpus(kernel, { openToControl, ownThreads: () => [tid(9)] }));
    await expect(result).rejects.toThrow('no such fifo');
  });
});
