import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../live/needs';
import { hasPerf, isRoot, launcher, type Outcome, perf, syswide } from '../live/run';
import { rounds, tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-disks-'));
const disk = join(folder, 'disk');
const recording = join(folder, 'perf.data');
const handlers = join(folder, 'handlers.mjs');
/** Names of the kernel, of which this machine has very many. */
const kallsyms = join(folder, 'kallsyms');
const names = ['--kallsyms', kallsyms];

/** Every mount ends with the test, whatever it finds. */
afterAll(() => {
  spawnSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true, force: true });
});

/** A disk of 2 MiB that is empty. */
function emptyDisk(): void {
  spawnSync('umount', ['-l', disk]);
  mkdirSync(disk, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]);
}

/** Whether it is as `fullDisk` makes it without anything to spare. */
const isFull = (): boolean =>
  existsSync(join(disk, 'filler')) && statfsSync(disk).bavail === 0 && readdirSync(disk).length === 2;

/** The same with `left` KiB to spare, and a file that stood there before. */
function fullDisk(left = 0): void {
  // What a shell made, of which nothing could be written.
  rmSync(join(disk, 'new'), { force: true });
  if (left === 0 && isFull()) return;
  emptyDisk();
  writeFileSync(join(disk, 'earlier'), 'as it was\n');
  spawnSync('dd', ['if=/dev/zero', `of=${disk}/filler`, 'bs=4096', `count=${left === 0 ? 9999 : 511 - left / 4}`]);
}

/** Runs syswide with a standard output or another descriptor of its own. */
function redirected(args: readonly string[], where: string, env: Record<string, string> = {}): Outcome {
  const { status, signal, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `exec "$0" "$@" ${where}`, process.execPath, launcher, ...args],
    { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL', env: { ...process.env, LC_ALL: 'C', ...env } },
  );
  return { status, signal, stdout, stderr };
}

let refused = 0;

/** It failed, said so once, and blamed itself for nothing. */
function expectRefusal({ status, signal, stderr }: Outcome, what: string, wanted?: number): void {
  expect({ status, signal }, `${what}: ${stderr}`).toEqual({ status: wanted ?? expect.any(Number), signal: null });
  expect(status, `${what}: ${stderr}`).not.toBe(0);
  const errors = stderr.split('\n').filter((line) => line.startsWith('error['));
  expect(errors, `${what}: ${stderr}`).toHaveLength(1);
  expect(errors[0], what).toMatch(/^error\[OUTPUT_FAILED\]: .* — .*(no space left|cannot be read again).* — /iu);
  expect(stderr, what).not.toMatch(/^ +at /mu);
  refused += 1;
}

const formats = ['pprof', 'speedscope', 'folded', 'svg', 'chrome-trace', 'firefox'] as const;
const runs = ['gate', '-e', 'page-faults', '--pairs', '3', '--warmup', '0'];
const gate = [...runs, '--inconclusive', 'pass'];

needs(isRoot && hasPerf, 'root and perf');

