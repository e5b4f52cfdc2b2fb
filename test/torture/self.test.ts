import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SampleType } from '../../src/abi/perf-event';
import { RecordType } from '../../src/abi/ring-page';
import { decodeSample } from '../../src/abi/sample';
import { PerfDataReader } from '../../src/perfdata/perf-data-reader';
import { needs } from '../live/needs';
import { isRoot, startSyswide } from '../live/run';
import { isLong, rounds, tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-self-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plain =
  SampleType.identifier |
  SampleType.ip |
  SampleType.tid |
  SampleType.time |
  SampleType.cpu |
  SampleType.period |
  SampleType.raw;

/** How many samples there are, and how many of one process: any thread of it. */
function samplesOf(pid: number): { all: number; own: number } {
  const reader = PerfDataReader.open(path);
  let [all, own] = [0, 0];
  for (const { type, body } of reader.records()) {
    if (type !== RecordType.sample) continue;
    all += 1;
    if (decodeSample(body, { sampleType: plain, readFormat: 0, littleEndian: true })?.pid === pid) own += 1;
  }
  reader.close();
  return { all, own };
}

/** All system calls of the machine, while one program makes as many as it can. */
async function recorded(...options: string[]): Promise<{ all: number; own: number; told: string }> {
  rmSync(path, { force: true });
  const calls = isLong ? 5_000_000 : 500_000;
  const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', `count=${calls}`];
  const running = startSyswide(['record', '-a', '-e', 'raw_syscalls:sys_enter', ...options, '-o', path, '--', ...load]);
  const { status, stderr } = await running.ended;
  expect(status, stderr).toBe(0);
  return { ...samplesOf(running.process.pid ?? -1), told: stderr };
}

describe('all system calls of the machine under load', () => {
  needs(isRoot, 'root, to sample tracepoints');

  it.each(['--exclude-perf', '--exclude-self'])(
    'with %s: less than 1 %% are of syswide',
    { timeout: 280_000 },
    async (option) => {
      let worst = 0;
      for (let round = 0; round < rounds(5, 1); round += 1) {
        const { all, own, told } = await recorded(option);
        expect(all).toBeGreaterThan(100_000);
        expect(own / all, told).toBeLessThan(0.01);
        worst = Math.max(worst, own / all);
        if (own === 0) expect(told).not.toContain("syswide's own");
      }
      tell('self', `${option}: ${(worst * 100).toFixed(3)} % of samples were syswide's own at most`);
    },
  );

  it('without it: a line tells how many are, and they are that many', async () => {
    const { all, own, told } = await recorded();
    const [, count, share] = /^# syswide's own: (\d+) samples? \((\d+\.\d) %\); --exclude-perf /mu.exec(told) ?? [];
    expect(own).toBeGreaterThan(0);
    expect(Number(count), told).toBe(own);
    expect(share).toBe(((own / all) * 100).toFixed(1));
    tell('self', `without an option: ${own} of ${all} samples were syswide's own, and told`);
  });

  it('with a quiet machine, where syswide is most of what happens, none is of it', async () => {
    rmSync(path, { force: true });
    const args = ['record', '-a', '-e', 'raw_syscalls:sys_enter', '--exclude-perf', '-o', path, '--', 'sleep', '1'];
    const running = startSyswide(args);
    const { status, stderr } = await running.ended;
    expect(status, stderr).toBe(0);
    const { all, own } = samplesOf(running.process.pid ?? -1);
    tell('self', `--exclude-perf on a quiet machine: ${own} of ${all} samples were syswide's own`);
    expect(own, stderr).toBeLessThan(Math.max(all * 0.01, 10));
  });
});
