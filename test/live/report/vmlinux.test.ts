import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-vmlinux-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [path, vmlinux, other] = ['perf.data', 'vmlinux', 'other'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

/** How far from where it was built the kernel is said to run. */
const MOVED = 0x400000n;

/** Takes every so many of the kernel's functions. */
const EVERY = 7;

/**
 * Writes a program that could be the kernel's: as large, with functions by other names at some of its addresses, each with
 * a line of its source.
 */
function buildVmlinux(file: string, build: string): void {
  const symbols = readFileSync('/proc/kallsyms', 'utf8').split('\n').slice(0, -1);
  const addressOf = (name: string) => BigInt(`0x${symbols.find((line) => line.endsWith(` ${name}`))?.split(' ')[0]}`);
  const [text, end] = [addressOf('_text'), addressOf('_etext')];
  const starts = [...new Set(symbols.map((line) => BigInt(`0x${line.split(' ')[0]}`)))]
    .filter((start) => start > text && start < end && start % 16n === 0n)
    .sort((a, b) => Number(a - b))
    .filter((_, i) => i % EVERY === 0);
  const lines = [
    '.text',
    '.globl _text, _stext, _start',
    '_text:',
    '_stext:',
    '_start:',
    `.skip ${(starts[0] ?? text) - text}`,
  ];
  for (const [i, start] of starts.entries()) {
    const size = (starts[i + 1] ?? end) - start;
    const name = `elsewhere_${i}`;
    lines.push(
      `.globl ${name}`,
      `.type ${name}, @function`,
      `${name}: nop`,
      `.skip ${size - 1n}`,
      `.size ${name}, ${size}`,
    );
  }
  const source = join(folder, 'kernel.s');
  writeFileSync(source, `${lines.join('\n')}\n`);
  const place = `-Wl,-Ttext=0x${(text - MOVED).toString(16)}`;
  execFileSync('cc', ['-g', '-nostdlib', '-static', '-no-pie', `-Wl,--build-id=0x${build}`, place, '-o', file, source]);
}

if (isRoot && hasPerf) {
  const work = 'ls -lR /usr/share/doc > /dev/null';
  perf(['record', '-q', '-g', '-F', '5000', '-o', path, '--', 'sh', '-c', work]);
  const [, build = ''] = /^(\w+) \[kernel\.kallsyms\]$/mu.exec(perf(['buildid-list', '-i', path]).stdout) ?? [];
  buildVmlinux(vmlinux, build);
  buildVmlinux(
    other,
    build.replace(/^../u, (byte) => (byte === '00' ? '01' : '00')),
  );
}

describe('--vmlinux', () => {
  it.each([
    ['functions', []],
    ['addresses, with functions and programs', ['-F', 'ip,sym,symoff,dso']],
    ['lines of the source', ['-F', '+srcline']],
  ])('gives script the %s that perf has of it', (_, args) => {
    // Without perf's child for inlined functions: once, on a busy machine, perf had a frame less. Why is not known.
    const common = ['script', '--no-inline', '-i', path, '-k', vmlinux, ...args];
    const [ours, theirs] = [syswide, perf].map((run) => run(common));
    expect({ status: ours?.status, stderr: ours?.stderr }).toEqual({ status: 0, stderr: '' });
    expect(theirs?.stdout).toMatch(/ elsewhere_\d+/u);
    if (args.includes('+srcline')) expect(theirs?.stdout).toMatch(/\n {2}kernel\.s:\d+\n/u);
    expect(ours?.stdout.split('\n')).toEqual(theirs?.stdout.split('\n'));
  });

  it('gives report the rows that perf has of it', () => {
    const args = ['--no-children', '-g', 'none', '-s', 'dso,sym', '-i', path, '--vmlinux', vmlinux];
    const rows = (text: string) => {
      const lines = text.split('\n').filter((line) => / elsewhere_/u.test(line));
      return lines.map((line) => line.trim().replaceAll(/ +/gu, ' ')).sort();
    };
    const theirs = rows(perf(['report', '--stdio', ...args]).stdout);
    expect(theirs.length).toBeGreaterThan(10);
    expect(rows(syswide(['report', ...args]).stdout)).toEqual(theirs);
    const lines = syswide(['report', ...args, '-s', 'srcline']).stdout;
    expect(lines).toMatch(/ kernel\.s:\d+$/mu);
  });

  it('is an option of all that names functions', () => {
    const folded = syswide(['export', '-i', path, '--format', 'folded', '-k', vmlinux, '-o', '-']);
    expect(folded.stdout).toContain(';elsewhere_');
    expect(syswide(['diff', '-k', vmlinux, path, path]).stdout).toContain(' elsewhere_');
    const page = join(folder, 'page.html');
    expect(syswide(['flamegraph', '-i', path, '-k', vmlinux, '-o', page])).toMatchObject({ status: 0 });
    expect(readFileSync(page, 'utf8').length).toBeGreaterThan(1000);
  });

  it('is refused where it is none, or another build than the kernel that was recorded', () => {
    for (const file of [other, join(folder, 'kernel.s'), join(folder, 'missing')]) {
      const { status, stdout, stderr } = syswide(['report', '-i', path, '-k', file]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(/^error\[BAD_FILE\]: .*vmlinux.*\n$/u);
    }
  });
});
