import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { needs } from '../needs';
import { counting, eventually, hasPerf, isRoot, launcher, perf, start, startSyswide, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-files-'));
const path = join(folder, 'perf.data');
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

needs(isRoot && hasPerf, 'root and perf');

const files = (): string[] => readdirSync(folder).sort();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The times of samples as perf has them, which it must not have to complain about. */
function times(name: string): number[] {
  const { status, stdout, stderr } = perf(['script', '-F', 'time', '-i', join(folder, name)]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return [...stdout.matchAll(/(\d+\.\d+):/gu)].map(([, seconds]) => Number(seconds));
}

describe('a recording to standard output', () => {
  const pipe = (options: string, reader: string) =>
    spawnSync('sh', ['-c', `{ "$0" "$1" record ${options}; } | ${reader}`, process.execPath, launcher], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      timeout: 60_000,
    });

  it('is read by perf from a pipe, and what the command prints is not in it', () => {
    const command = "sh -c 'echo hello; /bin/true; /bin/ls / > /dev/null'";
    const { stdout, stderr } = pipe(`-a -e sched:sched_process_exec -o - -- ${command}`, 'perf script -i -');
    expect(stdout).toMatch(/sched:sched_process_exec: filename=\/bin\/true pid=\d+/u);
    expect(stdout).toContain('filename=/bin/ls');
    expect(stdout).not.toContain('hello');
    expect(stderr).toContain('hello');
    expect(stderr).toContain('samples in standard output');
  });

  it('has what a file has: names, call chains, features, build-ids', () => {
    const command = 'dd if=/dev/zero of=/dev/null bs=1 count=300000 status=none';
    const report = 'perf report -i - --stdio --header --no-children -g none --sort comm,dso';
    const { stdout, stderr } = pipe(`-g -q -o - -- ${command}`, report);
    expect(stderr).toBe('');
    for (const expected of [/# hostname : \S/u, /# cmdline : syswide record/u, /dd +\[kernel.kallsyms\]/u]) {
      expect(stdout).toMatch(expected);
    }
    const builds = pipe(`-q -o - -- ${command}`, 'perf buildid-list -i -').stdout;
    expect(builds).toMatch(/^[0-9a-f]{40} \[kernel\.kallsyms\]$/mu);
    expect(builds).toMatch(/^[0-9a-f]{40} .*\/libc\.so\.6$/mu);
  });

  it('ends when nobody reads it any more, with an error', () => {
    const { stdout, stderr } = pipe(
      '-a -e raw_syscalls:sys_enter -o - -- sleep 20; echo "status $?" >&2; true',
      'head -c 100000',
    );
    expect(stdout.length).toBeGreaterThan(0);
    expect(stderr).toMatch(/^error\[OUTPUT_FAILED\]: cannot write the recording to standard output — .*EPIPE/mu);
    expect(stderr).toContain('status 125');
  });
});

describe('on a terminal', () => {
  it('shows how it comes along, and takes that away; in a pipe it does not', () => {
    const load = 'timeout 2.5 sh -c "while :; do :; done" >/dev/null 2>&1; true';
    const command = `"${process.execPath}" "${launcher}" record -a -F 2000 -o "${path}" -- sleep 2.5`;
    const { stdout } = spawnSync('script', ['-qec', `stty cols 100; (${load}) & ${command}`, '/dev/null'], {
      encoding: 'utf8',
      input: '',
      timeout: 60_000,
    });
    const lines = [...stdout.matchAll(/(\d) s {2}([\d.k]+) samples\/s.*? {2}lost 0 {2}[\d.]+ MiB\r/gu)];
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const [, , rate] of lines) expect(Number(rate)).toBeGreaterThan(500);
    expect(stdout.slice(stdout.lastIndexOf('MiB\r'))).toContain('\u001B[K# ');
    expect(syswide(['record', '-a', '-o', path, '--', 'sleep', '1.5']).stderr).not.toContain('samples/s');
  });
});

describe('a round of all rings', () => {
  it.each([
    ['in a file', `-o ${path}`],
    ['in a pipe', `-o - > ${path}`],
  ])('%s ends once: of two, the second would promise that nothing older comes', (_, to) => {
    const load = 'dd if=/dev/zero of=/dev/null bs=1 count=100000 status=none';
    const command = `"$0" "$1" record -a -m 16 -e raw_syscalls:sys_enter ${to} -- ${load}`;
    const { status } = spawnSync('sh', ['-c', command, process.execPath, launcher], { timeout: 60_000 });
    expect(status).toBe(0);
    const reader = PerfDataReader.open(path);
    const types = [...reader.records()].map(({ type }) => type);
    reader.close();
    const { sample, finishedRound } = RecordType;
    const sampled = types.slice(types.indexOf(sample), types.lastIndexOf(sample));
    expect(sampled.filter((type) => type === finishedRound).length).toBeGreaterThan(10);
    expect(sampled.filter((type, i) => type === finishedRound && sampled[i + 1] === finishedRound)).toEqual([]);
  });
});

describe('--switch-output', () => {
  it('begins a new file after a time, and every one is whole by itself', () => {
    // The last file has half a second of it, too.
    const load = 'timeout 3.5 sh -c "while :; do :; done"; true';
    const { status, stderr } = syswide(['record', '-a', '--switch-output=1s', '-o', path, '--', 'sh', '-c', load]);
    expect(status).toBe(0);
    expect(files().length).toBeGreaterThanOrEqual(3);
    let last = 0;
    for (const name of files()) {
      expect(name).toMatch(/^perf\.data\.\d{16}$/u);
      expect(stderr).toContain(`samples in ${join(folder, name)}, `);
      const found = times(name);
      expect(Math.min(...found)).toBeGreaterThan(last);
      last = Math.max(...found);
      expect(perf(['report', '--stdio', '-i', join(folder, name), '--sort', 'comm']).stdout).toMatch(/% +sh *\n/u);
    }
    const told = [...stderr.matchAll(/^# (\d+) samples? in \//gmu)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(stderr).toContain(`# ${told} samples in all ${files().length} files`);
  });

  it('names in every file what a command runs, its children and what these have left behind', () => {
    // Of each a process that lasts: the command, its child, and one whose parent has ended.
    const busy = (name: string) => `perl -e '$0 = "${name}"; $end = time + 4; 1 while time < $end'`;
    const command = `sh -c "${busy('left').replace(/[$"]/gu, '\\$&')} &"; ${busy('child')} & ${busy('main')}; wait`;
    const options = ['--switch-output=1s', '-e', 'cpu-clock:u', '-F', '500', '-o', path];
    expect(syswide(['record', ...options, '--', 'sh', '-c', command]).status).toBe(0);
    expect(files().length).toBeGreaterThanOrEqual(3);
    for (const name of files().slice(0, 2)) {
      const { stdout } = perf(['script', '-F', 'comm,ip,dso', '-i', join(folder, name)]);
      for (const comm of ['main', 'child', 'left']) expect(stdout).toMatch(new RegExp(`^ *${comm} .*perl\\)$`, 'mu'));
      expect(stdout).not.toMatch(/^ *:\d+ /mu);
    }
  });

  it('after a size keeps only so many files, and loses no sample on the way from one to the next', () => {
    const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=200000', 'status=none'];
    const options = ['--switch-output=4M', '--switch-max-files', '2', '-o', path];
    const { status, stderr } = syswide(['record', '-e', 'syscalls:sys_enter_write', ...options, '--', ...command]);
    expect(status).toBe(0);
    expect(files()).toHaveLength(2);
    const [, samples, count] = /^# (\d+) samples in all (\d+) files/mu.exec(stderr) ?? [];
    expect(Number(samples)).toBe(200_000);
    expect(Number(count)).toBeGreaterThan(2);
  });

  it('on SIGUSR2, and refuses what makes no sense', async () => {
    const recording = startSyswide(['record', '-a', '--switch-output', '-o', path]);
    await counting(recording);
    for (let i = 0; i < 2; i += 1) {
      await pause(300);
      recording.process.kill('SIGUSR2');
      await eventually(() => files().length > i + 1, 'the next file is begun');
    }
    await pause(300);
    recording.process.kill('SIGINT');
    expect((await recording.ended).status).toBe(130);
    expect(files()).toHaveLength(3);
    for (const name of files()) times(name);
    for (const options of [['--switch-max-files', '2'], ['--switch-output', '-o', '-'], ['--switch-output=0s']]) {
      expect(syswide(['record', ...options, '--', 'true']).stderr).toMatch(/^error\[USAGE\]/u);
    }
  });
});

describe('SIGUSR2', () => {
  it('does not end a recording that has one file only', async () => {
    const recording = startSyswide(['record', '-a', '-o', path]);
    await counting(recording);
    recording.process.kill('SIGUSR2');
    await pause(300);
    recording.process.kill('SIGINT');
    expect((await recording.ended).status).toBe(130);
    expect(files()).toEqual(['perf.data']);
  });
});

describe('--overwrite', () => {
  it('writes what is newest, on SIGUSR2 and at the end', async () => {
    const load = 'timeout 3 sh -c "while :; do :; done" & timeout 3 sh -c "while :; do :; done"; wait';
    const options = ['-a', '-g', '-F', '10000', '-m', '64K', '--overwrite', '-o', path];
    const recording = startSyswide(['record', ...options, '--', 'sh', '-c', load]);
    await counting(recording);
    await pause(1000);
    recording.process.kill('SIGUSR2');
    const { status, stderr } = await recording.ended;
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(files()).toHaveLength(2);
    const [end = [], snapshot = []] = files().map(times);
    // 64 KiB hold a few hundred samples of each CPU: a small part of 1 s at 10 kHz.
    for (const found of [snapshot, end]) {
      expect(found.length).toBeGreaterThan(300);
      expect(found.length).toBeLessThan(4000);
    }
    expect(Math.max(...snapshot)).toBeLessThan(Math.min(...end));
    expect(Math.max(...end) - Math.max(...snapshot)).toBeGreaterThan(1);
    for (const name of files()) {
      expect(
        perf(['report', '--stdio', '-i', join(folder, name), '--sort', 'comm', '--no-children', '-g', 'none']).stdout,
      ).toMatch(/% +sh *\n/u);
    }
  });

  it('has the names of what ran before it, and has ended since', async () => {
    const early = start('perl', ['-e', '$0 = "early"; 1 while 1']);
    await pause(300);
    const recording = startSyswide(['record', '-a', '-F', '500', '--overwrite', '-o', path, '--', 'sleep', '2']);
    await counting(recording);
    await pause(1000);
    early.process.kill('SIGKILL');
    expect((await recording.ended).status).toBe(0);
    expect(perf(['script', '-F', 'comm', '-i', path]).stdout.match(/^ *early *$/gmu)?.length).toBeGreaterThan(100);
  });
});

describe('who may lock little memory', () => {
  it('records into shorter rings, of all CPUs', () => {
    const script = 'ulimit -l 64 && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"';
    const record = ['record', '-v', '-o', '-', '-e', 'task-clock:u', '--', 'true'];
    const args = ['-c', script, 'bash', process.execPath, launcher, ...record];
    const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8', timeout: 60_000 });
    const [, ring = ''] = /^# a ring of (\d+) KiB for each CPU$/m.exec(stderr) ?? [];
    expect(status, stderr).toBe(0);
    expect(Number(ring)).toBeGreaterThan(0);
    expect(Number(ring)).toBeLessThan(4096);
  });
});
