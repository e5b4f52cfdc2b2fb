import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { median, takesCpu1Offline, tell, turn } from '../hotplug/cpu1';
import { needs } from '../needs';
import { hasPerf, launcher, perf, start, startSyswide, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-record-hotplug-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a recording of all CPUs', () => {
  needs(hasPerf, 'perf');
  takesCpu1Offline();

  it('has the samples of a CPU from before and after it was offline, twice, in time order', {
    timeout: 60_000,
  }, async () => {
    const load = [1, 2].map(() => start('sh', ['-c', 'while :; do :; done']));
    const recording = startSyswide(['record', '-a', '-F', '1000', '-o', path, '--', 'sleep', '11']);
    const turned: number[] = [];
    for (const state of [0, 1, 0, 1] as const) {
      await sleep(1500);
      turn(state);
      turned.push(Number(process.hrtime.bigint()) / 1e9);
    }
    const { status, stderr } = await recording.ended;
    for (const one of load) one.process.kill('SIGKILL');
    expect(status).toBe(0);
    expect(stderr.match(/# cpu1 went offline/gu)).toHaveLength(2);
    expect(stderr.match(/# cpu1 came online, sampled after \d+\.\d ms/gu)).toHaveLength(2);

    const script = perf(['script', '--ns', '-F', 'cpu,time', '-i', path]);
    expect({ status: script.status, stderr: script.stderr }).toEqual({ status: 0, stderr: '' });
    const times = [...script.stdout.matchAll(/\[(\d+)\] +(\d+\.\d+):/gu)].map(([, cpu, time]) => ({
      cpu: Number(cpu),
      time: Number(time),
    }));
    expect(times.every(({ time }, i) => i === 0 || time >= (times[i - 1]?.time ?? 0))).toBe(true);
    const [off = 0, on = 0, offAgain = 0, onAgain = 0] = turned;
    const onCpu1 = (from: number, to: number) =>
      times.filter(({ cpu, time }) => cpu === 1 && time > from && time < to).length;
    for (const [from, to] of [
      [0, off],
      [on, offAgain],
      [onAgain, Number.POSITIVE_INFINITY],
    ] as const)
      expect(onCpu1(from, to)).toBeGreaterThan(200);
    expect(onCpu1(off, on - 0.1)).toBe(0);
    const { stderr: complaint } = perf(['report', '--stdio', '-i', path]);
    expect(complaint).toBe('');
  });

  it('samples a CPU from the moment on at which it runs, on a machine that is busy, too', {
    timeout: 60_000,
  }, async () => {
    const load = [1, 2].map(() => start('sh', ['-c', 'while :; do :; done']));
    const recording = startSyswide(['record', '-a', '-F', '1000', '-o', path, '--', 'sleep', '6']);
    await sleep(1500);
    for (let i = 0; i < 20; i += 1) {
      turn(i % 2 === 0 ? 0 : 1);
      await sleep(150);
    }
    const { status, stderr } = await recording.ended;
    for (const one of load) one.process.kill('SIGKILL');
    expect(status).toBe(0);
    const ms = [...stderr.matchAll(/# cpu1 came online, sampled after (\d+\.\d) ms/gu)].map(([, after]) =>
      Number(after),
    );
    tell(`unsampled after coming online: median ${median(ms)} ms, at most ${Math.max(...ms)} ms`);
    expect(ms).toHaveLength(10);
    expect(median(ms)).toBeLessThanOrEqual(5);
    const lines = perf(['script', '-F', 'cpu,time', '-i', path]);
    expect({ status: lines.status, stderr: lines.stderr }).toEqual({ status: 0, stderr: '' });
    // Whichever clone it is of, each sample is one of an event of the file.
    expect(syswide(['script', '-F', 'cpu,time', '-i', path]).stdout.split('\n')).toHaveLength(
      lines.stdout.split('\n').length,
    );
  });

  it('has the samples of each event from after a CPU came back also where one of the events is missing', {
    timeout: 30_000,
  }, async () => {
    const load = [1, 2].map(() => start('sh', ['-c', 'while :; do :; done']));
    const events = 'cycles,cpu-clock/freq=1000/,cpu-clock/period=10000000,name=slow/';
    const recording = startSyswide(['record', '-a', '--allow-missing', '-e', events, '-o', path, '--', 'sleep', '5']);
    await sleep(1500);
    turn(0);
    await sleep(300);
    turn(1);
    const back = Number(process.hrtime.bigint()) / 1e9;
    const { status, stderr } = await recording.ended;
    for (const one of load) one.process.kill('SIGKILL');
    expect({ status, stderr: stderr.replaceAll(/^# .*\n/gmu, '') }).toEqual({ status: 0, stderr: '' });
    const script = perf(['script', '--ns', '-F', 'cpu,time,event', '-i', path]).stdout;
    const after = [...script.matchAll(/\[001\] +(\d+\.\d+): +(\S+):/gu)].flatMap(([, time, name = '']) =>
      Number(time) > back + 0.1 ? [name] : [],
    );
    const of = (name: RegExp) => after.filter((one) => name.test(one)).length;
    expect(of(/^cpu-clock/u)).toBeGreaterThan(500);
    expect(of(/^slow/u)).toBeGreaterThan(50);
    expect(of(/^slow/u)).toBeLessThan(of(/^cpu-clock/u) / 5);
  });

  it('names the events of a CPU that came back also in a pipe', { timeout: 30_000 }, async () => {
    const command = ['-a', '-e', 'sched:sched_switch,cs', '-c', '1', '-q', '-o', '-', '--', 'sleep', '4'];
    const recording = start('sh', [
      '-c',
      `exec "$@" > ${path}`,
      'sh',
      process.execPath,
      launcher,
      'record',
      ...command,
    ]);
    await sleep(1500);
    turn(0);
    await sleep(300);
    turn(1);
    expect((await recording.ended).status).toBe(0);
    const namesIn = (text: string) => new Set(text.match(/\S+(?=:\s*$)/gmu));
    const names = new Set(['sched:sched_switch', 'cs']);
    expect(namesIn(perf(['script', '-F', 'event', '-i', path]).stdout)).toEqual(names);
    expect(namesIn(syswide(['script', '-F', 'event', '-i', path]).stdout)).toEqual(names);
    expect(syswide(['report', '-i', path]).stdout.match(/^# Samples: .*/gmu)).toHaveLength(2);
  });
});
