import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { needs } from '../needs';
import { counting, hasPerf, isRoot, linesOf, startSyswide, syswide } from '../run';
import { perfSaysOf } from './perf-says';

const folder = mkdtempSync(join(tmpdir(), 'syswide-cut-short-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

needs(isRoot && hasPerf, 'root and perf');

/** With SYSWIDE_KILLS=200 as many as the project promises; each takes a second and more. */
const KILLS = Number(process.env.SYSWIDE_KILLS ?? 8);

/** Most of each is waiting. */
const AT_A_TIME = 4;

/** Records, and ends that at a random moment. @returns where the file is, if there is one */
async function killedRecording(i: number): Promise<string> {
  const file = join(folder, `killed.${i}`);
  const event = i % 2 === 0 ? 'cpu-clock' : 'sched:sched_switch';
  const recording = startSyswide(['record', '-a', '-e', event, '-o', file]);
  await pause(150 + Math.random() * 1500);
  recording.process.kill('SIGKILL');
  await recording.ended;
  return file;
}

describe('a recording that is cut short', () => {
  it('by SIGKILL at any moment opens in perf and here', async () => {
    for (let i = 0; i < KILLS; i += AT_A_TIME) {
      const few = Array.from({ length: Math.min(AT_A_TIME, KILLS - i) }, (_, more) => killedRecording(i + more));
      for (const file of await Promise.all(few)) {
        // It may not have begun.
        if (!existsSync(file)) continue;
        expect(perfSaysOf(file, ['script', '-F', 'event', '-G']).length).toBeGreaterThanOrEqual(0);
        const reader = PerfDataReader.open(file);
        expect([...reader.records()].length).toBeGreaterThanOrEqual(0);
        expect(reader.recovered).toBeUndefined();
        reader.close();
        rmSync(file);
      }
    }
  });

  it('by a signal has its samples and the status of that', async () => {
    const recording = startSyswide(['record', '-a', '-o', path]);
    await counting(recording);
    await pause(500);
    recording.process.kill('SIGINT');
    const { status, stderr } = await recording.ended;
    expect(status).toBe(130);
    expect(stderr).toMatch(/\d{3,} samples in /u);
    perfSaysOf(path, ['report', '--stdio']);
  });

  describe('by a disk that fills up', () => {
    const mount = join(folder, 'small');
    const mountWith = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mount]);
    beforeEach(() => {
      mkdirSync(mount, { recursive: true });
      mountWith('size=1m');
    });
    afterEach(() => execFileSync('umount', ['-l', mount]));

    it('ends in order, says so, and what was written can be read', () => {
      const file = join(mount, 'perf.data');
      const { status, stderr } = syswide(['record', '-a', '-g', '-F', '20000', '-o', file, '--', 'sleep', '20']);
      expect(status).toBe(125);
      expect(stderr).toMatch(/error\[OUTPUT_FAILED\]: cannot write .*ENOSPC/u);
      expect(linesOf(perfSaysOf(file, ['script', '-F', 'event', '-G'])).length).toBeGreaterThan(1000);
    });

    it('says how many samples are in the file also where they are counted as they come', () => {
      const options = ['-e', 'raw_syscalls:sys_enter', '--switch-output=500M', '-o', join(mount, 'perf.data')];
      const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=100000', 'status=none'];
      const { status, stderr } = syswide(['record', ...options, '--', ...command]);
      expect(status).toBe(125);
      const [, told, file = ''] = /^# (\d+) samples? in (\S+),/mu.exec(stderr) ?? [];
      const samples = linesOf(perfSaysOf(file, ['script', '-F', 'event', '-G'])).length;
      expect(samples).toBeGreaterThan(1000);
      expect(Number(told)).toBe(samples);
    });

    it('ends in order where the next of several files cannot be begun, and tells of the one before', () => {
      execFileSync('umount', ['-l', mount]);
      // The folder itself, and one file.
      mountWith('nr_inodes=2');
      const options = ['-a', '--switch-output=1s', '-o', join(mount, 'perf.data')];
      const { status, stderr } = syswide(['record', ...options, '--', 'sleep', '20']);
      expect(status).toBe(125);
      expect(stderr).toMatch(/^error\[OUTPUT_FAILED\]: cannot write .*ENOSPC/mu);
      const [, told, file = ''] = /^# (\d+) samples? in (\S+),/mu.exec(stderr) ?? [];
      expect(linesOf(perfSaysOf(file, ['script', '-F', 'event', '-G']))).toHaveLength(Number(told));
    });
  });
});
