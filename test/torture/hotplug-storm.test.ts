import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { programs, takesCpu1Offline } from '../live/hotplug/cpu1';
import { CALLS, KnownCalls } from '../live/hotplug/known-calls';
import type { Saved } from '../live/hotplug/saved';
import { needs } from '../live/needs';
import { counting, hasPerf, perf, startSyswide, syswide } from '../live/run';
import { rounds, tell } from './form';

const SECONDS = rounds(120, 8);

/** System calls that the load makes in a batch: as many getppid as getpid. */
const BATCH = BigInt(2 * CALLS);

const folder = mkdtempSync(join(tmpdir(), 'syswide-storm-'));
const [counts, samples] = [join(folder, 'stat.json'), join(folder, 'perf.data')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** From 1 ms to 1 s, as many short ones as long ones. */
const anyPause = (random: () => number): number => Math.round(1000 ** random());

/** Park and Miller's, so that a storm can be had again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('a storm of CPUs that go and come', () => {
  needs(hasPerf, 'perf');
  takesCpu1Offline();
  const { flap, knownCalls } = programs();

  it(`for ${SECONDS} s: every span is told, every call counted, every sample in order`, {
    timeout: (SECONDS + 120) * 1000,
  }, async () => {
    const load = new KnownCalls(knownCalls, 'total');
    const filter = `common_pid == ${load.pid} && (id == 39 || id == 110)`;
    const stat = startSyswide([
      ...['stat', '-a', '--save', counts, '-e', 'raw_syscalls:sys_enter', '--filter', filter],
    ]);
    const record = startSyswide(['record', '-a', '-F', '1000', '-e', 'cpu-clock', '-o', samples]);
    await counting(stat);
    await counting(record);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await load.go();
    const random = seeded(20_261_127);
    const end = Date.now() + SECONDS * 1000;
    let cycles = 0;
    while (Date.now() < end) {
      const { status } = await flap({ cycles: 1, offlineMs: anyPause(random), onlineMs: anyPause(random) }).ended;
      expect(status).toBe(0);
      cycles += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const called = (await load.total()) * BATCH;
    load.dispose();
    for (const { process } of [stat, record]) process.kill('SIGINT');
    const [counted, recorded] = [await stat.ended, await record.ended];
    expect([counted.status, recorded.status]).toEqual([130, 130]);
    expect(counted.stderr + recorded.stderr).not.toMatch(/error|ERR_|not (?:counted|sampled) from then on/u);

    const saved = JSON.parse(readFileSync(counts, 'utf8')) as Saved;
    const told = saved.hotplug?.happenings ?? [];
    expect(told.filter(({ kind }) => kind === 'offline')).toHaveLength(cycles);
    expect(told.filter(({ kind }) => kind === 'online')).toHaveLength(cycles);
    for (const words of [/# cpu1 went offline/gu, /# cpu1 came online/gu]) {
      expect(recorded.stderr.match(words)).toHaveLength(cycles);
    }
    const missed = Number(called - BigInt(saved.events[0]?.raw.value ?? 0)) / Number(called);

    const script = perf(['script', '--ns', '-F', 'time', '-i', samples]);
    expect({ status: script.status, stderr: script.stderr }).toEqual({ status: 0, stderr: '' });
    const times = script.stdout.trim().split('\n').map(Number.parseFloat);
    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0))).toBe(true);
    expect(syswide(['report', '-i', samples, '-g', 'none']).status).toBe(0);
    tell(
      'hotplug storm',
      `${cycles} cycles in ${SECONDS} s, all told; ${called} calls, ${(missed * 100).toFixed(4)} % not counted; ` +
        `${times.length} samples in order`,
    );
    expect(Math.abs(missed)).toBeLessThan(0.001);
  });
});
