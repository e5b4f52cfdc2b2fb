import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cpu, monotonicTime, ns } from '../../../src/base/units';
import { Gang } from '../../../src/gang/gang';
import type { GangTick } from '../../../src/gang/gang-ticker';
import { CpuMask } from '../../../src/host/cpu-mask';
import { KernelError } from '../../../src/native/kernel-error';
import { hardware, software } from '../../fake/events';
import { FakeKernel } from '../../fake/fake-kernel';

/** Two that are read together, and one that is read alone. */
const events = [software('contextSwitches'), software('pageFaults'), hardware('cpuCycles')];

let kernel: FakeKernel;
let gang: Gang;
let value: bigint;
beforeEach(() => {
  kernel = new FakeKernel();
  value = 0n;
  kernel.countsOf = () => ({ value, timeEnabled: value, timeRunning: value });
  gang = Gang.open(kernel, {
    events,
    target: { kind: 'cpus', cpus: CpuMask.parse('0-1') },
    mayMiss: () => false,
    placesMayGo: true,
    context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => undefined },
  });
  gang.arm();
});
afterEach(() => {
  gang.close();
  expect(kernel.openFds.size).toBe(0);
  expect(kernel.tickers.size).toBe(0);
});

const schedule = { first: monotonicTime(100_000_000n), every: ns(10n), room: 40 };
const ticking = () => gang.tick(schedule);
const running = () => [...kernel.tickers];
/** At a tick, every event has counted so much more. */
const tick = (more: bigint, expirations = 1n) => {
  value += more;
  for (const one of running()) one.tick(expirations);
};
const sumOf = ({ reading }: GangTick, event = 0) =>
  reading.readings.filter((one) => one.event === event).reduce((sum, { counts }) => sum + counts.value, 0n);

describe('a gang that is read at equal intervals', () => {
  it('is read as a whole, and told what came in between where nothing is to be scaled', () => {
    const ticker = ticking();
    for (const more of [5n, 7n, 0n]) tick(more);
    const ticks = ticker.take();
    expect(ticks.map((one) => sumOf(one))).toEqual([10n, 24n, 24n]);
    expect(ticks.map(({ steps }) => steps && [...steps])).toEqual([
      undefined,
      // Two CPUs; of each event what it counted and the times.
      [14n, 14n, 14n, 14n, 14n, 14n, 14n, 14n, 14n],
      // It was not on for any time.
      undefined,
    ]);
    expect(ticker.take()).toEqual([]);
  });

  it('is read on, in the same steps, where it is extended and where CPUs leave it', () => {
    const ticker = ticking();
    tick(5n);
    tick(5n, 3n);
    gang.addPlaces([{ cpu: cpu(2) }]);
    expect(running().map(({ plan: { first, reads } }) => [first, reads.length])).toEqual([[100_000_040n, 6]]);
    tick(5n);
    gang.retirePlaces((place) => place.cpu === 0);
    expect(running().map(({ plan: { first, reads } }) => [first, reads.length])).toEqual([[100_000_050n, 4]]);
    const closed = kernel.calls.at(-1);
    expect(closed).toBe('close:3');
    tick(5n);
    const ticks = ticker.take();
    // Retired ones keep what they had, 15 of one CPU.
    expect(ticks.map((one) => sumOf(one))).toEqual([10n, 20n, 45n, 55n]);
    expect(ticks.map(({ expirations }) => expirations)).toEqual([1n, 3n, 1n, 1n]);
    expect(ticks.map(({ steps }) => steps !== undefined)).toEqual([false, true, false, false]);
  });

  it('is read no more once it is stopped, and gives what there was', () => {
    const ticker = ticking();
    tick(5n);
    ticker.stop();
    tick(5n);
    gang.addPlaces([{ cpu: cpu(2) }]);
    expect(running()).toEqual([]);
    expect(ticker.take().map((one) => sumOf(one))).toEqual([10n]);
    ticker.stop();
  });

  it('has what was torn off a group read at once, while it is there', () => {
    const ticker = ticking();
    const [leader] = kernel.events();
    const [member] = kernel.events().filter((event) => event.leader === leader);
    // An offlined CPU's groups are taken apart.
    Object.assign(member ?? {}, { leader: undefined });
    tick(5n);
    const [first] = ticker.take();
    kernel.calls.length = 0;
    expect(first && [0, 1, 2].map((event) => sumOf(first, event))).toEqual([10n, 10n, 10n]);
    expect(kernel.calls).toEqual([]);
  });

  it('changes as it is to where the thread cannot go on, which is told to who takes', () => {
    const ticker = ticking();
    vi.spyOn(kernel, 'startTicker').mockImplementation(() => {
      throw new KernelError('sw_ticker_start', constants.errno.EAGAIN);
    });
    gang.addPlaces([{ cpu: cpu(2) }]);
    expect(gang.places).toHaveLength(3);
    expect(() => ticker.take()).toThrow(/every 0.00001 ms — there is no room for a thread that does so \(EAGAIN\)/);
    ticker.stop();
    gang.close();
    expect(kernel.tickers.size).toBe(0);
  });

  it.each([
    ['changes', () => gang.addPlaces([{ cpu: cpu(2) }])],
    ['is closed', () => gang.close()],
  ])('%s all the same where a clone could not be read, which is told to who takes', (_, act) => {
    const ticker = ticking();
    kernel.fail('read', 2);
    tick(5n);
    act();
    expect(() => ticker.take()).toThrow(/cannot read cycles on cpu0/);
  });

  it('is read by one thread', () => {
    ticking();
    expect(() => ticking()).toThrow(/one thread/);
  });
});
