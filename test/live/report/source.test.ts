import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sourceFramesAt } from '../../../src/symbols/source-frames';
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

describe('functions of C++ that only their own file knows', () => {
  it('have their own names wherever they were put', () => {
    const [source, built] = [join(folder, 'inlined.cc'), join(folder, 'inlined')];
    writeFileSync(
      source,
      `static inline __attribute__((always_inline)) long inner(long x) {
  for (int i = 0; i < 200; i++) x = x * 31 + (x >> 7);
  return x;
}
template <int N> __attribute__((noinline)) long outer(long x) { return inner(x + N); }
int main(int count, char **) { return outer<1>(count) + outer<2>(count); }
`,
    );
    execFileSync('g++', ['-g', '-O2', '-o', built, source]);
    const symbols = execFileSync('nm', ['-S', built], { encoding: 'utf8' });
    const outers = [...symbols.matchAll(/^(\S+) (\S+) \S _Z5outerILi\dEEll$/gmu)];
    expect(outers.length).toBe(2);
    for (const [, start = '', size = ''] of outers) {
      const addresses = Array.from({ length: Number(`0x${size}`) }, (_, i) => BigInt(`0x${start}`) + BigInt(i));
      const inlined = (sourceFramesAt(built, addresses) ?? []).filter(({ frames }) => frames.length > 1);
      expect(inlined.length).toBeGreaterThan(0);
      expect(new Set(inlined.map(({ frames }) => frames[0]?.name))).toEqual(new Set(['inner']));
    }
  });
});

describe('syswide script', () => {
  const lone = join(folder, 'lone.data');
  const mixed = join(folder, 'mixed.data');
  if (isRoot && hasPerf) {
    perf(['record', '-q', '-F', '2000', '-o', lone, '--', program.path]);
    perf(['record', '-q', '-g', '-F', '5000', '-o', mixed, '--', 'sh', '-c', 'ls -l /usr/share/doc > /dev/null; date']);
  }

  it.each([
    ['of call chains', path, ['-F', '+srcline']],
    ['of call chains with nothing but addresses', path, ['-F', 'ip,srcline']],
    ['of samples alone, though there are call chains', path, ['-G', '-F', '+srcline']],
    ['of samples without call chains', lone, ['-F', '+srcline']],
    ['of these with few fields', lone, ['-F', 'comm,ip,srcline']],
    ['of the kernel, and of programs without debug information', mixed, ['-F', '+srcline']],
  ])('has the lines of the source %s as perf has them', (_, file, args) => {
    const [found, theirs] = [syswide(['script', '-i', file, ...args]), perf(['script', '-i', file, ...args])];
    expect({ status: found.status, stderr: found.stderr }).toEqual({ status: 0, stderr: '' });
    expect(theirs.stdout).toMatch(/\n {2}\S+(?::\d+|\[[\da-f]+\])\n/u);
    expect(found.stdout.split('\n')).toEqual(theirs.stdout.split('\n'));
  });

  it('shows functions that the compiler put into others, each with its line', () => {
    const text = syswide(['script', '-i', path, '--inline', '-F', '+srcline']).stdout;
    expect(text).toMatch(
      /innermost\+0x[\da-f]+\n {2}inlined-work\.c:[67] \(inlined\)\n.*outer.*\n {2}inlined-work\.c:12\n/u,
    );
    const plain = syswide(['script', '-i', path, '--no-inline']).stdout;
    expect(plain).not.toContain('innermost');
    expect(plain).toBe(syswide(['script', '-i', path]).stdout);
  });

  it('has no lines of addresses that are not shown', () => {
    expect(syswide(['script', '-i', path, '-F', 'comm,srcline'])).toMatchObject({ status: 2, stdout: '' });
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
