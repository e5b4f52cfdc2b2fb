import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { validator } from '../report/document-schema';
import { compile, eventually, isRoot, launcher, start, startSyswide, syswide } from '../run';
import { endAll, talkTo } from '../slots/processes';

const program = compile('hold-breakpoints');
afterEach(endAll);
afterAll(program.dispose);

type Options = Parameters<typeof syswide>[1];

/** What a command prints as JSON, once it has been held against a schema. */
function fitting(isValid: ReturnType<typeof validator>, args: readonly string[], options: Options = {}) {
  const { stdout, stderr } = syswide([...args, '--json'], options);
  const document = JSON.parse(stdout);
  expect(isValid(document), `${JSON.stringify(isValid.errors)} ${stderr}`).toBe(true);
  return document;
}

describe('what list prints', () => {
  const isList = validator('syswide.list-1.json');

  it.each([
    ['everything', []],
    ['fields of tracepoints', ['-v', 'tracepoint']],
    ['what was opened', ['--probe', 'hw', 'sw', 'tool', 'cache', 'pmu', 'raw', 'mem', 'probe']],
    ['tracepoints that one speaks for', ['-v', '--probe', 'syscalls:sys_enter_[o-z]*']],
    ['nothing at all', ['no_such_event']],
  ])('fits its schema: %s', (_, args) => {
    fitting(isList, ['list', ...args]);
    fitting(isList, ['list', ...args], { unprivileged: true });
  });

  it('is held against it', () => {
    expect(isList([{ name: 'a', kind: 'software', probe: { countable: true } }])).toBe(false);
    expect(isList([{ name: 'a', kind: 'software', fields: [] }])).toBe(false);
    expect(isList([{ name: 'a', kind: 'raw', pattern: true, probe: { countable: true, reason: '' } }])).toBe(false);
    expect(isList([{ name: 'a', kind: 'software', unit: 'msec' }])).toBe(false);
  });
});

describe('what doctor prints', () => {
  const isDoctor = validator('syswide.doctor-1.json');

  it.each([false, true])('fits its schema, without rights: %s', (unprivileged) => {
    const document = fitting(isDoctor, ['doctor'], { unprivileged });
    expect(isDoctor({ ...document, more: 1 })).toBe(false);
    expect(isDoctor({ ...document, checks: [{ ...document.checks[0], cost: 'much' }] })).toBe(false);
    expect(isDoctor({ ...document, checks: [{ ...document.checks[0], name: 'luck' }] })).toBe(false);
  });
});

describe('what slots prints', () => {
  needs(isRoot, 'root, to open breakpoints on whole CPUs');
  const isSlots = validator('syswide.slots-1.json');

  it.each([
    ['on a CPU', ['-1', '0', '3']],
    ['on a task', ['0', '-1', '2']],
  ])('fits its schema: breakpoints %s', async (_, held) => {
    const holder = talkTo(program.path, held);
    expect(await holder.next()).toBe('held');
    const document = fitting(isSlots, ['slots']);
    expect(document.holders).toContainEqual(expect.objectContaining({ pid: holder.pid }));
    fitting(isSlots, ['slots'], { unprivileged: true });
    expect(isSlots({ ...document, holders: [{ pid: 1 }] })).toBe(false);
    expect(isSlots({ ...document, cpus: [{ ...document.cpus[0], kind: 'all' }] })).toBe(false);
  });
});

describe('what ps and ctl print', () => {
  needs(isRoot, 'root, to count whole CPUs');
  const isPs = validator('syswide.ps-1.json');
  const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, launcher];

  it('fits its schema', async () => {
    const stat = ['stat', '-x,', '-e'];
    const wide = startSyswide([...stat, 'cpu-clock,mem:0x1000:w', '-a']);
    const later = startSyswide([...stat, 'cpu-clock', '-a', '-D', '-1']);
    const tasks = startSyswide([...stat, 'task-clock', '--', 'sleep', '60']);
    const nothing = startSyswide([...stat, 'duration_time', '-a']);
    const theirs = start('setpriv', [...nobody, ...stat, 'page-faults:u', '--', 'sleep', '60']);
    const all = [wide, later, tasks, nothing, theirs];
    const states = () => {
      const rows: { pid: number; state: string; cpus: string | null }[] = fitting(isPs, ['ps']);
      return all.map((one) => {
        const row = rows.find(({ pid }) => pid === one.process.pid);
        return row && [row.state, row.cpus];
      });
    };
    const many = expect.stringMatching(/^0/);
    const counting = [
      ['armed', many],
      ['reserved', many],
      ['armed', null],
      ['armed', ''],
      ['armed', null],
    ];
    await eventually(() => states().every((one, i) => one?.[0] === counting[i]?.[0]), 'all are listed');
    expect(states()).toEqual(counting);
    const ctl = ['ctl', `${wide.process.pid}`];
    for (const order of [['disable'], ['set', 'addr=0x2000'], ['status']]) {
      const row = JSON.parse(syswide([...ctl, ...order, '--json']).stdout);
      expect(isPs([row]), JSON.stringify(isPs.errors)).toBe(true);
      expect(isPs([{ ...row, more: 1 }])).toBe(false);
      expect(isPs([{ ...row, sinceNs: '1 s' }])).toBe(false);
    }
    wide.process.kill('SIGSTOP');
    await eventually(() => states()[0]?.[0] === 'not answering', 'it is stopped');
    wide.process.kill('SIGCONT');
    for (const one of all) one.process.kill('SIGINT');
    await Promise.all(all.map(({ ended }) => ended));
    fitting(isPs, ['ps']);
  });
});
