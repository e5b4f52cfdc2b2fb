import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot, perf, syswide } from '../run';

needs(isRoot, 'root');

const folder = mkdtempSync(join(tmpdir(), 'syswide-programs-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Takes about half a second of one CPU. */
const SPIN = 'for (volatile long i = 0; i < 150000000; i++) {}';

function compiled(name: string, source: string, ...options: string[]): string {
  writeFileSync(at(`${name}.src`), source);
  const compiler = options.includes('c++') ? 'g++' : 'cc';
  execFileSync(compiler, ['-O1', '-g0', '-o', at(name), '-x', ...options, at(`${name}.src`), '-Wl,--build-id']);
  return at(name);
}

/** The functions in the report of a recording, the largest first, with their programs. */
function functionsIn(data: string): { symbol: string | null; dso: string; percent: number }[] {
  const { stdout, stderr } = syswide(['report', '--json', '--no-children', '-i', data, '--sort', 'dso,sym']);
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as { events: [{ entries: ReturnType<typeof functionsIn> }] }).events[0].entries;
}

function recorded(...command: string[]): string {
  const data = at('perf.data');
  const { status, stderr } = syswide(['record', '-q', '-F', '2000', '-e', 'cpu-clock:u', '-o', data, '--', ...command]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return data;
}

/** Where most of a command's time went. */
function largestOf(...command: string[]): { symbol: string | null; dso: string; percent: number } {
  const [largest] = functionsIn(recorded(...command));
  if (!largest) throw new Error('nothing was sampled');
  expect(largest.percent).toBeGreaterThan(50);
  return largest;
}

describe('the names of functions', () => {
  it('are those of C++ as they stand in the source', () => {
    const source = `namespace engine { template <int N> struct Wheel { __attribute__((noinline)) void turn(const char *) { ${SPIN} } }; }
      int main() { engine::Wheel<3>().turn(""); }`;
    const program = compiled('cpp', source, 'c++');
    expect(largestOf(program)).toMatchObject({ dso: program, symbol: 'engine::Wheel<3>::turn' });
  });

  it('are those of Rust, of either way to mangle them', () => {
    for (const [mangled, plain] of [
      ['_RNvCs1234_5crate4spin', 'crate::spin'],
      ['_ZN5crate4spin17h0123456789abcdefE', 'crate::spin'],
    ]) {
      const source = `__attribute__((noinline)) void f(void) __asm__("${mangled}"); void f(void) { ${SPIN} } int main(void) { f(); }`;
      expect(largestOf(compiled('rust', source, 'c')).symbol).toBe(plain);
    }
  });

  it('are none in a stripped program, and not those of a neighbour', () => {
    const source = `static __attribute__((noinline)) void hidden(void) { ${SPIN} } int main(void) { hidden(); }`;
    const program = compiled('stripped', source, 'c', '-s');
    // Without a name, each address of the loop is an entry of its own.
    const own = functionsIn(recorded(program)).filter(({ dso }) => dso === program);
    expect(own.reduce((sum, { percent }) => sum + percent, 0)).toBeGreaterThan(50);
    expect(own.map(({ symbol }) => symbol).filter((symbol) => symbol !== null)).toEqual([]);
    expect(syswide(['report', '-i', at('perf.data'), '--no-children']).stdout).toMatch(/stripped +\[\.\] 0x0{10}/u);
  });

  it('are those of the build that perf has kept, when there is another one in its place', () => {
    const source = `__attribute__((noinline)) void before(void) { ${SPIN} } int main(void) { before(); }`;
    const program = compiled('rebuilt', source, 'c');
    const data = at('kept.data');
    const home = { env: { HOME: folder } };
    expect(perf(['record', '-q', '-e', 'cpu-clock:u', '-o', data, '--', program], home).status).toBe(0);
    const largest = () =>
      syswide(['report', '-q', '--no-children', '-s', 'sym', '-i', data], home).stdout.split('\n')[0];
    compiled('rebuilt', source.replaceAll('before', 'after'), 'c');
    expect(largest()).toMatch(/\[\.\] before$/u);
    unlinkSync(program);
    expect(largest()).toMatch(/\[\.\] before$/u);
    rmSync(at('.debug'), { recursive: true });
    expect(largest()).not.toContain('before');
  });

  it('are those of a library that is loaded later', () => {
    const library = compiled('late.so', `void spin_late(void) { ${SPIN} }`, 'c', '-shared', '-fPIC');
    const source = `#include <dlfcn.h>
      int main(void) { ((void (*)(void))dlsym(dlopen("${library}", RTLD_NOW), "spin_late"))(); }`;
    expect(largestOf(compiled('loader', source, 'c'))).toMatchObject({ dso: library, symbol: 'spin_late' });
  });

  it('are those of a program that was removed, for as long as it runs', async () => {
    const source =
      '__attribute__((noinline)) void forever(void) { for (volatile long i = 0;; i++) {} } int main(void) { forever(); }';
    const program = at('removed');
    copyFileSync(compiled('kept', source, 'c'), program);
    const running = spawn(program, { stdio: 'ignore' });
    try {
      await new Promise((resolve) => setTimeout(resolve, 100));
      unlinkSync(program);
      const data = at('perf.data');
      syswide([
        'record',
        '-q',
        '-F',
        '2000',
        '-e',
        'cpu-clock:u',
        '-o',
        data,
        '-p',
        String(running.pid),
        '--timeout',
        '500',
      ]);
      const dso = `${program} (deleted)`;
      expect(functionsIn(data)[0]).toMatchObject({ dso, symbol: 'forever' });
      running.kill('SIGKILL');
      await new Promise((resolve) => running.once('exit', resolve));
      expect(functionsIn(data)[0]).toMatchObject({ dso, symbol: null });
    } finally {
      running.kill('SIGKILL');
    }
  });

  it('are those of the program that a process in a container has by its path', async () => {
    const source = (name: string) =>
      `__attribute__((noinline)) void ${name}(void) { for (volatile long i = 0;; i++) {} } int main(void) { ${name}(); }`;
    const root = at('root');
    execFileSync('mkdir', ['-p', root]);
    compiled('outside', source('of_the_host'), 'c', '-static');
    compiled('inside', source('of_the_container'), 'c', '-static');
    copyFileSync(at('inside'), join(root, 'program'));
    const running = spawn('chroot', [root, '/program'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const data = at('perf.data');
      syswide([
        'record',
        '-q',
        '-F',
        '2000',
        '-e',
        'cpu-clock:u',
        '-o',
        data,
        '-p',
        String(running.pid),
        '--timeout',
        '500',
      ]);
      expect(functionsIn(data)[0]).toMatchObject({ symbol: 'of_the_container' });
    } finally {
      running.kill('SIGKILL');
    }
  });

  it.each([['--perf-basic-prof'], ['--perf-prof']])('are those of JavaScript with node %s', (option) => {
    const source = at('spin.js');
    writeFileSync(
      source,
      'function spinInJavaScript(n) { let x = 0; for (let i = 0; i < n; i++) x = (x * 31 + i) | 0; return x; }\n' +
        'for (let k = 0; k < 60; k++) spinInJavaScript(1e7);\n',
    );
    const data = recorded(
      'sh',
      '-c',
      `cd ${folder} && exec ${process.execPath} --no-write-protect-code-memory ${option} ${source}`,
    );
    const share = functionsIn(data)
      .filter(({ symbol }) => symbol?.includes('spinInJavaScript'))
      .reduce((sum, { percent }) => sum + percent, 0);
    expect(share).toBeGreaterThan(50);
  });
});
