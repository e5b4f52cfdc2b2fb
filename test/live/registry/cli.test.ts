import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ControlFifo } from '../control-fifo';
import { needs } from '../needs';
import {
  counting,
  csvRows,
  eventually,
  hasPerf,
  isRoot,
  launcher,
  type Running,
  start,
  startSyswide,
  syswide,
} from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Row {
  readonly id: string;
  readonly pid: number;
  readonly user: string;
  readonly command: string;
  readonly events: string[];
  readonly cpus: string | null;
  readonly state: string;
  readonly sinceNs: number;
  readonly slots: number;
  readonly lost: number;
}

function list(unprivileged = false): Row[] {
  const { status, stdout, stderr } = syswide(['ps', '--json'], { unprivileged });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

/** The row of a process, once it is listed as counting. */
async function rowOf(running: Running): Promise<Row> {
  let row: Row | undefined;
  await counting(running);
  await eventually(() => {
    row = list().find(({ pid, state }) => pid === running.process.pid && state === 'armed');
    return row !== undefined;
  }, 'it is listed');
  if (!row) throw new Error('it is listed');
  return row;
}

describe('a measurement that runs', () => {
  needs(isRoot, 'root');

  it('is listed with what it is', async () => {
    const running = startSyswide(['stat', '-a', '-x,', '-e', 'cpu-clock,mem:0x7fff00001000/8:w']);
    const row = await rowOf(running);
    expect(row).toEqual({
      id: expect.stringMatching(/^[a-z]+$/),
      pid: running.process.pid,
      user: 'root',
      command: 'syswide stat -a -x, -e cpu-clock,mem:0x7fff00001000/8:w',
      events: ['cpu-clock', 'mem:0x7fff00001000/8:w'],
      cpus: expect.stringMatching(/^0/),
      state: 'armed',
      sinceNs: expect.any(Number),
      slots: 1,
      lost: 0,
    });
    expect(row.sinceNs).toBeGreaterThan(0);
    const table = syswide(['ps']).stdout;
    expect(table).toMatch(new RegExp(`${row.id} .*root .*armed .*cpu-clock`));
    expect(syswide(['ps', '--ids']).stdout.split('\n')).toContain(row.id);
    expect(syswide(['ctl', row.id, 'stop']).status).toBe(0);
    expect(Number(csvRows((await running.ended).stderr)[0]?.[0])).toBeGreaterThan(0);
    expect(list().map(({ id }) => id)).not.toContain(row.id);
  });

  it('is listed by what was asked for, not by what a recording adds', async () => {
    const running = startSyswide(['record', '-o', join(folder, 'perf.data'), '-a', '-e', 'cpu-clock']);
    const { id, events } = await rowOf(running);
    expect(events).toEqual(['cpu-clock']);
    expect(syswide(['ctl', id, 'set', 'filter=a == 1']).stderr).toMatch(/can be changed: cpu-clock — /);
    expect(syswide(['ctl', id, 'stop']).status).toBe(0);
    await running.ended;
  });

  it('is paused, moved and resumed from outside', async () => {
    const running = startSyswide(['stat', '-a', '-A', '-x,', '-e', 'cpu-clock']);
    const { id, pid } = await rowOf(running);
    const state = () => JSON.parse(syswide(['ctl', id, 'status', '--json']).stdout);
    expect(syswide(['ctl', id, 'disable']).status).toBe(0);
    expect(state().state).toBe('paused');
    expect(syswide(['ctl', `${pid}`, 'enable']).status).toBe(0);
    expect(syswide(['ctl', id, 'set', 'cpus=0']).status).toBe(0);
    expect(state()).toMatchObject({ state: 'armed', cpus: '0' });
    const refused = syswide(['ctl', id, 'set', 'cpus=0,period=x']);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/^error\[USAGE\]: .*period=x/)]);
    expect(syswide(['ctl', id, 'explode']).status).toBe(2);
    expect(syswide(['ctl', id, 'set', 'filter=a == 1']).stderr).toMatch(/^error/);
    expect(state().cpus).toBe('0');
    running.process.kill('SIGINT');
    await running.ended;
    expect(syswide(['ctl', id, 'status'])).toMatchObject({ status: 1, stderr: expect.stringMatching(/NO_SUCH_GANG/) });
  });

  describe('of a command whose child runs already', () => {
    /** Starts 10 processes, and 30 more once it is told to, and is itself started by the command. */
    const child =
      'n() { i=0; while [ $i -lt $1 ]; do sleep 0; i=$((i+1)); done; }; exec 3<&0; (n 10; read go <&3; n 30) & wait';
    const fork = 'sched:sched_process_fork';
    const counted = (filter: readonly string[]) =>
      startSyswide(['stat', '-x,', '-e', fork, ...filter, '--', 'sh', '-c', child]);

    it('counts that child on when a filter is set', async () => {
      const running = counted([]);
      const { id } = await rowOf(running);
      expect(syswide(['ctl', id, 'set', 'filter=no_such_field > 0']).stderr).toMatch(/^error\[BAD_EVENT\]/);
      expect(syswide(['ctl', id, 'set', 'filter=parent_pid > 0'])).toMatchObject({ status: 0, stderr: '' });
      running.process.stdin?.write('go\n');
      expect(csvRows((await running.ended).stderr)[0]?.[0]).toBe('41');
    });

    it('refuses another filter than it has, rather than to lose that child', async () => {
      const running = counted(['--filter', 'parent_pid > 0']);
      const { id } = await rowOf(running);
      expect(syswide(['ctl', id, 'set', 'filter=parent_pid > 1']).stderr).toMatch(
        /^error\[CONTROL_FAILED\]: cannot change/,
      );
      running.process.stdin?.write('go\n');
      expect(csvRows((await running.ended).stderr)[0]?.[0]).toBe('41');
    });
  });

  it('is listed while it is stopped, as not answering', async () => {
    const running = startSyswide(['stat', '-a', '-x,', '-e', 'cpu-clock']);
    const { id } = await rowOf(running);
    running.process.kill('SIGSTOP');
    expect(list().find((row) => row.id === id)).toMatchObject({ state: 'not answering', events: ['cpu-clock'] });
    expect(syswide(['ps']).stdout).toMatch(/not answering/);
    running.process.kill('SIGCONT');
    running.process.kill('SIGKILL');
    await running.ended;
    expect(list().map((row) => row.id)).not.toContain(id);
  });

  it('of another user is seen by root, and root’s not by them', async () => {
    const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, launcher];
    const theirs = start('setpriv', [...nobody, 'stat', '-x,', '-e', 'page-faults:u', '--', 'sleep', '100']);
    const ours = startSyswide(['stat', '-a', '-x,', '-e', 'cpu-clock']);
    const [row, seen] = [await rowOf(ours), await rowOf(theirs)];
    expect(seen).toMatchObject({ cpus: null, user: 'nobody' });
    const theySee = list(true);
    expect(theySee.map(({ id }) => id)).toContain(seen.id);
    expect(new Set(theySee.map(({ user }) => user))).toEqual(new Set(['nobody']));
    expect(syswide(['ctl', row.id, 'stop'], { unprivileged: true }).status).toBe(1);
    expect(syswide(['ctl', seen.id, 'stop']).status).toBe(0);
    await theirs.ended;
    ours.process.kill('SIGINT');
    await ours.ended;
  });

  it('goes on where it cannot be listed', () => {
    const script = 'mkdir -p /run/syswide && mount --bind /run /run && mount -o remount,bind,ro /run && exec "$@"';
    const args = ['-m', 'sh', '-c', script, 'sh', process.execPath, launcher, 'stat', '-a', '-x,', '-e', 'cpu-clock'];
    const { status, stderr } = spawnSync('unshare', [...args, '--', 'true'], { encoding: 'utf8', timeout: 20_000 });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^\d[\d.]*,msec,cpu-clock/m)]);
  });
});

/** Sends commands to a `stat --control` and returns every byte that came back. */
async function acksOf(file: string, args: readonly string[], commands: readonly string[]): Promise<string[]> {
  const fifo = new ControlFifo(folder, `${file.length}`);
  const running = start(file, [...args, '--control', fifo.option, '-e', 'task-clock', '--', 'cat']);
  const acks: string[] = [];
  for (const command of commands) acks.push(await fifo.tell(command));
  // Not by a signal: perf 6.1 may then wait for its command all the same.
  running.process.stdin?.end();
  await running.ended;
  fifo.close();
  return acks;
}

describe('--control', () => {
  needs(hasPerf, 'perf');

  const commands = ['ping', 'disable', 'enable', 'ping'];

  it('acknowledges what perf acknowledges, with the same bytes', async () => {
    const [theirs, ours] = await Promise.all([
      acksOf('perf', ['stat'], commands),
      acksOf(process.execPath, [launcher, 'stat'], commands),
    ]);
    expect(theirs).toEqual(commands.map(() => 'ack\n\0'));
    expect(ours).toEqual(theirs);
  });
});
