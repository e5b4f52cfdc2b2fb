import { afterAll, afterEach, expect, test } from 'vitest';
import { compile, syswide } from '../run';
import { endAll, talkTo } from './processes';

const program = compile('hold-breakpoints');
afterEach(endAll);
afterAll(program.dispose);

interface Listing {
  readonly cpus: readonly { cpu: number; total: number; free: number | null; heldByCpu: number; heldByTasks: number }[];
  readonly holders: readonly { pid: number; user: string; comm: string; events: number }[];
}

const listing = (unprivileged = false): Listing => {
  const outcome = syswide(['slots', '--json'], { unprivileged });
  expect(outcome).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(outcome.stdout);
};

test('slots lists the registers and who holds perf events', async () => {
  const holder = talkTo(program.path, ['-1', '0', '3']);
  expect(await holder.next()).toBe('held');
  const { cpus, holders } = listing();
  expect(cpus[0]).toEqual({ cpu: 0, kind: 'any', total: 4, free: 1, heldByCpu: 3, heldByTasks: 0 });
  expect(holders).toContainEqual({ pid: holder.pid, user: 'root', comm: 'hold-breakpoint', events: 3 });
  const { stdout, stderr, status } = syswide(['slots']);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toMatch(/^ +0 +1 +4 +3 +0$/m);
  expect(stdout).toMatch(new RegExp(`^ +${holder.pid} +root +hold-breakpoint +3$`, 'm'));
});

test('slots says what an ordinary user cannot see', async () => {
  const holder = talkTo(program.path, ['-1', '0', '3']);
  expect(await holder.next()).toBe('held');
  expect(listing(true).cpus[0]).toMatchObject({ free: null, heldByCpu: 3, heldByTasks: null });
  const { stdout, status } = syswide(['slots'], { unprivileged: true });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ +0 +at most 1 +4 +3 +\?$/m);
  expect(stdout).toMatch(
    /this user may not count whole CPUs, .*\n \d+ processes could not be looked at\n root sees more/,
  );
});

test('stat that finds no free register names others by their ids, and itself as such', async () => {
  const holder = talkTo(program.path, ['-1', '0', '4']);
  expect(await holder.next()).toBe('held');
  const { status, stderr } = syswide(['stat', '-a', '-e', 'mem:0x1000:w', '--', 'true']);
  expect(status).toBe(125);
  expect(stderr).toContain(`${holder.pid} hold-breakpoint (4)`);
  expect(stderr).not.toMatch(/\d+ node \(1\)/);
});

test('slots takes no other arguments', () => {
  expect(syswide(['slots', '--jason'])).toMatchObject({ status: 2, stdout: '' });
  expect(syswide(['slots', '--help']).stdout).toMatch(/debug registers/);
});
