import { Option } from 'commander';
import { cgroupOption, eventOptions } from '../event-option';

/** The options of `stat` with perf's names and meanings, under the headings of its help. */
export function statOptionGroups(): Record<string, Option[]> {
  const cgroups: string[] = [];
  return {
    'What is counted:': [...eventOptions('count', cgroups), ...eventKinds()],
    'Where:': targets(cgroups),
    'When, and how often:': times(),
    'How it is told apart:': aggregations(),
    'How it is written:': outputs(),
    'Other:': others(),
  };
}

const eventKinds = (): Option[] => [
  new Option('-M, --metrics <list>', "metrics: known ones, or your own as 'name=expression'; may be repeated")
    .argParser(listed)
    .default(undefined),
  new Option('--metric-only', 'list metrics only, in a line'),
  new Option('-d, --detailed', 'add events of the caches; -dd and -ddd add more'),
  new Option('-n, --null', 'count nothing: only tell the time'),
  new Option('--all-user', 'count in user space only, whatever the events say'),
  new Option('--all-kernel', 'count in the kernel only, whatever the events say'),
  new Option('--allow-missing', 'list events that this machine does not have as <not supported>'),
];

const targets = (cgroups: string[]): Option[] => [
  new Option('-a, --all-cpus', 'count every task on every CPU'),
  new Option('-C, --cpu <list>', 'count every task on these CPUs: 0-3,8,10-15:2'),
  new Option('-p, --pid <list>', 'count these running processes and the children they start'),
  new Option('-t, --tid <list>', 'count these running threads and what they start'),
  new Option('-i, --no-inherit', 'leave out threads and processes that are started later'),
  cgroupOption('count', cgroups),
  new Option('--for-each-cgroup <names>', 'count every event in each of these cgroups'),
];

const times = (): Option[] => [
  new Option('-r, --repeat <n>', 'run the command n times and tell the mean; 0: for ever, one by one'),
  new Option('--table', 'list the time of every run'),
  new Option('--pre <command>', 'a shell command before each run'),
  new Option('--post <command>', 'a shell command after each run'),
  new Option('-S, --sync', 'write everything to the disks before each run: sync(2)'),
  new Option('-I, --interval-print <ms>', 'tell what was counted every so many milliseconds'),
  new Option('--interval-count <n>', 'no more than n intervals'),
  new Option('--interval-clear', 'clear the terminal before each interval'),
  new Option('--summary', 'with -I: tell the whole at the end, too'),
  new Option('--no-csv-summary', 'with --summary and -x: no `summary` before its lines'),
  new Option('--timeout <ms>', 'end after so many milliseconds'),
  new Option('-D, --delay <ms>', 'count from so many milliseconds after the start; -1: when control enables it'),
];

const aggregations = (): Option[] => [
  new Option('-A, --no-aggr', 'list the counts of each CPU: with -a or -C'),
  new Option('--per-cpu', 'like -A, and split the counts of a command or of tasks by CPU'),
  new Option('--per-core', 'list the counts of each core'),
  new Option('--per-cluster', 'list the counts of each cluster of cores'),
  new Option('--per-die', 'list the counts of each die'),
  new Option('--per-socket', 'list the counts of each socket'),
  new Option('--per-node', 'list the counts of each memory node'),
  new Option('--per-cache [level]', 'list the counts of each cache: of the last level, or of L2, L3, …'),
  new Option('--per-thread', 'list the counts of each thread: with -p, -t, or all of them'),
];

const outputs = (): Option[] => [
  new Option('-x, --field-separator <separator>', "print perf's CSV fields, separated by this"),
  new Option('-j, --json-output', "print perf's JSON, an object a line"),
  new Option('-B, --big-num', 'group the digits of large numbers: always, in the table'),
  new Option('-o, --output <file>', 'write the result to a file instead of standard error'),
  new Option('--append', 'add to the file of -o'),
  new Option('--log-fd <n>', 'write the result to this open file descriptor'),
  new Option('--quiet', 'print nothing: with --save'),
  new Option('--save <file>', 'also write everything that was found out, as one JSON document'),
  new Option('-v, --verbose', 'add the raw count and times of every CPU'),
];

const others = (): Option[] => [
  new Option('--no-scale', 'leave counts of events that took turns as they are'),
  new Option('--exclude-self', 'take out of the counts what syswide itself adds to them'),
  new Option('--wait-slots <duration>', 'wait this long for debug registers that others hold: 10s, 500ms'),
  new Option('--control <fd:ctl[,ack]|fifo:ctl[,ack]>', 'take enable, disable, ping and stop from there, as perf does'),
];

/** What an option that may be repeated was given so far. */
const listed = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];
