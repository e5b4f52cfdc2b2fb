import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, csvRows, hasPerf, isRoot, startSyswide, syswide } from '../run';
import { release, waitingLoad } from './waiting-load';

needs(isRoot, 'root, to count system calls');

const getppid = compile('getppid');
afterAll(() => getppid.dispose());

const CALLS = 100_000;
const event = (pid: number) => ['-e', 'syscalls:sys_enter_getppid', '--filter', `common_pid == ${pid}`];

/** Counts the calls of a load on CPU 0 that makes so many, in the way that is wanted. */
async function counted(wanted: (pid: number) => string[]): Promise<string[][]> {
  const load = await waitingLoad(getppid.path, CALLS);
  const { status, stderr } = await startSyswide(['stat', '-x,', ...wanted(load.pid), ...release(load.pid)]).ended;
  await load.ended;
  expect(status, stderr).toBe(0);
  return csvRows(stderr);
}

/** Where the count stands: behind the fields that say of what it is. */
const sum = (rows: readonly string[][], field: number): number =>
  rows.reduce((total, row) => total + Number(row[field]), 0);

describe('parts of a count are exact', () => {
  it('CPU by CPU', async () => {
    const rows = await counted((pid) => ['-a', '-A', ...event(pid)]);
    expect(rows.map(([cpu, count]) => [cpu, count])).toEqual([
      ['CPU0', `${CALLS}`],
      ['CPU1', '0'],
    ]);
  });

  it.each(['core', 'die', 'socket', 'node', 'cache', 'cluster'])('%s by %s', async (unit) => {
    expect(sum(await counted((pid) => ['-a', `--per-${unit}`, ...event(pid)]), 2)).toBe(CALLS);
  });

  it('interval by interval, and the summary is their sum', async () => {
    const rows = await counted((pid) => ['-a', '-I', '10', '--summary', ...event(pid)]);
    const isSummary = ([time]: string[]) => time?.trim() === 'summary';
    expect(sum(rows.filter(isSummary), 1)).toBe(CALLS);
    const intervals = rows.filter((row) => !isSummary(row));
    expect(intervals.length).toBeGreaterThan(1);
    expect(sum(intervals, 1)).toBe(CALLS);
  });

  it('thread by thread', async () => {
    const rows = await counted((pid) => ['--per-thread', '-p', `${pid}`, '-e', 'syscalls:sys_enter_getppid']);
    expect(rows.map((row) => row[1])).toEqual([`${CALLS}`]);
  });

  it('run by run', () => {
    const { stderr } = syswide([
      ...['stat', '-x,', '-r', '3', '-e', 'sched:sched_process_exec'],
      ...['--', 'sh', '-c', 'for i in 1 2 3; do sh -c true; done'],
    ]);
    expect(csvRows(stderr)[0]?.slice(0, 4)).toEqual(['4', '', 'sched:sched_process_exec', '0.00%']);
  });
});

describe('what nothing is opened for stands with the first part', () => {
  const rows = (how: readonly string[]) => {
    const { status, stderr } = syswide(['stat', '-x,', ...how, '-e', 'duration_time', '--', 'true']);
    expect(status, stderr).toBe(0);
    return csvRows(stderr).map((row) => [row[0], row.at(-5)]);
  };

  it.each([
    ['--per-cpu', 'CPU0'],
    ['--per-core', 'S0-D0-C0'],
    ['--per-socket', 'S0'],
  ])('of a command, %s', (how, part) => {
    expect(rows([how])).toEqual([[part, 'duration_time']]);
  });

  it('of running tasks, and of all threads', () => {
    expect(rows(['--per-thread', '-t', `${process.pid}`])).toEqual([
      [expect.stringMatching(`-${process.pid}$`), 'duration_time'],
    ]);
    expect(rows(['--per-thread', '-a'])).toEqual([[expect.stringMatching(/-1$/), 'duration_time']]);
  });
});

describe('at the same moment, perf counts the same', () => {
  needs(hasPerf, 'perf');
  it.each([[[]], [['-A']], [['--per-socket']], [['--per-core']], [['-I', '1000']]])('with -a %j', async (how) => {
    const load = await waitingLoad(getppid.path, CALLS);
    const args = ['stat', '-x,', '-a', ...how, ...event(load.pid)];
    const { stderr, status } = await startSyswide([...args, '--', 'perf', ...args, ...release(load.pid)]).ended;
    await load.ended;
    expect(status, stderr).toBe(0);
    const counts = csvRows(stderr).map((row) => row.filter((field) => /^\d+$/.test(field) && Number(field) >= CALLS));
    // Both wrote a line with all of the calls, whatever else of the machine they listed.
    expect(counts.filter(([count]) => Number(count) === CALLS)).toHaveLength(2);
  });
});