describe('a full disk', () => {
  beforeAll(() => {
    // Enough for files and texts of many blocks.
    const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=500'];
    const made = syswide(['record', '-q', '-g', '-e', 'raw_syscalls:sys_enter', '-o', recording, '--', ...load]);
    expect(made.status, made.stderr).toBe(0);
    writeFileSync(kallsyms, 'ffffffff81000000 T _text\n');
    writeFileSync(handlers, 'export default { sample: (event) => console.log(event.name) };\n');
  });
  afterAll(() => tell('disks', `${refused} outputs that were full, ${refused} non-zero exits, 1 message each`));

  const files: [string, number, (path: string) => string[]][] = [
    ['stat -o', 125, (path) => ['stat', '-o', path, '--', 'true']],
    ['stat -o --append', 125, (path) => ['stat', '--append', '-o', path, '--', 'true']],
    ['stat -o -x', 125, (path) => ['stat', '-x,', '-o', path, '--', 'true']],
    ['stat -o -j', 125, (path) => ['stat', '-j', '-o', path, '--', 'true']],
    ['stat -o -I', 125, (path) => ['stat', '-I', '20', '-o', path, '--', 'sleep', '0.2']],
    ['stat --save', 125, (path) => ['stat', '--quiet', '--save', path, '--', 'true']],
    ['record -o', 125, (path) => ['record', '-o', path, '--', 'true']],
    ['record -o --switch-output', 125, (path) => ['record', '--switch-output=1s', '-o', path, '--', 'true']],
    ['record -o --overwrite', 125, (path) => ['record', '--overwrite', '-o', path, '--', 'true']],
    ['record --html', 125, (path) => ['record', '-o', join(folder, 'h'), '--html', path, '--', 'true']],
    ['flamegraph', 1, (path) => ['flamegraph', '-i', recording, ...names, '-o', path]],
    ...formats.map((format): [string, number, (path: string) => string[]] => [
      `export ${format}`,
      1,
      (path) => ['export', '-i', recording, ...names, '--format', format, '-o', path],
    ]),
    ['gate --junit', 125, (path) => [...gate, '--junit', path, '--base', 'true', '--', 'true']],
    ['gate --markdown', 125, (path) => [...gate, '--markdown', path, '--base', 'true', '--', 'true']],
    ['gate --html', 125, (path) => [...gate, '--html', path, '--base', 'true', '--', 'true']],
    ['gate --save-base', 125, (path) => [...runs, '--save-base', path, '--', 'true']],
  ];

  it.each(files)('%s fails, with one message', (what, status, args) => {
    fullDisk();
    expectRefusal(syswide(args(join(disk, 'new'))), what, status);
    expect(readFileSync(join(disk, 'earlier'), 'utf8')).toBe('as it was\n');
  });

  // What writes in place takes devices too; the others write beside a file, and refuse what is none.
  it.each(files.filter(([what]) => /^(stat|gate)/u.test(what)))('%s to /dev/full fails', (what, status, args) => {
    expectRefusal(syswide(args('/dev/full')), what, status);
  });

  const texts: [string, number, string[]][] = [
    ['report', 1, ['report', '-i', recording, ...names]],
    ['script', 1, ['script', '-i', recording, ...names]],
    ['diff', 1, ['diff', recording, recording, ...names]],
    ['evlist', 1, ['evlist', '-i', recording]],
    ['buildid-list', 1, ['buildid-list', '-i', recording]],
    ['flamegraph -o -', 1, ['flamegraph', '-i', recording, ...names, '-o', '-']],
    ...formats.map((format): [string, number, string[]] => [
      `export ${format}`,
      1,
      ['export', '-i', recording, ...names, '--format', format],
    ]),
    ['record -o -', 125, ['record', '-o', '-', '--', 'true']],
    ['stat --log-fd', 125, ['stat', '--log-fd', '1', '--', 'true']],
    ['gate', 125, [...gate, '--base', 'true', '--', 'true']],
    ['gate --json', 125, [...gate, '--json', '--base', 'true', '--', 'true']],
    ['list', 1, ['list']],
    ['list --json', 1, ['list', '--json']],
    ['slots', 1, ['slots']],
    ['ps', 1, ['ps']],
    ['doctor', 1, ['doctor']],
    ['--version', 1, ['--version']],
    ['--help', 1, ['--help']],
    ['stat --help', 125, ['stat', '--help']],
  ];

  it.each(texts)('%s to a full standard output fails, with one message', (what, status, args) => {
    expectRefusal(redirected(args, '> /dev/full'), `${what} > /dev/full`, status);
    fullDisk();
    expectRefusal(redirected(args, `> ${disk}/new`), `${what} > a full disk`, status);
  });

  it('stat with a full standard error cannot say so, and fails', () => {
    const { status } = redirected(['stat', '--', 'true'], '2> /dev/full');
    expect(status).toBe(125);
    refused += 1;
  });

  it('the summary of a CI job, too', () => {
    const outcome = redirected([...gate, '--base', 'true', '--', 'true'], '', { GITHUB_STEP_SUMMARY: '/dev/full' });
    expectRefusal(outcome, 'GITHUB_STEP_SUMMARY', 125);
  });

  it('a handler that prints to it', () => {
    const outcome = redirected(['script', handlers, '-i', recording, ...names], '> /dev/full');
    expect(outcome.status, outcome.stderr).toBe(1);
    expect(outcome.stderr).toMatch(/^error\[(OUTPUT_FAILED|HANDLER_FAILED)\]: .*\n$/u);
    refused += 1;
  });

  it('a recording that fills it ends in order, and can be read', { timeout: rounds(50, 3) * 40_000 }, () => {
    const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=400000'];
    const path = join(disk, 'perf.data');
    const how = [
      ['-m', '128K'],
      ['-m', '128K', '--switch-output=500K'],
      ['-m', '4M', '--overwrite'],
    ];
    let most = 0;
    for (let round = 0; round < rounds(50, 3); round += 1) {
      emptyDisk();
      const left = how[round % 3] ?? [];
      const args = ['record', '-q', '-a', '-e', 'raw_syscalls:sys_enter', ...left, '-o', path, '--', ...load];
      expectRefusal(syswide(args), args.join(' '), 125);
      const names = execFileSync('ls', [disk], { encoding: 'utf8' })
        .split('\n')
        .filter((name) => name !== '');
      for (const file of names.map((name) => join(disk, name))) {
        if (statSync(file).size === 0) continue;
        const theirs = perf(['script', '-i', file, '-F', 'comm,tid,time']);
        const ours = syswide(['script', '-i', file, '-F', 'comm,tid,time']);
        // What perf complains of is to be seen where it fails.
        const complaint = theirs.status === 0 ? '' : theirs.stderr;
        expect({ ours: ours.status, theirs: theirs.status, stderr: ours.stderr + complaint }, file).toEqual({
          ours: 0,
          theirs: 0,
          stderr: '',
        });
        const [a, b] = [ours.stdout, theirs.stdout].map((text) => text.split('\n').length);
        expect(a).toBe(b);
        most = Math.max(most, a ?? 0);
      }
    }
    expect(most).toBeGreaterThan(2000);
    tell('disks', `a recording that filled its disk of 2 MiB kept ${most} samples, for perf and for us`);
  });

  it('a result that was there stays, where the new one does not fit', () => {
    const old = join(disk, 'old');
    for (const args of [
      ['export', '-i', recording, ...names, '--format', 'chrome-trace', '-o', old],
      ['flamegraph', '-i', recording, ...names, '-o', old],
    ]) {
      fullDisk(16);
      writeFileSync(old, 'the old one\n');
      expectRefusal(syswide(args), args.join(' '), 1);
      expect(readFileSync(old, 'utf8')).toBe('the old one\n');
      expect(execFileSync('ls', [disk], { encoding: 'utf8' })).toBe('earlier\nfiller\nold\n');
    }
    expect(existsSync(recording)).toBe(true);
  });
});
