import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { needs } from '../needs';
import { isRoot, type Outcome, syswide } from '../run';

interface Document {
  readonly mainJob: boolean;
  readonly checks: readonly {
    name: string;
    status: string;
    detail: string;
    cost: string | null;
    remedy: string | null;
  }[];
}

const parse = ({ stdout }: Pick<Outcome, 'stdout'>) => JSON.parse(stdout) as Document;
const check = ({ checks }: Document, name: string) => checks.find((one) => one.name === name);

const names = [
  'Node.js',
  'native shim',
  'perf_event_paranoid',
  'capabilities',
  'user namespace',
  'seccomp',
  'open files',
  'locked memory',
  'hardware PMU',
  'tracefs',
  'kptr_restrict',
  'uprobe PMU',
  'kprobe PMU',
  'debug registers',
  'CPU hotplug',
  'registry',
  'counting on every CPU',
];

describe('as root', () => {
  needs(isRoot, 'root');

  test('every check is there, and the verdict is what stat -a does', () => {
    const outcome = syswide(['doctor', '--json']);
    const document = parse(outcome);
    expect(document.checks.map(({ name }) => name)).toEqual(names);
    const counted = syswide(['stat', '-a', '-x,', '-e', 'cpu-clock', '--', 'true']).status === 0;
    expect({ status: outcome.status, mainJob: document.mainJob }).toEqual({
      status: counted ? 0 : 1,
      mainJob: counted,
    });
    for (const { status, cost, remedy } of document.checks)
      expect([cost === null, remedy === null]).toEqual([status === 'ok', status === 'ok']);
  });

  test('the table says the same', () => {
    const { stdout, stderr } = syswide(['doctor']);
    expect(stderr).toBe('');
    for (const name of names)
      expect(stdout).toMatch(new RegExp(`^ (ok|limited|missing) +${name.replace('.', '\\.')} `, 'm'));
    expect(stdout).not.toContain('\u001b');
  });

  test('the number of files that -a takes is enough', () => {
    const detail = check(parse(syswide(['doctor', '--json'])), 'open files')?.detail ?? '';
    const [, files = ''] = /takes (\d+) on/.exec(detail) ?? [];
    const limited = (count: number, ...args: string[]) => {
      const script = `ulimit -n ${count}; exec "$@"`;
      return spawnSync('bash', ['-c', script, 'bash', process.execPath, launcher, ...args], { encoding: 'utf8' });
    };
    expect(limited(Number(files), 'stat', '-a', '-x,', '--', 'true')).toMatchObject({ status: 0 });
    const one = limited(Number(files) - 1, 'doctor', '--json');
    expect(check(parse(one), 'open files')).toMatchObject({ status: 'missing' });
  });

  test('a limit of files that is too low for -a is named', () => {
    const { stdout } = spawnSync('bash', ['-c', 'ulimit -n 40; "$0" "$1" doctor --json', process.execPath, launcher], {
      encoding: 'utf8',
    });
    expect(check(parse({ stdout }), 'open files')).toMatchObject({
      status: 'missing',
      detail: expect.stringMatching(/^40 allowed/),
      remedy: expect.stringMatching(/^ulimit -n \d+/),
    });
  });
});

describe('as nobody', () => {
  needs(isRoot, 'root, to become nobody');

  test('it tells what this user may not do, and exits 1 where stat -a is refused', () => {
    const outcome = syswide(['doctor', '--json'], { unprivileged: true });
    const document = parse(outcome);
    const counted =
      syswide(['stat', '-a', '-x,', '-e', 'cpu-clock', '--', 'true'], { unprivileged: true }).status === 0;
    expect({ status: outcome.status, mainJob: document.mainJob }).toEqual({
      status: counted ? 0 : 1,
      mainJob: counted,
    });
    expect(document.checks.map(({ name }) => name)).toEqual(names);
    if (!counted) expect(check(document, 'perf_event_paranoid')?.remedy).toMatch(/sysctl|run outside|use a kernel/);
  });
});

const launcher = fileURLToPath(new URL('../../../bin/syswide.js', import.meta.url));
const crippled = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(crippled, { recursive: true, force: true }));

test('without the shim, doctor says so and list works', () => {
  for (const folder of ['bin', 'dist'])
    cpSync(join(launcher, '../..', folder), join(crippled, folder), { recursive: true });
  rmSync(join(crippled, 'dist/native'), { recursive: true });
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(crippled, 'bin/syswide.js'), ...args], { encoding: 'utf8' });
  const outcome = run('doctor', '--json');
  expect(outcome).toMatchObject({ status: 1, stderr: '' });
  expect(check(parse(outcome), 'native shim')).toMatchObject({
    status: 'missing',
    detail: expect.stringMatching(/libsyswide\.so/),
    remedy: expect.stringMatching(/npm run build/),
  });
  expect(check(parse(outcome), 'counting on every CPU')?.status).toBe('missing');
  expect(run('list', 'sw')).toMatchObject({ status: 0, stderr: '' });
});
