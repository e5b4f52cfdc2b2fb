import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Recording } from '../../src/profile/recording';
import { needs } from '../live/needs';
import { compile, csvRows, isRoot, launcher, type Outcome } from '../live/run';
import { tell } from './form';

const knob = '/proc/sys/kernel/perf_event_paranoid';
const before = readFileSync(knob, 'utf8').trim();
const restore = (): void => {
  if (isRoot) writeFileSync(knob, before);
};
process.on('exit', restore);

const mayOpen = compile('may-open');
const folder = mkdtempSync(join(tmpdir(), 'syswide-nobody-'));
chmodSync(folder, 0o777);
chmodSync(join(mayOpen.path, '..'), 0o755);
afterAll(() => {
  restore();
  mayOpen.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const asNobody = (caps: readonly string[], file: string, args: readonly string[]): Outcome => {
  const { status, signal, stdout, stderr } = spawnSync('setpriv', [...nobody, ...caps, file, ...args], {
    encoding: 'utf8',
    cwd: folder,
    timeout: 60_000,
    killSignal: 'SIGKILL',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return { status, signal, stdout, stderr };
};

/** The name of the one event of a recording. */
function eventIn(path: string): string | undefined {
  const recording = Recording.open(path, 'anybody');
  const [event] = recording.events.all;
  recording.close();
  return event?.name;
}

const flat = (text: string): string => text.replace(/\s+/gu, ' ');

const levels = [-1, 0, 1, 2, 3, 4];
const rights: [string, string[]][] = [
  ['without a capability', []],
  ['with CAP_PERFMON', ['--inh-caps=+perfmon', '--ambient-caps=+perfmon']],
];
let [cases, claims] = [0, 0];

describe.each(rights)('a user %s', (_right, caps) => {
  needs(isRoot, 'root, to become nobody and to set kernel.perf_event_paranoid');
  afterAll(() => {
    if (caps.length > 0) tell('unprivileged', `${cases} levels and rights, ${claims} claims held against the kernel`);
  });
  const run = (...args: string[]) => asNobody(caps, process.execPath, [launcher, ...args]);
  const claim = (actual: unknown, what: string) => {
    claims += 1;
    return expect(actual, what);
  };

  it.each(levels)('at perf_event_paranoid %i: what is told is what the kernel allows', { timeout: 60_000 }, (level) => {
    try {
      writeFileSync(knob, `${level}`);
      cases += 1;
      const [user, kernel, cpus] = [...asNobody(caps, mayOpen.path, []).stdout.trim()].map((digit) => digit === '1');
      expectDoctor({ user, kernel, cpus });
      expectOwnTask({ user, kernel });
      expectKernelOnly({ kernel });
      expectCpus({ cpus });
      expectRecording({ user, kernel, cpus });
    } finally {
      restore();
    }
  });

  interface Allowed {
    readonly user?: boolean | undefined;
    readonly kernel?: boolean | undefined;
    readonly cpus?: boolean | undefined;
  }

  function expectDoctor({ user, kernel, cpus }: Allowed): void {
    const { stdout, stderr } = run('doctor', '--json');
    const told = JSON.parse(stdout) as {
      mainJob: boolean;
      checks: { name: string; status: string; cost: string | null }[];
    };
    claim(told.mainJob, stderr).toBe(cpus);
    const paranoid = told.checks.find(({ name }) => name === 'perf_event_paranoid');
    const cost = paranoid?.cost ?? '';
    claim(cost.includes('nothing can be counted'), cost).toBe(!user);
    if (user) claim(cost.includes('user space only'), cost).toBe(!kernel);
    if (user) claim(cost.includes('stat -a and -C are refused'), cost).toBe(!cpus);
  }

  function expectOwnTask({ user, kernel }: Allowed): void {
    const csv = run('stat', '-x,', '-e', 'page-faults', '--', 'true');
    claim(csv.status, csv.stderr).toBe(user ? 0 : 125);
    if (!user) {
      claim(csv.stderr, 'refused').toMatch(/^error\[NO_PERMISSION\]: .*perf_event_paranoid/u);
      return;
    }
    const [row = []] = csvRows(csv.stderr);
    claim(row[2], csv.stderr).toBe(kernel ? 'page-faults' : 'page-faults:u');
    claim(Number(row[0]), csv.stderr).toBeGreaterThan(0);
    const table = run('stat', '-e', 'page-faults', '--', 'true');
    claim(
      flat(table.stderr).includes('counted in user space only (:u), as kernel.perf_event_paranoid'),
      table.stderr,
    ).toBe(!kernel);
    const json = run('stat', '-j', '-e', 'page-faults', '--', 'true');
    claim(json.stderr.includes('"page-faults:u"'), json.stderr).toBe(!kernel);
  }

  function expectKernelOnly({ kernel }: Allowed): void {
    for (const event of ['context-switches', 'cpu-migrations']) {
      const told = run('stat', '-x,', '-e', event, '--', 'sleep', '0.02');
      claim(told.status, `${event}: ${told.stderr}`).toBe(kernel ? 0 : 125);
      if (!kernel) claim(told.stderr, event).toMatch(/^error\[NO_PERMISSION\]: .*it happens in the kernel only/u);
      else if (event === 'context-switches') claim(Number(csvRows(told.stderr)[0]?.[0]), event).toBeGreaterThan(0);
    }
  }

  function expectCpus({ cpus }: Allowed): void {
    const told = run('stat', '-a', '-x,', '-e', 'cpu-clock,context-switches', '--', 'sleep', '0.02');
    claim(told.status, told.stderr).toBe(cpus ? 0 : 125);
    if (!cpus) {
      claim(told.stderr, '-a').toMatch(/^error\[NO_PERMISSION\]: .*perf_event_paranoid/u);
      return;
    }
    const rows = csvRows(told.stderr);
    claim(
      rows.map((row) => row[2]),
      told.stderr,
    ).toEqual(['cpu-clock', 'context-switches']);
    for (const row of rows) claim(Number(row[0]), told.stderr).toBeGreaterThan(0);
  }

  function expectRecording({ user, kernel, cpus }: Allowed): void {
    const path = join(folder, 'perf.data');
    const own = run('record', '-e', 'cpu-clock', '-o', path, '--', 'true');
    claim(own.status, own.stderr).toBe(user ? 0 : 125);
    if (user) {
      claim(eventIn(path), own.stderr).toBe(kernel ? 'cpu-clock' : 'cpu-clock:u');
      claim(flat(own.stderr).includes('user space only (:u)'), own.stderr).toBe(!kernel);
    }
    rmSync(path, { force: true });
    const all = run('record', '-a', '-e', 'cpu-clock', '-o', path, '--', 'true');
    claim(all.status, all.stderr).toBe(cpus ? 0 : 125);
    if (!cpus) claim(all.stderr, 'record -a').toMatch(/^error\[NO_PERMISSION\]: .*perf_event_paranoid/u);
    rmSync(path, { force: true });
  }
});
