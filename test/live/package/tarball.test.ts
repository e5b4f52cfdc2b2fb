import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot } from '../run';

needs(isRoot, 'root');

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'syswide-fresh-'));
const [home, app, bin] = [join(folder, 'home'), join(folder, 'app'), join(folder, 'bin')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A machine that has Node and npm, and no compiler. */
const env = { HOME: home, PATH: bin, LC_ALL: 'C' };
const which = (program: string): string =>
  execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();

const run = (program: string, ...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: app, env, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
};

const syswide = (...args: readonly string[]) => run(join(app, 'node_modules/.bin/syswide'), ...args);

describe('the package, on a fresh machine', () => {
  beforeAll(() => {
    for (const path of [home, app, bin]) mkdirSync(path);
    if (existsSync(join(homedir(), '.npmrc'))) cpSync(join(homedir(), '.npmrc'), join(home, '.npmrc'));
    for (const program of ['node', 'sh', 'env', 'sleep', 'true']) symlinkSync(which(program), join(bin, program));
    // npm is a script beside its own modules.
    symlinkSync(realpathSync(which('npm')), join(bin, 'npm'));
    // What is in dist is what was built: nothing is built anew.
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root });
    const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    const install = run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, tarball));
    expect({ status: install.status, stderr: install.stderr }).toEqual({ status: 0, stderr: '' });
  }, 120_000);

  it('needs no other package, and no compiler', () => {
    expect(readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['syswide']);
    for (const compiler of ['cc', 'gcc', 'make', 'python3']) expect(existsSync(join(bin, compiler))).toBe(false);
  });

  it('counts', () => {
    const { status, stdout, stderr } = syswide('stat', '-a', '-x,', '-e', 'cpu-clock', '--', 'sleep', '0.2');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^\d+\.\d+,msec,cpu-clock,/mu);
  });

  it('records and reports, with names', () => {
    const path = join(app, 'perf.data');
    expect(syswide('record', '-a', '-g', '-F', '2000', '-o', path, '--', 'sleep', '0.5').status).toBe(0);
    const { status, stdout } = syswide('report', '-i', path, '--no-children', '-g', 'none');
    expect(status).toBe(0);
    expect(stdout).toMatch(/\[k\] [a-z]\w+$/mu);
    expect(syswide('flamegraph', '-i', path, '-o', join(app, 'page.html')).status).toBe(0);
  });

  it('brings manual pages, completions and documents along', () => {
    const own = join(app, 'node_modules/syswide');
    const names = syswide('manual', '--names').stdout.trim().split('\n');
    expect(readdirSync(join(own, 'man')).sort()).toEqual(
      ['syswide.1', ...names.map((name) => `syswide-${name}.1`)].sort(),
    );
    expect(readdirSync(join(own, 'completions')).sort()).toEqual(['_syswide', 'syswide.bash', 'syswide.fish']);
    for (const path of ['docs/stat.md', 'docs/schema', 'examples', 'README.md', 'LICENSE', 'dist/types/index.d.ts']) {
      expect(existsSync(join(own, path)), path).toBe(true);
    }
    expect(dirname(readlinkSync(join(app, 'node_modules/.bin/syswide')))).toBe('../syswide/bin');
  });

  it('is a library', () => {
    const use = "const { CpuMask } = require('syswide'); console.log(String(CpuMask.parse('0-3,8')));";
    const { status, stdout, stderr } = run('node', '-e', use);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0-3,8\n', stderr: '' });
  });
});
