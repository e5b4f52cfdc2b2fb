import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { cpu, tid } from '../../../src/base/units';
import type { LiveGang } from '../../../src/gang/live-gang';
import { SysfsSource } from '../../../src/host/hotplug/sysfs-source';
import { UeventSource } from '../../../src/host/hotplug/uevent-source';
import { kernel, openFds } from '../native/machine';
import { countsOf, host, openLive, sum, systemCall } from './counting';
import { median, milliseconds, programs, type Span, takesCpu1Offline, tell } from './cpu1';
import { type Batch, CALLS, KnownCalls, touching } from './known-calls';

takesCpu1Offline();
const { flap, knownCalls } = programs();

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How late uevents and looks at sysfs may be on a machine that is just bringing a CPU up. */
const LATEST_NS = 120_000_000n;

/** When CPU 1 ran tasks without being counted, as the follower names it. */
function namedSpans({ follower }: LiveGang): Span[] {
  const happenings = follower?.happenings ?? [];
  return happenings.flatMap(({ kind, at, uncovered }, i) => {
    if (kind !== 'online') return [];
    // One that says nothing of it was not counted at all before the CPU went again.
    const end = uncovered === undefined ? (happenings[i + 1]?.at ?? at) : at + uncovered;
    return [{ begin: at, end }];
  });
}

const calls = (batches: readonly Batch[]): bigint => BigInt(batches.length * CALLS);

/**
 * Holds counts by CPU against what was called there: not one more than that, and not one less but for calls in the
 * spans that are named as not covered.
 */
function expectExact(
  counts: ReadonlyMap<number | undefined, bigint>,
  batches: readonly Batch[],
  spans: readonly Span[],
) {
  const lost = calls(batches) - sum(counts);
  const excusable = calls(touching(batches, spans));
  tell(`${calls(batches)} calls, ${lost} not counted, ${excusable} at most in spans that are named`);
  expect(lost).toBeGreaterThanOrEqual(0n);
  expect(lost).toBeLessThanOrEqual(excusable);
  for (const n of [0, 1]) {
    const there = calls(batches.filter((batch) => batch.cpu === n));
    const moved = calls(batches.filter((batch) => batch.cpu === undefined));
    expect(counts.get(n) ?? 0n, `cpu${n}`).toBeLessThanOrEqual(there + moved);
    expect(counts.get(n) ?? 0n, `cpu${n}`).toBeGreaterThanOrEqual(there - (n === 1 ? excusable : 0n));
  }
}

describe('every call is counted once while CPU 1 goes and comes', () => {
  it.each([
    ['alone and in a group', 0],
    ['on a machine that is busy', 4],
  ])('50 times, %s', { timeout: 60_000 }, async (_, others) => {
    const load = new KnownCalls(knownCalls);
    const fds = openFds().length;
    const busy = Array.from({ length: others }, () => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
    const events = [
      systemCall('getppid', load.pid),
      systemCall('getppid', load.pid, { leader: 1 }),
      systemCall('getpid', load.pid, { leader: 1 }),
    ];
    const { live, source } = openLive(events, { kind: 'cpus', cpus: host.cpus().online });
    const fdsSeen = new Set<number>();
    try {
      live.arm();
      await load.go();
      const flapping = flap({ cycles: 50, offlineMs: 10, onlineMs: 40 });
      const ticks = setInterval(() => fdsSeen.add(live.gang.size), 7);
      const { status } = await flapping.ended;
      clearInterval(ticks);
      expect(status).toBe(0);
      await pause(50);
      const batches = await load.batches();
      await live.settle();
      const spans = namedSpans(live);
      const happened = live.follower?.happenings ?? [];
      expect(happened.filter(({ kind }) => kind === 'offline')).toHaveLength(50);
      expect(spans).toHaveLength(50);
      expect(happened.filter(({ error }) => error)).toEqual([]);
      const ms = spans.map(({ begin, end }) => milliseconds(end - begin));
      tell(`${source.name}: uncovered after coming online: median ${median(ms)} ms, at most ${Math.max(...ms)} ms`);
      expect(source.name).toBe('cpuhp');
      expect(median(ms)).toBeLessThanOrEqual(5);
      for (const event of events.keys()) expectExact(countsOf(live, event), batches, spans);
      // The members of a group start and stop together, so they can differ by calls between the two only.
      expect(live.gang.size).toBe(2 * events.length);
      expect([...fdsSeen].sort()).toEqual([events.length, 2 * events.length].sort());
    } finally {
      for (const program of busy) program.kill('SIGKILL');
      await live.close();
      source.close();
      load.dispose();
    }
    expect(openFds().length).toBeLessThanOrEqual(fds);
  });

  it.each([
    ['uevents', () => UeventSource.open(kernel)],
    ['looking at sysfs', () => new SysfsSource(host.files)],
  ] as const)(
    'when it is heard of through %s, but for what it did before',
    { timeout: 60_000 },
    async (_, openSource) => {
      const load = new KnownCalls(knownCalls);
      const { live, source } = openLive(
        [systemCall('getppid', load.pid)],
        { kind: 'cpus', cpus: host.cpus().online },
        openSource,
      );
      try {
        live.arm();
        await load.go();
        const { status } = await flap({ cycles: 8, offlineMs: 150, onlineMs: 150 }).ended;
        expect(status).toBe(0);
        await pause(100);
        const batches = await load.batches();
        await live.settle();
        // They tell late: what is missed lies before they did.
        const spans = namedSpans(live).map(({ begin, end }) => ({ begin: begin - LATEST_NS, end }));
        tell(`heard through ${source.name}:`);
        expectExact(countsOf(live, 0), batches, spans);
        expect(spans).toHaveLength(8);
        expect(live.gang.size).toBe(2);
      } finally {
        await live.close();
        source.close();
        load.dispose();
      }
    },
  );
});

describe('the calls of one task, split by CPU', () => {
  it('add up to all of them, however often CPU 1 goes and comes', { timeout: 60_000 }, async () => {
    const load = new KnownCalls(knownCalls);
    const tids = [tid(load.pid)];
    const tasks = { kind: 'tasks', tids, inherit: true, enableOnExec: false } as const;
    const split = openLive([systemCall('getppid')], { ...tasks, cpus: host.cpus().present });
    const whole = openLive([systemCall('getppid')], tasks);
    try {
      split.live.arm();
      whole.live.arm();
      await load.go();
      const { status } = await flap({ cycles: 10, offlineMs: 20, onlineMs: 40 }).ended;
      expect(status).toBe(0);
      const batches = await load.batches();
      await split.live.settle();
      const counts = countsOf(split.live, 0);
      tell(`${calls(batches)} calls: ${[...counts].map(([where, n]) => `${n} on cpu${where}`).join(', ')}`);
      expect(sum(counts)).toBe(calls(batches));
      expect(sum(countsOf(whole.live, 0))).toBe(calls(batches));
      expectExact(counts, batches, []);
      expect(split.live.follower?.happenings.filter(({ kind }) => kind === 'online')).toHaveLength(10);
      expect(split.live.follower?.uncovered(cpu(1), whole.live.read().end)).toBe(0n);
    } finally {
      for (const { live, source } of [split, whole]) {
        await live.close();
        source.close();
      }
      load.dispose();
    }
  });
});
