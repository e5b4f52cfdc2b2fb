import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, launcher, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-script-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);

const load =
  'timeout 1 sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done" & timeout 1 sh -c "while :; do (:); done"; true';

/** Lines that differ, and how many there are in all. */
function compared(args: readonly string[]) {
  const [ours, theirs] = [syswide(['script', ...args]), perf(['script', ...args])];
  expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
  const [found, expected] = [ours.stdout.split('\n'), theirs.stdout.split('\n')];
  expect(found.length).toBe(expected.length);
  const differs = (line: string, i: number) => line !== found[i] && !isRemoved(line, found[i] ?? '');
  return { different: expected.filter(differs), lines: expected };
}

/** Whether we name a function of a program that was removed, and still runs somewhere on this machine: perf cannot. */
function isRemoved(theirs: string, ours: string): boolean {
  const unknown = theirs.indexOf('[unknown]');
  const isOfOne = theirs.endsWith(' (deleted))') || !theirs.includes('(');
  return unknown > 0 && isOfOne && ours.startsWith(theirs.slice(0, unknown)) && !ours.includes('[unknown]');
}

describe('syswide script', () => {
  it('prints call chains of the whole machine, byte for byte as perf does', () => {
    const path = file('chains.data');
    perf(['record', '-q', '-a', '-g', '-F', '2000', '-o', path, '--', 'sh', '-c', load]);
    const { different, lines } = compared(['-i', path]);
    expect(lines.length).toBeGreaterThan(10_000);
    expect(different).toEqual([]);
    expect(compared(['-i', path, '-G']).different).toEqual([]);
    expect(compared(['-i', path, '-F', 'comm,pid,tid,cpu,time,event,period', '--ns']).different).toEqual([]);
    expect(compared(['-i', path, '-F', 'comm,ip,sym', '-C', '1']).different).toEqual([]);
    expect(compared(['-i', path, '-F', 'time,ip,sym,symoff,dso', '--comms', 'ls']).different).toEqual([]);
  });

  it('prints the recordings of syswide as perf does', () => {
    const path = file('ours.data');
    expect(syswide(['record', '-q', '-a', '-g', '-F', '2000', '-o', path, '--', 'sh', '-c', load]).status).toBe(0);
    const { different, lines } = compared(['-i', path, '--comms', 'ls,sh,swapper']);
    expect(lines.length).toBeGreaterThan(5000);
    expect(different).toEqual([]);
  });

  it('prints the data of hundreds of tracepoints as perf does', () => {
    const path = file('trace.data');
    const systems = 'sched kmem signal task filemap raw_syscalls';
    const events = systems.split(' ').map((system) => `${system}:*`);
    const command = 'ls -lR /usr/share/doc/a* > /dev/null; ls / > /dev/null';
    perf(['record', '-q', '-e', events.join(','), '-m', '8M', '-o', path, '--', 'bash', '-c', command]);
    const { different, lines } = compared(['-i', path]);
    expect(lines.length).toBeGreaterThan(5000);
    expect(different).toEqual([]);
    expect(compared(['-i', path, '-F', 'comm,event,trace']).different).toEqual([]);
  });

  it('prints what is no sample, too', () => {
    const path = file('others.data');
    const command = 'for i in 1 2 3; do ls / > /dev/null; unshare -m true; done';
    const options = ['-q', '-a', '-e', 'cpu-clock', '--switch-events', '--namespaces', '-o', path];
    perf(['record', ...options, '--', 'sh', '-c', command]);
    for (const kind of ['task', 'mmap', 'switch', 'namespace', 'cgroup', 'bpf']) {
      const { different, lines } = compared(['-i', path, `--show-${kind}-events`]);
      expect(different).toEqual([]);
      const shown = lines.filter((line) => line.includes('PERF_RECORD_'));
      if (!['cgroup', 'bpf'].includes(kind)) expect(shown.length).toBeGreaterThan(10);
    }
    const all = ['task', 'mmap', 'switch', 'namespace'].map((kind) => `--show-${kind}-events`);
    expect(compared(['-i', path, ...all, '-F', 'comm,pid,tid,time']).different).toEqual([]);
    expect(compared(['-i', path, ...all, '-C', '1']).different).toEqual([]);
  });

  it('prints where the kernel had no room', () => {
    const path = file('lossy.data');
    perf([
      'record',
      '-q',
      '-m',
      '1',
      '-e',
      'raw_syscalls:sys_enter',
      '-o',
      path,
      '--',
      'dd',
      'if=/dev/zero',
      'of=/dev/null',
      'bs=1',
      'count=200000',
    ]);
    const { different, lines } = compared(['-i', path, '--show-lost-events']);
    expect(lines.filter((line) => line.includes('PERF_RECORD_LOST')).length).toBeGreaterThan(0);
    expect(different).toEqual([]);
  });

  it('prints a tracepoint with its call chain, and one of a command without CPUs', () => {
    const path = file('some.data');
    perf([
      'record',
      '-q',
      '-g',
      '-e',
      'sched:sched_process_exec,sched:sched_process_exit',
      '-o',
      path,
      '--',
      'sh',
      '-c',
      'ls; ls',
    ]);
    expect(compared(['-i', path]).different).toEqual([]);
    perf(['record', '-q', '-F', '5000', '-o', path, '--', 'ls', '-lR', '/usr/share/doc']);
    expect(compared(['-i', path]).different).toEqual([]);
  });

  it('takes times relative to the first sample, or to the one before', () => {
    const path = file('time.data');
    perf(['record', '-q', '-a', '-F', '500', '-o', path, '--', 'sleep', '0.3']);
    for (const option of ['--reltime', '--deltatime']) {
      expect(compared(['-i', path, '-F', 'comm,time', option]).different).toEqual([]);
    }
  });

  it('ends in order when its reader has enough, and refuses what makes no sense', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${launcher}" script -i "${file('chains.data')}" | head -1`],
      { encoding: 'utf8' },
    );
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
    for (const args of [
      ['-F', 'x'],
      ['-F', 'comm,+pid'],
      ['--reltime', '--deltatime'],
    ]) {
      expect(syswide(['script', '-i', file('chains.data'), ...args])).toMatchObject({ status: 2 });
    }
  });
});
