import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-unwinding-'));
const program = compile('deep-calls', ['-O2', '-fomit-frame-pointer', '-fno-optimize-sibling-calls']);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.dispose();
});

const paths = { perf: join(folder, 'perf.data'), syswide: join(folder, 'own.data') };
const options = ['-e', 'cpu-clock', '-F', '3000', '--call-graph', 'dwarf'];
if (isRoot && hasPerf) {
  perf(['record', '-q', ...options, '-o', paths.perf, '--', program.path]);
  syswide(['record', '-q', ...options, '-o', paths.syswide, '--', program.path]);
}

/** Of each sample the functions of its call chain, the innermost first, and where they were. */
const chainsOf = (text: string): string[][] =>
  text
    .split('\n\n')
    .map((sample) => sample.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()])))
    .filter((chain) => chain.length > 0);

const ours = (path: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = syswide([...args, '-i', path]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

const namesIn = (chain: readonly string[]): string[] => chain.map((line) => line.replace(/^\S+ /u, ''));

describe.each(Object.entries(paths))('call chains of a recording of %s with --call-graph dwarf', (_, path) => {
  const own = chainsOf(ours(path, 'script', '-F', 'ip,sym'));

  it('are those of perf, but for what signal handlers return to: that has a name', () => {
    const theirs = chainsOf(perf(['script', '--no-inline', '-F', 'ip,sym', '-i', path]).stdout);
    const ofPerf = (chain: readonly string[]) =>
      chain.map((line) =>
        line.replace(/^(\w+) __restore_rt$/u, (_all, at) => `${(BigInt(`0x${at}`) - 1n).toString(16)} [unknown]`),
      );
    const inLeaf = (chain: readonly string[]) => chain[0]?.endsWith(' leaf');
    expect(own.length).toBe(theirs.length);
    expect(own.filter(inLeaf).length).toBeGreaterThan(50);
    expect(own.filter(inLeaf).map(ofPerf)).toEqual(theirs.filter(inLeaf));
  });

  it('go through the C library and back, and through frames of any size', () => {
    const sorting = own.filter((chain) => chain[1]?.endsWith(' compare')).map(namesIn);
    expect(sorting.length).toBeGreaterThan(30);
    for (const chain of sorting) {
      const outer = chain.indexOf('sort_some');
      expect(chain.slice(2, outer).every((name) => /msort|qsort/u.test(name))).toBe(true);
      expect(chain.slice(outer + 1, outer + 12)).toEqual(new Array(11).fill('go_down'));
      expect(chain.slice(outer + 12)).toEqual([
        'main',
        '__libc_start_call_main',
        expect.stringMatching(/^__libc_start_main/u),
        '_start',
      ]);
    }
  });

  it('go on where a signal interrupted', () => {
    const handling = own.filter((chain) => chain[1]?.endsWith(' on_signal')).map(namesIn);
    expect(handling.length).toBeGreaterThan(10);
    for (const chain of handling) {
      expect(chain[2]).toBe('__restore_rt');
      expect(chain).toContain('raise');
      expect(chain.at(-1)).toBe('_start');
    }
  });

  it('are in all that shows call chains', () => {
    const down = new Array(11).fill('go_down').join(';');
    const folded = ours(path, 'export', '--format', 'folded');
    expect(folded).toMatch(new RegExp(`_start;.*;main;${down};sort_some;.*;compare;leaf \\d+`, 'u'));
    const tree = ours(path, 'report', '-g', 'callee', '--no-children', '--percent-limit', '5');
    expect(tree).toMatch(/---leaf\n[\s\S]*compare\n[\s\S]*sort_some\n/u);
    const shares = (text: string) => /^ +([\d.]+)% .* main *$/mu.exec(text)?.[1];
    const args = ['--children', '-g', 'none', '-s', 'sym', '--percent-limit', '20'];
    const theirs = perf(['report', '--stdio', '--no-inline', ...args, '-i', path]).stdout;
    expect(shares(ours(path, 'report', ...args))).toBe(shares(theirs));
  });
});

describe('a recording of another machine', () => {
  const elsewhere = join(folder, 'elsewhere.data');

  it('has no callers in user space, which is told where chains are shown', () => {
    const bytes = readFileSync(paths.perf);
    // The feature: length, text, zeros.
    const at = bytes.lastIndexOf('x86_64\0');
    expect(bytes.readUInt32LE(at - 4)).toBeGreaterThan(6);
    bytes.write('mips64', at);
    writeFileSync(elsewhere, bytes);
    const told = /^# no callers in user space are shown/mu;
    for (const command of [['report'], ['report', '--json'], ['script'], ['export', '--format', 'folded']]) {
      expect(syswide([...command, '-i', elsewhere]).stderr).toMatch(told);
    }
    const page = syswide(['flamegraph', '-i', elsewhere, '-o', join(folder, 'page.html')]);
    expect(page.stderr).toMatch(told);
    for (const command of [
      ['report', '--no-children', '-g', 'none'],
      ['script', '-F', 'comm,tid'],
    ]) {
      expect(syswide([...command, '-i', elsewhere]).stderr).toBe('');
    }
    // Addresses of chains are behind a tab; one that stands alone is where the sample was, be it in main.
    const lines = syswide(['script', '-F', 'ip,sym', '-i', elsewhere]).stdout.split('\n');
    expect(lines.filter((line) => /^ +\w+ leaf$/u.test(line)).length).toBeGreaterThan(50);
    expect(lines.filter((line) => line.startsWith('\t') && !/^\tffff\w{12} /u.test(line))).toEqual([]);
  });
});
