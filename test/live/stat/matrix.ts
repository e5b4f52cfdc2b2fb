/** One combination of options that syswide and perf have in common. */
export interface MatrixRow {
  readonly name: string;
  readonly args: readonly string[];
  /** Lines are compared one by one, or where there are more or less of them each time, by their kinds. */
  readonly compare: 'lines' | 'kinds';
  /** Left out in this format, where perf 6.1 prints what cannot be read: docs/perf-differences.md. */
  readonly not?: '-j' | '-x,';
}

const events = ['-e', 'task-clock,context-switches,page-faults'];
const sleep = ['--', 'sleep', '0.05'];
const longer = ['--', 'sleep', '0.25'];

const lines = (name: string, ...args: string[]): MatrixRow => ({ name, args, compare: 'lines' });
const kinds = (name: string, ...args: string[]): MatrixRow => ({ name, args, compare: 'kinds' });

/** Units by which perf 6.1 tells counts apart. */
const units = ['core', 'die', 'socket', 'node'];

/** What scripts do with `perf stat`, without the separator or `-j`. */
export const matrix: readonly MatrixRow[] = [
  lines('a command', ...events, ...sleep),
  lines('the default events of a command', ...sleep),
  lines('all CPUs', '-a', ...events, ...sleep),
  lines('the default events of all CPUs', '-a', ...sleep),
  lines('details', '-a', '-d', ...sleep),
  lines('more details', '-dd', ...sleep),
  lines('all details', '-ddd', ...sleep),
  lines('CPU by CPU', '-a', '-A', ...events, ...sleep),
  lines('one CPU', '-C', '0', ...events, ...sleep),
  lines('one CPU, by CPU', '-C', '0', '-A', ...events, ...sleep),
  lines('a group', '-a', '-e', '{task-clock,context-switches,page-faults}', ...sleep),
  lines('groups and single events', '-e', '{task-clock,page-faults},minor-faults,{cs,dummy}', ...sleep),
  lines('a clock that comes last', '-a', '-e', 'page-faults,raw_syscalls:sys_enter,cpu-clock', ...sleep),
  lines('no clock, and so no metrics', '-a', '-e', 'page-faults,context-switches', ...sleep),
  lines('wall time', '-e', 'task-clock,duration_time', ...sleep),
  lines('user space only', '--all-user', ...events, ...sleep),
  lines('the kernel only', '--all-kernel', '-a', '-e', 'page-faults,cpu-clock', ...sleep),
  lines('without children', '-i', ...events, ...sleep),
  lines('unscaled', '--no-scale', '-a', ...events, ...sleep),
  lines('later', '-D', '20', '-a', ...events, ...sleep),
  lines('runs', '-r', '3', ...events, ...sleep),
  lines('runs of all CPUs', '-r', '2', '-a', ...events, ...sleep),
  lines('runs, CPU by CPU', '-r', '2', '-a', '-A', ...events, ...sleep),
  lines('runs, socket by socket', '-r', '2', '-a', '--per-socket', ...events, ...sleep),
  kinds('intervals', '-a', '-I', '100', ...events, ...longer),
  kinds('intervals, CPU by CPU', '-a', '-A', '-I', '100', ...events, ...longer),
  kinds('intervals with a summary', '-a', '-I', '100', '--summary', ...events, ...longer),
  {
    ...kinds('intervals, summary unmarked', '-a', '-I', '100', '--summary', '--no-csv-summary', ...events, ...longer),
    not: '-j',
  },
  kinds('two intervals', '-a', '-I', '50', '--interval-count', '2', ...events, ...longer),
  ...units.flatMap((unit) => [
    lines(`${unit} by ${unit}`, '-a', `--per-${unit}`, ...events, ...sleep),
    lines(`${unit} by ${unit}, default events`, '-a', `--per-${unit}`, ...sleep),
    kinds(`${unit} by ${unit} in intervals`, '-a', `--per-${unit}`, '-I', '100', ...events, ...longer),
  ]),
  lines('one thread', '-t', 'PID', '--per-thread', '-e', 'task-clock', ...sleep),
  kinds('the threads of a process', '-p', 'PID', '--per-thread', '-e', 'task-clock,page-faults', ...sleep),
  kinds('its threads in intervals', '-p', 'PID', '--per-thread', '-I', '100', '-e', 'task-clock', ...longer),
  { ...lines('no metrics that are no rates', '-a', '--metric-only', '-e', 'task-clock', ...sleep), not: '-j' },
  { ...lines('nothing but metrics by CPU', '-a', '-A', '--metric-only', '-e', 'cs', ...sleep), not: '-j' },
];
