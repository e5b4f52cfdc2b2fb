import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, launcher, perf, syswide } from '../run';
import { validator } from './document-schema';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-views-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, `${name}.data`);
const [chains, group, pair] = [file('chains'), file('group'), file('pair')];

const load = 'for i in 1 2 3; do ls -lR /usr/share/doc > /dev/null; (:); done';

if (isRoot && hasPerf) {
  perf(['record', '-q', '-g', '-F', '5000', '-o', chains, '--', 'sh', '-c', load]);
  perf(['record', '-q', '-e', '{cpu-clock,page-faults}', '-c', '100000', '-o', group, '--', 'sh', '-c', load]);
  perf(['record', '-q', '-e', 'cpu-clock', '-e', 'page-faults', '-F', '5000', '-o', pair, '--', 'sh', '-c', load]);
}

/**
 * What both print, in the order of texts: entries of one share stand in any order. How wide columns are is perf's affair: it
 * counts entries that it leaves out. Functions that nobody knows are told of differently, and perf has stubs more than once.
 */
function linesOf(args: readonly string[]): { ours: string[]; theirs: string[] } {
  const [ours, theirs] = [syswide(['report', ...args]), perf(['report', '--stdio', ...args])];
  expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
  const essence = (text: string) =>
    text
      .split('\n')
      .filter((line) => !/^#(?: To display| \(Tip| Throttled| \.\.|$)|^$|\[unknown\]|@plt|0x[\da-f]+$/u.test(line))
      // What is left out is no inlined function.
      .map((line) => line.trim().replaceAll(/ +/gu, ' ').replace('[...] (inlined)', '[...]'))
      .sort();
  return { ours: essence(ours.stdout), theirs: essence(theirs.stdout) };
}

describe('syswide report shows what perf report shows', () => {
  it.each([
    ['chains one after the other', ['--no-children', '-g', 'flat,1', '--percent-limit', '1']],
    ['folded chains', ['--no-children', '-g', 'folded,1', '--percent-limit', '1']],
    ['folded chains of callers with counts', ['-g', 'folded,1,caller,count', '--percent-limit', '5']],
    ['trees with counts', ['-g', 'graph,3,caller,count', '--percent-limit', '5']],
    ['trees with periods', ['-g', 'graph,3,callee,period', '--percent-limit', '5']],
    ['sockets', ['--no-children', '-s', 'comm,socket', '-g', 'none']],
    ['processes with their names', ['--no-children', '-n', '-s', 'pid', '-g', 'none']],
    ['columns', ['--no-children', '-F', 'overhead,sample,comm,sym', '-g', 'none']],
    ['columns that entries are sorted by', ['--no-children', '-F', 'comm,overhead,dso', '-g', 'none']],
    ['shares of the kernel', ['--no-children', '-F', 'overhead,overhead_sys,overhead_us,dso', '-g', 'none']],
    ['one more column', ['--no-children', '-F', '+period', '-g', 'none']],
    ['a hierarchy', ['--no-children', '--hierarchy', '-s', 'comm,dso,sym', '-g', 'none', '--percent-limit', '1']],
    ['a hierarchy with trees of callers', ['--hierarchy', '-s', 'comm,dso,sym', '--percent-limit', '3']],
    ['a hierarchy with trees of callees', ['--hierarchy', '--no-children', '-s', 'comm,sym', '--percent-limit', '3']],
    ['a hierarchy with folded chains', ['--hierarchy', '-s', 'dso,sym', '-g', 'folded,2', '--percent-limit', '3']],
    ['a hierarchy with counts', ['--hierarchy', '-n', '-s', 'comm,dso,sym', '-g', 'none', '--percent-limit', '1']],
    ['shares of all, of one command', ['--no-children', '--comms', 'ls', '-s', 'comm,dso', '-g', 'none']],
    ['shares with callers, of one command', ['--comms', 'sh', '-s', 'comm,dso', '-g', 'none']],
    ['relative shares', ['--no-children', '--comms', 'sh', '--percentage', 'relative', '-s', 'comm,dso', '-g', 'none']],
    [
      'relative shares of functions',
      ['--no-children', '-d', 'ls', '--percentage', 'relative', '-s', 'dso,sym', '-g', 'none'],
    ],
    ['one program, that is all there is', ['--no-children', '-d', 'libc.so.6', '-s', 'dso', '-g', 'none']],
    ['several commands', ['--no-children', '--comms', 'ls,sh', '-s', 'comm,dso', '-g', 'none']],
    [
      'all numbers',
      ['--no-children', '--show-total-period', '-n', '--show-cpu-utilization', '-g', 'none', '-s', 'dso'],
    ],
    ['all numbers as a hierarchy', ['--hierarchy', '--show-total-period', '-n', '-g', 'none', '-s', 'dso,comm']],
    ['inverted trees', ['-G', '--no-children', '--percent-limit', '5', '-s', 'dso,sym']],
    ['one more key', ['--no-children', '-s', '+pid', '-g', 'none', '--percent-limit', '1']],
    ['columns of given widths', ['--no-children', '-w', '0,9,12,12', '-g', 'none', '--percent-limit', '1']],
    ['only functions with names', ['-U', '--no-children', '-s', 'dso', '-g', 'none']],
    ['trees of functions with names', ['-U', '-s', 'comm,sym', '--percent-limit', '4']],
    [
      'functions with what they call',
      ['--no-children', '-s', 'sym', '--ignore-callees', 'vfs_statx|path_getx', '-g', 'callee,5'],
    ],
    ['short trees', ['--max-stack', '4', '--no-children', '-s', 'comm,dso,sym', '-g', 'callee,3']],
    ['a command by its short option', ['-c', 'ls', '-s', 'comm,dso', '--no-children', '-g', 'none']],
    ['shares without those of callers', ['-F', 'comm,overhead', '-g', 'none']],
    ['a part of the time', ['--no-children', '-s', 'comm', '-g', 'none', '--time', '20%-90%']],
    ['parents', ['--no-children', '-s', 'parent,comm', '-g', 'none']],
    ['parents of a pattern', ['--no-children', '-s', 'parent,sym', '-p', 'vfs_|do_getx', '-g', 'none']],
    ['parents of a pattern, with shares for callers', ['-s', 'dso', '-p', 'vfs_|do_getx', '-g', 'none']],
    ['only what has a parent', ['--no-children', '-x', '-p', 'vfs_|do_getx', '-s', 'parent', '--percent-limit', '3']],
    ['parents as a hierarchy', ['--hierarchy', '-p', 'vfs_|do_getx', '-s', 'comm', '-g', 'none']],
    ['columns and parents', ['--no-children', '-F', 'overhead,comm', '-p', 'vfs_', '-g', 'none']],
    ['trees of what entries begin with', ['--no-children', '-s', 'sym,dso', '--percent-limit', '3']],
  ])('%s', (_, args) => {
    const { ours, theirs } = linesOf(['-i', chains, ...args]);
    expect(theirs.length).toBeGreaterThan(4);
    expect(ours).toEqual(theirs);
  });

  it.each([
    ['fractal trees', ['-U', '--no-children', '-g', 'fractal,10', '--percent-limit', '2', '-s', 'sym']],
    ['fractal trees of callers', ['-U', '-g', 'fractal,10,caller', '--percent-limit', '5', '-s', 'comm,sym']],
    ['fractal trees with counts', ['-U', '--no-children', '-g', 'fractal,20,count', '-s', 'dso']],
  ])('%s', (_, args) => {
    const { ours, theirs } = linesOf(['-i', chains, ...args]);
    // Of functions with equal shares any may be the last one, beside and below which there is no line.
    const withoutPipes = (lines: readonly string[]) => lines.map((line) => line.replace(/^[| ]+/u, '')).sort();
    expect(theirs.length).toBeGreaterThan(4);
    expect(withoutPipes(ours)).toEqual(withoutPipes(theirs));
  });

  it('a recorded group as one table, and any events if told to', () => {
    const { ours, theirs } = linesOf(['-i', group]);
    expect(theirs.some((line) => line.includes("'anon group { cpu-clock, page-faults }'"))).toBe(true);
    expect(ours).toEqual(theirs);
    const forced = linesOf(['-i', pair, '--group', '-n']);
    expect(forced.theirs.some((line) => line.includes("of events 'cpu-clock, page-faults'"))).toBe(true);
    expect(forced.ours).toEqual(forced.theirs);
    // There is a group already.
    const twice = linesOf(['-i', group, '--group']);
    expect(twice.theirs.some((line) => line.includes("'anon group { cpu-clock, page-faults }'"))).toBe(true);
    expect(twice.ours).toEqual(twice.theirs);
  });

  it('no shares for callers where there are no call chains', () => {
    const { ours, theirs } = linesOf(['-i', pair, '--children', '-s', 'dso']);
    expect(theirs.some((line) => line.includes('Overhead'))).toBe(true);
    expect(ours).toEqual(theirs);
  });

  it('threads below those that began them', () => {
    const { ours, theirs } = linesOf(['-i', chains, '--tasks']);
    expect(theirs.length).toBeGreaterThan(5);
    expect(ours).toEqual(theirs);
  });

  it('records byte by byte', () => {
    const bytes = (text: string) => text.split('\n').filter((line) => /^\. {2}[\da-f]{4}:|raw event|@/u.test(line));
    const ours = bytes(syswide(['report', '-i', chains, '-D']).stdout);
    const theirs = bytes(perf(['report', '-i', chains, '-D']).stdout);
    expect(ours.length).toBeGreaterThan(1000);
    expect(ours.map((line) => line.trimEnd()).sort()).toEqual(theirs.map((line) => line.trimEnd()).sort());
  });
});

describe('syswide report', () => {
  it('adds up the shares of each event, where events are a key', () => {
    const { stdout } = syswide(['report', '-i', pair, '-s', 'event', '--json']);
    const [table] = JSON.parse(stdout).events;
    expect(table.event).toBeNull();
    const found = table.entries.map((entry: { event: string; percent: number }) => [entry.event, entry.percent]);
    expect(new Map(found)).toEqual(
      new Map([
        ['cpu-clock', 100],
        ['page-faults', 100],
      ]),
    );
  });

  it('shows what a program has in its memory, and not what was there before it was executed', () => {
    const { stdout } = syswide(['report', '-i', chains, '--mmaps']);
    const [, ofLs = ''] = /\|\s+ls\n((?: {20,}.*\n)*)/u.exec(stdout) ?? [];
    expect(ofLs).toContain(' r-xp ');
    expect(ofLs).toMatch(/\/libc\.so\.6$/mu);
    expect(ofLs).not.toMatch(/\/(?:da|ba)?sh$/mu);
  });

  it('has what perf has between separators', () => {
    const args = ['-i', chains, '--no-children', '-n', '-g', 'none', '-s', 'comm,dso', '-t', '-'];
    const fields = (text: string) => {
      const lines = text.split('\n').filter((line) => !/^#(?! *Overhead)|^$/u.test(line));
      return lines.map((line) => line.split('-').map((field) => field.trim()));
    };
    const [ours, theirs] = [
      fields(syswide(['report', ...args]).stdout),
      fields(perf(['report', '--stdio', ...args]).stdout),
    ];
    expect(ours.length).toBeGreaterThan(3);
    expect(ours).toEqual(theirs);
    expect(ours[0]).toEqual(['# Overhead', 'Samples', 'Command', 'Shared Object']);
  });

  it('has only functions with a part of their names', () => {
    const { stdout } = syswide(['report', '-i', chains, '-q', '-g', 'none', '-s', 'sym', '--symbol-filter', 'getx']);
    const rows = stdout.split('\n').filter((line) => line !== '');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !row.includes('getx'))).toEqual([]);
  });

  it('has no parents where there are no call chains', () => {
    const { status, stdout, stderr } = syswide(['report', '-i', pair, '-s', 'parent']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[USAGE\]: the key parent /u);
  });

  it('names parents in documents', () => {
    const { stdout } = syswide(['report', '-i', chains, '-s', 'parent', '-p', 'vfs_', '--no-children', '--json']);
    const document = JSON.parse(stdout);
    const isReport = validator('syswide.report-1.json');
    expect(isReport(document), JSON.stringify(isReport.errors)).toBe(true);
    const [table] = document.events;
    const parents = table.entries.map(({ parent }: { parent: string | null }) => parent);
    expect(parents).toContain(null);
    expect(parents.filter((name: string | null) => name?.includes('vfs_')).length).toBe(parents.length - 1);
  });

  it('reads standard input like a file', () => {
    const input = readFileSync(chains);
    for (const command of ['report', 'script', 'evlist', 'buildid-list']) {
      const piped = spawnSync(process.execPath, [launcher, command, '-i', '-'], {
        input,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      expect({ status: piped.status, stderr: piped.stderr }).toEqual({ status: 0, stderr: '' });
      expect(piped.stdout).toBe(syswide([command, '-i', chains]).stdout);
    }
  });

  it('flamegraph -q tells nothing but errors', () => {
    // As perf leaves a file when it is killed: with no length of its data.
    const bytes = readFileSync(chains);
    const end = Number(bytes.readBigUInt64LE(40) + bytes.readBigUInt64LE(48));
    const killed = join(folder, 'killed.data');
    writeFileSync(killed, bytes.subarray(0, end).fill(0, 48, 56));
    const told = (...args: readonly string[]) =>
      syswide(['flamegraph', '-i', killed, '-o', join(folder, 'page.html'), ...args]).stderr;
    expect(told()).toMatch(/^# the writer was killed: .*\n# \d+ samples in .*\n$/u);
    expect(told('-q')).toBe('');
  });

  const readers = [
    ['report'],
    ['script'],
    ['script', fileURLToPath(new URL('../../../examples/handlers.mjs', import.meta.url))],
    ['export', '--format', 'folded'],
    ['flamegraph', '-o', '-'],
    ['evlist'],
    ['buildid-list'],
  ].map((args) => [args.slice(0, 2).join(' '), args] as const);

  it.each(readers)('%s: standard input has its name in errors', (_, args) => {
    const piped = (input: string | Buffer, env = {}) => {
      const options = { input, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 28 } as const;
      const { status, stderr } = spawnSync(process.execPath, [launcher, ...args, '-i', '-'], options);
      return { status, error: /^error.*$/mu.exec(stderr)?.[0].replace(/ — .*/u, '') };
    };
    expect(piped('no recording')).toEqual({ status: 1, error: 'error[BAD_FILE]: cannot read standard input' });
    expect(piped(readFileSync(chains).subarray(0, 5000))).toEqual({
      status: 1,
      error: 'error[BAD_FILE]: cannot read all of standard input',
    });
    expect(piped('', { TMPDIR: '/nowhere' })).toEqual({
      status: 1,
      error: 'error[OUTPUT_FAILED]: cannot keep standard input in /nowhere while it is read',
    });
    const folder = openSync('/', 'r');
    const { status, stderr } = spawnSync(process.execPath, [launcher, ...args, '-i', '-'], {
      stdio: [folder, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(folder);
    expect({ status, stderr: stderr.slice(0, 43) }).toEqual({
      status: 1,
      stderr: 'error[BAD_FILE]: cannot read standard input',
    });
  });

  it.each([
    [['-F', 'overhead,colour'], "-F 'colour'"],
    [['-s', 'comm,colour'], "--sort 'colour'"],
    [['-g', 'circle'], "-g 'circle'"],
    [['--hierarchy', '-F', 'overhead'], '--hierarchy'],
    [['-x'], '-x'],
    [['--max-stack', '0'], "--max-stack '0'"],
    [['--ignore-callees', '('], "--ignore-callees '('"],
    [['-t', '.'], "-t '.'"],
    [['-w', '1,x'], "-w '1,x'"],
    [['--percentage', 'x'], '--percentage'],
    [['-p', '['], "-p '['"],
  ])('%j: there is no such thing', (args, words) => {
    const { status, stderr } = syswide(['report', '-i', chains, ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error\[USAGE\]: .*\n$/u);
    expect(stderr).toContain(words);
  });
});
