import { describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { csvRows, hasPerf, isRoot, perf, syswide } from '../run';

const events = 'duration_time,user_time,system_time';
const busy = ['sh', '-c', 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; sleep 0.05'];

/** Names and units, in the order of the fields. */
const shape = (rows: readonly (readonly string[])[]) => rows.map(([, unit, name, , percent]) => [unit, name, percent]);

describe('tool events', () => {
  it('are the times of the measurement and of its command, in ns', () => {
    const rows = csvRows(syswide(['stat', '-x,', '-e', events, '--', ...busy]).stderr);
    const [duration = 0, user = 0, system = 0] = rows.map(([value]) => Number(value));
    expect(duration).toBeGreaterThan(50_000_000);
    expect(user + system).toBeGreaterThan(10_000_000);
    expect(user + system).toBeLessThan(duration);
    // As perf prints them, the time is its own running time too.
    for (const [value, , , running] of rows) expect(running).toBe(value);
  });

  it('stand in the formats as perf has them', ({ skip }) => {
    if (!hasPerf) skip('needs perf');
    const args = ['stat', '-x,', '-e', events, '--', ...busy];
    expect(shape(csvRows(syswide(args).stderr))).toEqual(shape(csvRows(perf(args).stderr)));
    const json = ['stat', '-j', '-e', 'duration_time', '--', 'true'];
    const keys = (text: string) => Object.keys(JSON.parse(text));
    expect(keys(syswide(json).stderr)).toEqual(keys(perf(json).stderr));
  });

  it('need no perf event, and are of one CPU when CPUs are listed', () => {
    const rows = csvRows(syswide(['stat', '-a', '-A', '-x,', '-e', `duration_time,cpu-clock`, '--', 'true']).stderr);
    expect(rows.filter((row) => row[3] === 'duration_time').map(([cpu]) => cpu)).toEqual(['CPU0']);
    expect(rows.filter((row) => row[3] === 'cpu-clock').length).toBeGreaterThan(0);
  });

  describe('in intervals', () => {
    needs(isRoot, 'root');

    it('last from one stamp to the next, the first of whole CPUs too', () => {
      const { stderr } = syswide(['stat', '-a', '-x,', '-I', '100', '-e', 'duration_time', '--', 'sleep', '0.25']);
      const rows = csvRows(stderr).map(([stamp = '', value = '']) => [BigInt(stamp.trim().replace('.', '')), value]);
      const stamps = rows.map(([stamp]) => BigInt(stamp ?? 0));
      expect(rows.map(([, value]) => BigInt(value ?? 0))).toEqual(stamps.map((at, i) => at - (stamps[i - 1] ?? 0n)));
      expect(rows.length).toBeGreaterThan(1);
    });
  });

  describe('where there is nothing to open on some CPU', () => {
    needs(isRoot, 'root');

    it.each([
      [['-n']],
      [['-e', 'duration_time']],
      [['-e', 'page-faults/cpu=0/']],
      [['--allow-missing', '-e', 'page-faults/cpu=0/,r0/cpu=1/']],
    ])('%j counts what there is', (args) => {
      const { status, stderr } = syswide(['stat', '-a', ...args, '--', 'sleep', '0.2']);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/seconds time elapsed/)]);
    });
  });

  it('can stand in a group, which perf then does not count', () => {
    const rows = csvRows(syswide(['stat', '-x,', '-e', '{duration_time,task-clock}', '--', 'true']).stderr);
    expect(rows.map(([value]) => Number(value) > 0)).toEqual([true, true]);
  });

  it('are not known of what has no command', async () => {
    const outcome = syswide(['stat', '-x,', '-e', 'user_time,duration_time', '-p', `${process.pid}`, '--', 'true']);
    expect(outcome.status).toBe(0);
    expect(csvRows(outcome.stderr).map(([, , name]) => name)).toEqual(['user_time', 'duration_time']);
  });
});

describe('tool events of a user without any right', () => {
  needs(process.geteuid?.() === 0, 'root, to become nobody');

  it('are counted all the same, under their own name', () => {
    const rows = csvRows(syswide(['stat', '-x,', '-e', events, '--', 'true'], { unprivileged: true }).stderr);
    expect(rows.map(([, , name]) => name)).toEqual(events.split(','));
  });
});
