import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, startSyswide, syswide } from '../run';

const launcher = fileURLToPath(new URL('../../../bin/syswide.js', import.meta.url));

interface Listed {
  readonly name: string;
  readonly kind: string;
  readonly fields?: readonly { name: string }[];
  readonly probe?: { countable: boolean; reason: string; inferred?: true };
}

const listing = (...args: string[]): Listed[] => {
  const outcome = syswide(['list', '--json', ...args]);
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
};

describe('beside perf list', () => {
  needs(hasPerf && isRoot, 'perf and root');

  test('every tracepoint that perf lists is listed', () => {
    const lines = perf(['list', 'tracepoint']).stdout.split('\n');
    const theirs = lines.flatMap((line) => /^ {2}(\S+:\S+) +\[Tracepoint event\]/.exec(line)?.[1] ?? []);
    expect(theirs.length).toBeGreaterThan(100);
    const ours = new Set(listing('tracepoint').map(({ name }) => name));
    expect(theirs.filter((name) => !ours.has(name))).toEqual([]);
  });

  test('every software event too, by all its names', () => {
    const { stdout } = perf(['list', 'sw']);
    const theirs = [...stdout.matchAll(/^ {2}(\S.*?) +\[(?:Software|Tool) event\]/gm)].flatMap(
      ([, names]) => names?.split(' OR ') ?? [],
    );
    expect(theirs).toContain('cs');
    const text = syswide(['list', 'sw', 'tool']).stdout;
    expect(theirs.filter((name) => !new RegExp(`(?:^|\\s)${name}(?:\\s|$)`).test(text))).toEqual([]);
  });
});

describe('as root', () => {
  needs(isRoot, 'root');

  test('the whole list has every kind, and the fields where they are asked for', () => {
    const kinds = new Set(listing().map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['software', 'tool', 'raw', 'tracepoint']));
    const [found] = listing('-v', 'sched:sched_switch');
    expect(found?.fields?.map(({ name }) => name)).toEqual(expect.arrayContaining(['prev_pid', 'next_comm']));
    expect(found?.fields?.some(({ name }) => name.startsWith('common_'))).toBe(false);
    expect(syswide(['list', '-v', 'sched:sched_switch']).stdout).toMatch(
      /^ +sched:sched_switch\n +prev_comm char\[16\]$/m,
    );
  });

  test('--probe agrees with what stat can count', () => {
    const probed = listing('--probe', 'sched:sched_switch', 'page-faults', 'cycles');
    for (const { name, probe } of probed) {
      const { status } = syswide(['stat', '-C', '0', '-x,', '-e', name, '--', 'true']);
      expect([name, probe?.countable]).toEqual([name, status === 0]);
      expect(probe?.reason).not.toBe('');
    }
    const { stdout } = syswide(['list', '--probe', 'sw', 'cycles']);
    expect(stdout).toMatch(/^ +yes +cpu-clock /m);
    expect(stdout).toMatch(/^ +(yes|no) +cycles /m);
  });
});

test('hardware events are listed where there is a PMU, or it is said that there is none', () => {
  const { status, stdout, stderr } = syswide(['list', 'hw']);
  if (status === 0) expect(stdout).toMatch(/^ +cycles /m);
  else expect(stderr).toMatch(/^error\[BAD_EVENT\]: no event matches 'hw' — this machine has no hardware PMU/);
  const probed = syswide(['list', 'hw', '--probe']);
  expect(probed).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ +(yes|no) +cycles /m) });
});

test('a glob that matches nothing is an error that names what is near', () => {
  const { status, stdout, stderr } = syswide(['list', 'pagefaults', 'dummy']);
  expect(status).toBe(1);
  expect(stdout).toContain('dummy');
  expect(stderr).toMatch(/^error\[BAD_EVENT\]: no event matches 'pagefaults' — .*did you mean 'page-faults'/m);
  expect(stderr.trimEnd()).not.toMatch(/INTERNAL/);
});

test('a reader that has enough ends it quietly', () => {
  const shell = spawnSync('bash', ['-c', `set -o pipefail; "$0" "$1" list | head -n 2`, process.execPath, launcher], {
    encoding: 'utf8',
  });
  expect(shell).toMatchObject({ status: 0, stderr: isRoot ? '' : expect.any(String) });
  expect(shell.stdout.split('\n')).toHaveLength(3);
});

test('it writes while it reads', async () => {
  const { process: child, ended } = startSyswide(['list', '-v']);
  let chunks = 0;
  child.stdout?.on('data', () => chunks++);
  expect(await ended).toMatchObject({ status: 0 });
  if (isRoot) expect(chunks).toBeGreaterThan(1);
});

describe('as nobody', () => {
  needs(isRoot, 'root, to become nobody');

  test('tracepoints are said to be unreadable, and the rest is listed', () => {
    const { status, stdout, stderr } = syswide(['list'], { unprivileged: true });
    expect({ status, listed: stdout.includes('page-faults') }).toEqual({ status: 0, listed: true });
    if (stdout.includes('sched:sched_switch')) expect(stderr).toBe('');
    else expect(stderr).toMatch(/^tracepoints cannot be listed: .* — run as root, or share it/);
  });

  test('kinds that need no tracefs are listed without a word about it', () => {
    expect(syswide(['list', 'sw'], { unprivileged: true })).toMatchObject({ status: 0, stderr: '' });
  });

  test('--probe says what is counted in part, and what not', () => {
    const { stdout, status } = syswide(['list', '--json', '--probe', 'sw'], { unprivileged: true });
    expect(status).toBe(0);
    const reason = (name: string) => (JSON.parse(stdout) as Listed[]).find((one) => one.name === name)?.probe?.reason;
    expect(reason('context-switches')).toMatch(/kernel only|opened on/);
    expect(reason('page-faults')).toMatch(/:u|opened on/);
  });
});

test('wrong options are told apart from lists without a match', () => {
  expect(syswide(['list', '--jason'])).toMatchObject({ status: 2, stdout: '' });
  expect(syswide(['list', '--help']).stdout).toMatch(/--probe/);
});
