import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { addCounts, noCounts } from '../../../src/abi/counts';
import { cpu, monotonicTime, ns } from '../../../src/base/units';
import { Gang } from '../../../src/gang/gang';
import type { GangTick } from '../../../src/gang/gang-ticker';
import { LocalHost } from '../../../src/host/host';
import { software } from '../../fake/events';
import { kernel, need, openFds } from '../native/machine';

const MS = 1_000_000n;
const threads = () => readdirSync('/proc/self/task').length;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Two that are a group, and one that is read alone. */
const events = [software('pageFaults'), software('contextSwitches'), software('cpuClock', { leader: 2 })];

/** What each event counted since the beginning, by the bytes that were read. */
const whole = ({ reading }: GangTick) =>
  events.map((_, event) => {
    const own = reading.readings.filter((one) => one.event === event);
    return own.reduce((sum, { counts }) => addCounts(sum, counts), noCounts);
  });

it('the thread that reads a gang tells the steps that its readings make, also when CPUs leave it and come', async (context) => {
  const { online } = new LocalHost(kernel).cpus();
  const open = () =>
    Gang.open(kernel, {
      events,
      target: { kind: 'cpus', cpus: online },
      mayMiss: () => false,
      placesMayGo: false,
      context: { permission: () => ({ why: 'not allowed', remedy: '' }), fdLimit: () => undefined },
    });
  need(context, () => open().close());
  const [filesBefore, threadsBefore] = [openFds(), threads()];
  const gang = open();
  const start = monotonicTime(gang.arm().end);
  const ticker = gang.tick({ first: monotonicTime(start + 2n * MS), every: ns(2n * MS), room: 1000 });
  expect(threads()).toBe(threadsBefore + 1);
  const taken: GangTick[] = [];
  const changes: number[] = [];
  for (const change of [
    () => gang.retirePlaces((place) => place.cpu === 0),
    () => gang.addPlaces([{ cpu: cpu(0) }]),
    () => ticker.stop(),
  ]) {
    await pause(60);
    taken.push(...ticker.take());
    changes.push(taken.length);
    change();
  }
  taken.push(...ticker.take());
  expect(threads()).toBe(threadsBefore);
  gang.close();
  expect(openFds()).toEqual(filesBefore);

  // Each is due by itself: none is lost and none drifts.
  let due = start + 2n * MS;
  for (const { reading, expirations } of taken) {
    due += (expirations - 1n) * 2n * MS;
    expect(reading.begin).toBeGreaterThanOrEqual(due);
    due += 2n * MS;
  }
  const withSteps = taken.filter(({ steps }) => steps !== undefined);
  expect(taken.length).toBeGreaterThan(30);
  // Not the first one of each, and what a change came upon.
  expect(taken.length - withSteps.length).toBeLessThanOrEqual(3 + changes.length);
  for (const [i, tick] of taken.entries()) {
    const before = taken[i - 1];
    if (!tick.steps || !before) continue;
    const [a, b] = [whole(before), whole(tick)];
    const steps = b.flatMap(({ value, timeEnabled, timeRunning }, event) => {
      const earlier = a[event] ?? noCounts;
      return [value - earlier.value, timeEnabled - earlier.timeEnabled, timeRunning - earlier.timeRunning];
    });
    expect([...tick.steps]).toEqual(steps);
  }
});
