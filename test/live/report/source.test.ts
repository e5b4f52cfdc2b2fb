import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-source-'));
const path = join(folder, 'perf.data');
const program = compile('inlined-work', ['-g', '-fno-omit-frame-pointer']);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.dispose();
});

if (isRoot && hasPerf) perf(['record', '-q', '-g', '-F', '5000', '-e', 'cpu-clock:u', '-o', path, '--', program.path]);

const ours = (...args: readonly string[]): string => {
  const { status, stdout, stderr } = syswide(['report', '-i', path, ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

describe('lines of the source', () => {
  const rows = (text: string): string[] =>
    text.split('\n').flatMap((line) => {
      const [, share = '', rest = ''] = /^ +([\d.]+)% +(\S.*?) *$/u.exec(line) ?? [];
      // Of what is tiny, perf knows less: it does not look into the loader.
      return Number(share) >= 0.5 ? [`${share} ${rest.replaceAll(/ +/gu, ' ')}`] : [];
    });

  it('have the shares that perf gives them', () => {
    const args = ['--no-children', '-g', 'none', '-s', 'sym,srcline'];
    const theirs = rows(perf(['report', '--stdio', '-i', path, ...args]).stdout);
    expect(theirs.some((row) => /inlined-work\.c:[67]$/u.test(row))).toBe(true);
    expect(rows(ours(...args)).sort()).toEqual(theirs.sort());
  });

  it('are a key of documents, and do not tear call trees apart', () => {
    const { events } = JSON.parse(ours('--no-children', '-s', 'srcline', '--json'));
    const [first] = events[0].entries;
    expect(first.srcline).toMatch(/^inlined-work\.c:[67]$/u);
    const tree = ours('--no-children', '-s', 'srcline', '-g', 'caller', '--percent-limit', '20');
    expect(tree).toMatch(/---(?:_start|0|__libc_start\w*)[\s\S]*main\n +outer\n/u);
  });
});

describe('functions that the compiler put into others', () => {
  it('are shown where they were called, when that is asked for', () => {
    const trees = ours('--inline', '--no-children', '-g', 'callee', '--percent-limit', '20');
    expect(trees).toMatch(/\[\.\] innermost \(inlined\)/u);
    expect(trees).toMatch(/---innermost \(inlined\)\n +outer\n/u);
    const plain = ours('--no-children', '-g', 'callee', '--percent-limit', '20');
    expect(plain).not.toContain('innermost');
  });

  it('have the samples, and the functions that they were put into have none', () => {
    const text = ours('--inline', '--no-children', '-g', 'none', '-s', 'sym');
    const shareOf = (name: string) => Number(new RegExp(`^ +([\\d.]+)% .* ${name}$`, 'mu').exec(text)?.[1] ?? 0);
    expect(shareOf('innermost \\(inlined\\)')).toBeGreaterThan(90);
    expect(shareOf('outer')).toBeLessThan(5);
  });

  it('share the lines of both', () => {
    const text = ours('--inline', '--no-children', '-g', 'none', '-s', 'sym,srcline', '--percent-limit', '10');
    expect(text).toMatch(/\[\.\] innermost \(inlined\) +inlined-work\.c:[67]$/mu);
  });
});
