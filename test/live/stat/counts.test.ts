import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, counting, csvRows, isRoot, linesOf, startSyswide, syswide } from '../run';
import { release, waitingLoad } from './waiting-load';

const getppid = compile('getppid');
afterAll(() => getppid.dispose());

const exitGroup = 1;

describe('CPUs on which the kernel has nothing to count', () => {
  needs(isRoot, 'root, to count whole CPUs');
  const nothing = [
    ['-n'],
    ['-e', 'duration_time'],
    ['-e', 'software/config=2,cpu=0/'],
    ['-e', 'rffffffffffff', '--allow-missing'],
  ];
  // Whole CPUs are read by a thread of its own in intervals below 100 ms.
  const intervals = [[], ['-I', '50'], ['-I', '200']];

  const all = nothing.flatMap((events) => intervals.map((every) => [...events, ...every]));

  it.each(all.map((args) => [args.join(' '), args] as const))('stat -a %s', (_, args) => {
    const { stderr, status } = syswide(['stat', '-a', ...args, '--', 'sleep', '0.1']);
    expect({ status, error: /^error.*/mu.exec(stderr)?.[0] }).toEqual({ status: 0, error: undefined });
  });
});

describe('intervals', () => {
  it.each([
    ['-x,', '-x,'],
    ['the table', '--no-scale'],
  ])('name what was asked for and is not there: %s', (_, form) => {
    const args = [
      'stat',
      form,
      '-I',
      '100',
      '--allow-missing',
      '-e',
      'rffffffffffff,page-faults',
      '--',
      'sleep',
      '0.25',
    ];
    const { stderr, status } = syswide(args);
    expect(status).toBe(0);
    const lines = (what: RegExp) => linesOf(stderr).filter((line) => what.test(line));
    const [named, counted] = [lines(/<not supported>.*rffffffffffff/u), lines(/page-faults/u)];
    expect(named.length).toBeGreaterThanOrEqual(3);
    expect(named).toHaveLength(counted.length);
  });

  it('have no rows of default events that are not there', () => {
    expect(syswide(['stat', '-I', '100', '--', 'sleep', '0.25']).stderr).not.toContain('<not supported>');
  });
});

describe('counts are exact', () => {
  needs(isRoot, 'root, to count system calls');
  it.each([0, 1, 100_000])('%i system calls of a process are %i, and the one that ends it', async (calls) => {
    const load = await waitingLoad(getppid.path, calls);
    const args = ['stat', '-x,', '-e', 'raw_syscalls:sys_enter', '-p', `${load.pid}`, ...release(load.pid)];
    const { stderr, status } = await startSyswide(args).ended;
    await load.ended;
    expect(status).toBe(0);
    expect(csvRows(stderr)[0]?.[0]).toBe(`${calls + exitGroup}`);
  });

  it('a process that ends by itself ends the count', async () => {
    const load = await waitingLoad(getppid.path, 500);
    const counter = startSyswide(['stat', '-x,', '-e', 'raw_syscalls:sys_enter', '-p', `${load.pid}`]);
    // Only an armed gang waits; the load is released when it does, by which time it counts.
    await counting(counter);
    process.kill(load.pid, 'SIGUSR1');
    const { stderr, status } = await counter.ended;
    expect(status).toBe(0);
    expect(csvRows(stderr)[0]?.[0]).toBe(`${500 + exitGroup}`);
  });

  it('children that the process starts are counted too', () => {
    const script = 'for i in 1 2 3; do sh -c true; done';
    const count = (text: string) =>
      Number(
        csvRows(syswide(['stat', '-x,', '-e', 'sched:sched_process_exec', '--', 'sh', '-c', text]).stderr)[0]?.[0],
      );
    expect(count(script) - count('true')).toBe(3);
  });

  it('a group counts what its members count alone', () => {
    const { stderr, status } = syswide([
      'stat',
      '-a',
      '-x,',
      '-e',
      '{cpu-clock,page-faults},dummy',
      '--',
      'sleep',
      '0.1',
    ]);
    expect(status).toBe(0);
    expect(csvRows(stderr).map(([, , name]) => name)).toEqual(['cpu-clock', 'page-faults', 'dummy']);
    expect(Number(csvRows(stderr)[0]?.[0])).toBeGreaterThan(100);
  });
});

describe('what is counted on whole CPUs', () => {
  needs(isRoot, 'root, to count whole CPUs');
  const value = (row: string[] | undefined) => Number(row?.[0]);

  it('is read at one instant: events of which there are two count the same', () => {
    const twice = ['context-switches', 'cs', 'raw_syscalls:sys_enter', 'raw_syscalls:sys_enter'].join(',');
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do echo x | cat; done';
    const { stderr, status } = syswide(['stat', '-a', '-A', '-x,', '-e', twice, '--', 'sh', '-c', script]);
    expect(status).toBe(0);
    const seen = new Map<string, Set<string>>();
    for (const [cpu, count = '', , event = ''] of csvRows(stderr)) {
      const key = `${cpu} ${event.startsWith('c') ? 'switches' : event}`;
      seen.set(key, (seen.get(key) ?? new Set()).add(count));
    }
    for (const [key, counts] of seen) expect([...counts], key).toHaveLength(1);
    expect(seen.size).toBe(csvRows(stderr).length / 2);
  });

  it('is exact beside other events, filters and all', async () => {
    const load = await waitingLoad(getppid.path, 100_000);
    const filtered = (event: string) => ['-e', event, '--filter', `common_pid == ${load.pid}`];
    const events = [...filtered('syscalls:sys_enter_getppid'), '-e', 'cpu-clock,context-switches,page-faults'];
    const more = [...filtered('syscalls:sys_exit_getppid'), '-e', 'sched:sched_switch'];
    const { stderr, status } = await startSyswide(['stat', '-a', '-x,', ...events, ...more, ...release(load.pid)])
      .ended;
    await load.ended;
    expect(status).toBe(0);
    const rows = csvRows(stderr);
    expect([value(rows[0]), value(rows[4])]).toEqual([100_000, 100_000]);
    // The clock of two CPUs and the time it was enabled, ns.
    expect((value(rows[1]) * 1e6) / Number(rows[1]?.[3])).toBeCloseTo(1, 2);
  });
});
