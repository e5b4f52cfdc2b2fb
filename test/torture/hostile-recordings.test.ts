import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launcher } from '../live/run';
import { harmIn, hostileName } from './hostile/names';
import { recordingOf } from './hostile/recording';

const folder = mkdtempSync(join(tmpdir(), 'syswide-hostile-'));
const kinds = { hostile: hostileName, harmless: 'harmless' } as const;
type Kind = keyof typeof kinds;
const inFolder = (kind: Kind, name: string) => join(folder, kind, name);

beforeAll(() => {
  for (const [kind, name] of Object.entries(kinds)) {
    mkdirSync(join(folder, kind));
    recordingOf(inFolder(kind as Kind, 'perf.data'), inFolder(kind as Kind, 'root'), name);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs it over the recording of that kind. */
function outputOf(kind: Kind, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: join(folder, kind),
    encoding: 'utf8',
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

const places = ['--symfs', 'root'];
const lines = (text: string): number => text.split('\n').length;
let texts = 0;

/** Harmless by itself, and as long as that of a harmless recording. */
function expectSafe(args: readonly string[], stdout: (output: string) => string = (output) => output): string {
  const [hostile, harmless] = [outputOf('hostile', args), outputOf('harmless', args)];
  expect(hostile.status, `${args.join(' ')}: ${hostile.stderr}`).toBe(0);
  expect(harmless.status).toBe(0);
  for (const text of [stdout(hostile.stdout), hostile.stderr]) expect(harmIn(text), args.join(' ')).toBeUndefined();
  expect(lines(hostile.stdout), args.join(' ')).toBe(lines(harmless.stdout));
  texts += 1;
  return hostile.stdout;
}

/** A tab at the beginning of a line is script's own, as it is perf's. */
function expectNoTabs(text: string): void {
  expect(text.split('\n').filter((line) => line.replace(/^\t/u, '').includes('\t'))).toEqual([]);
}

describe('names that are made to harm', () => {
  it.each([
    ['report', '--stdio'],
    ['report', '--no-children', '-s', 'comm,dso,sym', '-n'],
    ['report', '-g', 'none', '--header'],
    ['report', '--header-only'],
    ['report', '--stats'],
    ['report', '-g', 'fractal,0,callee'],
    ['report', '-s', 'cgroup,cpu'],
    ['script'],
    ['script', '-F', '+addr,+period,+cgroup', '--ns'],
    ['script', '--show-task-events', '--show-mmap-events', '--show-cgroup-events'],
    ['diff', 'perf.data', 'perf.data', '-s', 'comm,dso,sym'],
  ])('are shown as escapes by %s %s %s %s', (...args) => {
    const given = args.filter((one) => one !== undefined);
    const isAboutNames = !given.includes('--stats');
    const text = expectSafe([...given, ...(given.includes('--header-only') ? [] : places)]);
    expectNoTabs(text);
    if (isAboutNames) expect(text).toContain('\\x1b');
  });

  it.each([['evlist'], ['buildid-list']])('are shown as escapes by %s', (command) => {
    const text = expectSafe([command]);
    expectNoTabs(text);
    expect(text).toContain('\\x1b');
  });

  it.each([
    ['report', '--json', '-s', 'comm,dso,sym'],
    ['diff', 'perf.data', 'perf.data', '--json', '-s', 'comm,dso,sym'],
    ['export', '--format', 'speedscope', '-o', '-'],
    ['export', '--format', 'firefox', '-o', '-'],
    ['export', '--format', 'chrome-trace', '-o', '-'],
  ])('leave JSON what it is: %s %s %s', (...args) => {
    const text = expectSafe([...args, ...places]);
    expect(() => JSON.parse(text)).not.toThrow();
  });

  it('leave a line of a folded stack one of its count', () => {
    const [hostile, harmless] = (['hostile', 'harmless'] as const).map((kind) =>
      outputOf(kind, ['export', '--format', 'folded', '-o', '-', ...places])
        .stdout.trimEnd()
        .split('\n'),
    );
    const shape = (all: readonly string[] = []) => all.map((line) => [line.split(';').length, line.split(' ').at(-1)]);
    expect(shape(hostile)).toEqual(shape(harmless));
    expect(harmIn(hostile?.join('\n') ?? '')).toBeUndefined();
  });

  it('leave SVG what it is', () => {
    const text = expectSafe(['export', '--format', 'svg', '-o', '-', ...places]);
    execFileSync('python3', ['-c', 'import sys, xml.dom.minidom as d; d.parseString(sys.stdin.buffer.read())'], {
      input: text,
    });
    expect(text).not.toContain('<img');
  });

  it('leave pprof what it is', () => {
    const { status } = outputOf('hostile', ['export', '--format', 'pprof', '-o', 'out.pb', ...places]);
    expect(status).toBe(0);
    expect(Profile.decode(gunzipSync(readFileSync(inFolder('hostile', 'out.pb')))).sample.length).toBeGreaterThan(0);
  });

  it('end no script of a page, and add no element', () => {
    for (const kind of ['hostile', 'harmless'] as const) {
      expect(outputOf(kind, ['flamegraph', '-o', 'page.html', ...places]).status).toBe(0);
    }
    const [hostile, harmless] = (['hostile', 'harmless'] as const).map((kind) =>
      readFileSync(inFolder(kind, 'page.html'), 'utf8'),
    );
    const count = (text = '') => ({
      scripts: text.match(/<\/?script/giu)?.length,
      elements: text.match(/<[a-z][^>]*>/giu)?.length,
      images: text.match(/<img/giu)?.length,
    });
    expect(count(hostile)).toEqual(count(harmless));
    expect(harmIn(hostile ?? '')).toBeUndefined();
  });

  it('are shown as escapes by error messages', () => {
    for (const args of [
      ['report', '-i', hostileName],
      ['script', '-i', hostileName],
      ['report', '-s', hostileName],
      ['report', '-C', hostileName],
      ['export', '--format', hostileName],
      ['flamegraph', '-i', hostileName],
      ['stat', '-e', hostileName, '--', 'true'],
      ['stat', '-C', hostileName, '--', 'true'],
      ['stat', '-M', hostileName, '--', 'true'],
      ['stat', '-G', hostileName, '-a', '-e', 'cpu-clock', '--', 'true'],
      ['stat', '-o', `/nowhere/${hostileName}`, '--', 'true'],
      ['stat', '--', hostileName],
      ['record', '-o', `/nowhere/${hostileName}`, '--', 'true'],
      ['record', '-e', 'cpu-clock', '--filter', hostileName, '--', 'true'],
      ['gate', '--metric', hostileName, '--', 'true'],
      ['ctl', hostileName, 'status'],
      ['ctl', '1', hostileName],
      [hostileName],
      [`--${hostileName}`],
    ]) {
      const { status, stdout, stderr } = outputOf('hostile', args);
      expect(status, args[0]).not.toBe(0);
      expect(harmIn(stdout + stderr), args.join(' ')).toBeUndefined();
      expect(stderr.split('\n').filter((line) => line.startsWith('forged'))).toEqual([]);
      texts += 1;
    }
    process.stdout.write(`torture hostile names, recordings and errors: ${texts} texts, 0 raw control bytes\n`);
  });
});
