import { Command, Option } from 'commander';
import { cgroupOption, eventOptions } from '../event-option';
import { addGroups } from '../option-groups';
import type { RawRecordOptions } from './record-options';

/**
 * `record` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function recordCommand(
  action: (options: RawRecordOptions, command: readonly string[]) => Promise<void>,
): Command {
  const command = new Command('record')
    .summary('sample events into a perf.data file')
    .description(
      'Sample events system-wide (-a), on some CPUs (-C), in a command, or in running tasks (-p, -t), into a file that ' +
        'every perf tool can read. Without a target and a command, the whole system is sampled until Ctrl-C.',
    )
    .argument('[command...]', 'the command to run meanwhile, with its arguments; put -- before it')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action((argv: string[], options: RawRecordOptions) => action(options, argv));
  addGroups(command, optionGroups());
  return command;
}

function optionGroups(): Record<string, Option[]> {
  const cgroups: string[] = [];
  return {
    'What is sampled:': [...eventOptions('sample', cgroups), ...sampling()],
    'Where:': targets(cgroups),
    ...others(),
  };
}

const targets = (cgroups: string[]): Option[] => [
  new Option('-a, --all-cpus', 'sample every task on every CPU'),
  new Option('-C, --cpu <list>', 'sample every task on these CPUs: 0-3,8,10-15:2'),
  new Option('-p, --pid <list>', 'sample these running processes and the children they start'),
  new Option('-t, --tid <list>', 'sample these running threads and what they start'),
  new Option('-i, --no-inherit', 'leave out threads and processes that are started later'),
  cgroupOption('sample', cgroups),
  new Option('--exclude-perf', 'leave tracepoints out that syswide itself causes'),
  new Option('--exclude-self', 'the same, as stat has it'),
];

const others = (): Record<string, Option[]> => ({
  'When:': [
    new Option('-D, --delay <ms>', 'sample from so many milliseconds after the start; -1: when control enables it'),
    new Option('--timeout <ms>', 'end after so many milliseconds'),
    new Option('--max-size <size>', 'end once the file holds so much: 100M, 2G'),
  ],
  'The file:': [
    new Option(
      '-o, --output <file>',
      'write it there; an earlier one is kept as FILE.old; -: to standard output',
    ).default('perf.data'),
    new Option('--html <file>', 'also make a page of it: see syswide flamegraph'),
    new Option('--switch-output [signal|size|time]', 'begin a new file on SIGUSR2, after 100M or so, or after 10s, 5m'),
    new Option('--switch-max-files <n>', 'keep so many of its files, and remove older ones'),
    new Option('--overwrite', 'keep what is newest in the rings, and write it at the end and on SIGUSR2'),
    new Option('-m, --mmap-pages <size>', 'how long the ring of each CPU is: pages, or 512K, 8M'),
    new Option('-B, --no-buildid', 'do not look at the end which builds of programs were recorded'),
    new Option('-N, --no-buildid-cache', 'do not copy programs into a cache: syswide never does'),
    new Option('--strict', 'lost samples are a failure'),
    new Option('--max-lost <number|share>', 'more lost samples than that are a failure: 1000, or 0.1%'),
    new Option('-q, --quiet', 'say nothing but errors'),
    new Option('-v, --verbose', 'also tell how it was done'),
  ],
  'Other:': [
    new Option('--wait-slots <duration>', 'wait this long for debug registers that others hold: 10s, 500ms'),
    new Option(
      '--control <fd:ctl[,ack]|fifo:ctl[,ack]>',
      'take enable, disable, ping and stop from there, as perf does',
    ),
  ],
});

const sampling = (): Option[] => [
  new Option('-F, --freq <n>', 'so many samples a second, or max; 4000 by default'),
  new Option('-c, --count <n>', 'one sample every so many events'),
  new Option('-g', 'with call chains, by frame pointers'),
  new Option('--call-graph <how>', 'with call chains: fp, dwarf, or dwarf,BYTES of stack'),
  new Option('-d, --data', 'with the address that was accessed, and maps of data'),
  new Option('-W, --weight', 'with what the access cost'),
  new Option('-R, --raw-samples', 'with what the kernel knows besides: tracepoints always have it'),
  new Option('-T, --timestamp', 'with the time: always'),
  new Option('-P, --period', 'with the period: always'),
  new Option('--sample-cpu', 'with the CPU: always'),
  new Option('-k, --clockid <clock>', 'the clock of their times: monotonic, monotonic_raw, realtime, boottime, tai'),
  new Option('--switch-events', 'also tell when tasks come onto a CPU and leave it'),
  new Option('--namespaces', 'also tell which namespaces tasks are in'),
  new Option('--all-cgroups', 'with the cgroup that it was taken in, and tell which there are'),
  new Option('--synth <what>', 'tell of what runs already: all, task, mmap, cgroup or no').default('all'),
  new Option('--all-user', 'sample user space only, whatever the events say'),
  new Option('--all-kernel', 'sample the kernel only, whatever the events say'),
  new Option('--allow-missing', 'go on without events that this machine does not have'),
];

const examples = `
Examples:
  syswide record -a -g -- sleep 10              the whole machine
  syswide record -g -- make                     a command and its children
  syswide record -a -e sched:sched_switch -- sleep 1
  syswide record -p 4711                        until it ends or Ctrl-C
  perf report                                   what was recorded

Exit status: the command's own; 128+N when signal N ended it or the recording;
127 command not found, 126 command not executable, 125 when syswide itself
failed, or samples were lost under --strict or --max-lost.`;
