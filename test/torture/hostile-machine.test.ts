import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cgroupMount } from '../../src/host/cgroups';
import { HostFiles } from '../../src/host/host-files';
import { needs } from '../live/needs';
import { csvRows, eventually, isRoot, syswide } from '../live/run';
import { harmIn, hostileName } from './hostile/names';

needs(isRoot, 'root: a process with a hostile name is counted, and a cgroup made');

const folder = mkdtempSync(join(tmpdir(), 'syswide-hostile-'));
/** The kernel takes 15 bytes of it for the name of the thread, and a cgroup may not have a newline. */
const names = ['\u001b]0;a\u0007,;\nb', '\u009b1m\u202e"<&\'', '\u0001\u0085a,b\r\u2066'] as const;
const processes: ChildProcess[] = [];
const cgroup = `syswide-${process.pid}-\u001b[31m;\u202e\u0007`;
const mount = cgroupMount(new HostFiles());
const cgroupPath = join(mount ?? '', cgroup);

beforeAll(async () => {
  for (const name of names) {
    copyFileSync('/bin/sleep', join(folder, name));
    processes.push(spawn(join(folder, name), ['60'], { stdio: 'ignore' }));
  }
  await eventually(() => processes.every(({ pid }) => pid !== undefined), 'they run');
  if (mount !== undefined) mkdirSync(cgroupPath);
});
afterAll(() => {
  for (const one of processes) one.kill('SIGKILL');
  if (mount !== undefined) rmdirSync(cgroupPath);
  rmSync(folder, { recursive: true, force: true });
});

const pids = () => processes.map(({ pid }) => pid).join(',');
let texts = 0;

/** Runs it, and looks at all that it prints. */
function safe(args: readonly string[]): string {
  const { stdout, stderr } = syswide(args, { cwd: folder });
  for (const text of [stdout, stderr]) expect(harmIn(text), args.join(' ')).toBeUndefined();
  texts += 1;
  return stdout + stderr;
}

describe('names that are made to harm, of what runs', () => {
  it('are shown as escapes by stat, a row for each thread', () => {
    const stat = ['stat', '-e', 'cpu-clock,page-faults', '-p', pids(), '--per-thread', '--timeout', '50'];
    expect(safe(stat)).toContain('\\x1b');
    const rows = csvRows(safe([...stat, '-x,']));
    expect(rows).toHaveLength(names.length * 2);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    for (const line of safe([...stat, '-j'])
      .trim()
      .split('\n'))
      expect(() => JSON.parse(line)).not.toThrow();
    safe([...stat, '--save', 'saved.json', '-I', '20']);
    safe(['stat', '-o', 'out.txt', '--', `./${names[0]}`, '0']);
  });

  it('are shown as escapes by stat of a cgroup', () => {
    expect(mount).toBeDefined();
    const stat = ['stat', '-a', '-e', 'cpu-clock', '-G', cgroup, '--timeout', '20'];
    safe(stat);
    const each = ['stat', '-a', '-e', 'cpu-clock,page-faults', '--for-each-cgroup', cgroup, '--timeout', '20'];
    safe(each);
    const rows = safe([...each, '-x;'])
      .trim()
      .split('\n');
    expect(new Set(rows.map((row) => row.split(';').length)).size).toBe(1);
    expect(rows.join()).toContain('\\x1b');
  });

  it('are shown as escapes by those who read a recording of them', () => {
    writeFileSync(join(folder, 'load.sh'), `i=0; while [ $i -lt 60 ]; do "$1" 0; i=$((i+1)); done`);
    const load = ['sh', 'load.sh', `./${names[0]}`, hostileName.replaceAll('/', '')];
    const events = ['-e', 'cpu-clock,sched:sched_process_exec,sched:sched_process_exit', '-F', '5000', '-g'];
    safe(['record', '-o', 'own.data', ...events, '--', ...load]);
    expect(safe(['script', '-i', 'own.data', '--show-task-events', '--show-mmap-events'])).toContain('\\x1b');
    expect(safe(['report', '-i', 'own.data', '--header'])).toContain('\\x1b');
    for (const args of [
      ['report', '-i', 'own.data', '-s', 'comm,dso,sym', '--no-children'],
      ['evlist', '-i', 'own.data'],
      ['buildid-list', '-i', 'own.data'],
      ['diff', 'own.data', 'own.data'],
      ['export', '-i', 'own.data', '--format', 'folded', '-o', '-'],
    ]) {
      safe(args);
    }
    expect(() => JSON.parse(safe(['report', '-i', 'own.data', '--json']))).not.toThrow();
  });

  it('are shown as escapes by ps, slots, list and doctor', async () => {
    const holder = spawn(
      process.execPath,
      [join(process.cwd(), 'bin/syswide.js'), 'stat', '-a', '-e', 'cpu-clock', '--', `./${names[1]}`, '30'],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    try {
      await eventually(() => safe(['ps']).includes(`${holder.pid}`), 'it is listed');
      const listed = safe(['ps']).trimEnd().split('\n');
      expect(listed.filter((line) => line.includes('\\u202e'))).toHaveLength(1);
      expect(() => JSON.parse(safe(['ps', '--json']))).not.toThrow();
      for (const args of [['slots'], ['slots', '--json'], ['list', hostileName], ['doctor'], ['doctor', '--json']])
        safe(args);
    } finally {
      holder.kill('SIGTERM');
      await new Promise((resolve) => holder.on('exit', resolve));
    }
  });

  it('are shown as escapes by gate, in each of its forms', () => {
    const forms = ['--junit', 'gate.xml', '--markdown', 'gate.md', '--html', 'gate.html'];
    const command = `./${names[0].replaceAll('\n', '')}`;
    copyFileSync('/bin/true', join(folder, command));
    const gate = ['gate', '--pairs', '3', '--metric', 'time:+50%', '--base', `'${command}'`];
    safe([...gate, ...forms, '--', command]);
    safe([...gate, '--json', '--', command]);
    execFileSync('python3', ['-c', 'import sys, xml.dom.minidom as d; d.parse(sys.argv[1])', 'gate.xml'], {
      cwd: folder,
    });
    process.stdout.write(`torture hostile names, machine: ${texts} texts, 0 raw control bytes\n`);
  });
});
