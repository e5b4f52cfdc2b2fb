import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { median, takesCpu1Offline, tell, turn } from '../hotplug/cpu1';
import { needs } from '../needs';
import { counting, hasPerf, launcher, type Outcome, perf, type Running, start, startSyswide, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-record-hotplug-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const loads: Running[] = [];
const endLoads = (): void => {
  for (const one of loads.splice(0)) one.process.kill('SIGKILL');
};
afterEach(endLoads);

/** Keeps a CPU busy, from now to the end of the recording. One that goes offline has its load moved to another. */
const keepBusy = (cpu: 0 | 1): void =>
  void loads.push(start('taskset', ['-c', `${cpu}`, 'sh', '-c', 'while :; do :; done']));

/** Takes CPU 1 away, or has it back and busy. */
function turnBusy(state: 0 | 1): void {
  turn(state);
  if (state === 1) keepBusy(1);
}

/** Starts a recording that lasts until its command is told to end, and waits until it records. */
async function startRecording(...args: readonly string[]): Promise<{ end: () => Promise<Outcome> }> {
  const recording = startSyswide(['record', ...args, '-o', path, '--', 'cat']);
  await counting(recording);
  const end = async () => {
    recording.process.stdin?.end();
    const outcome = await recording.ended;
    endLoads();
    return outcome;
  };
  return { end };
}

describe('a recording of all CPUs', () => {
  needs(hasPerf, 'perf');
  takesCpu1Offline();

  it('has the samples of a CPU from before and after it was offline, twice, in time order', {
    timeout: 60_000,
  }, async () => {
    for (const cpu of [0, 1] as const) keepBusy(cpu);
    const recording = await startRecording('-a', '-F', '1000');
    const turned: number[] = [];
    for (const state of [0, 1, 0, 1] as const) {
      await sleep(800);
      turnBusy(state);
      turned.push(Number(process.hrtime.bigint()) / 1e9);
    }
    await sleep(800);
    const { status, stderr } = await recording.end();
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
    const { stderr: complaint } = perf(['report', '--stdio', '--sort', 'cpu', '-i', path]);
    expect(complaint).toBe('');
  });

  it('samples a CPU from the moment on at which it runs, on a machine that is busy, too', {
    timeout: 60_000,
  }, async () => {
    for (const cpu of [0, 1] as const) keepBusy(cpu);
    const recording = await startRecording('-a', '-F', '1000');
    for (let i = 0; i < 20; i += 1) {
      turn(i % 2 === 0 ? 0 : 1);
      await sleep(100);
    }
    const { status, stderr } = await recording.end();
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
    for (const cpu of [0, 1] as const) keepBusy(cpu);
    const events = 'cycles,cpu-clock/freq=1000/,cpu-clock/period=10000000,name=slow/';
    const recording = await startRecording('-a', '--allow-missing', '-e', events);
    turnBusy(0);
    await sleep(300);
    turnBusy(1);
    const back = Number(process.hrtime.bigint()) / 1e9;
    await sleep(1200);
    const { status, stderr } = await recording.end();
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
    const command = ['-a', '-e', 'sched:sched_switch,cs', '-c', '1', '-q', '-o', '-', '--', 'cat'];
    const recording = start('sh', [
      '-c',
      `exec "$@" > ${path}`,
      'sh',
      process.execPath,
      launcher,
      'record',
      ...command,
    ]);
    await counting(recording);
    turn(0);
    await sleep(300);
    turn(1);
    await sleep(500);
    recording.process.stdin?.end();
    expect((await recording.ended).status).toBe(0);
    const namesIn = (text: string) => new Set(text.match(/\S+(?=:\s*$)/gmu));
    const names = new Set(['sched:sched_switch', 'cs']);
    expect(namesIn(perf(['script', '-F', 'event', '-i', path]).stdout)).toEqual(names);
    expect(namesIn(syswide(['script', '-F', 'event', '-i', path]).stdout)).toEqual(names);
    expect(syswide(['report', '-i', path]).stdout.match(/^# Samples: .*/gmu)).toHaveLength(2);
  });
});
