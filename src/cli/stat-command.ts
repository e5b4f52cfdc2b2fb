import { Command, Option } from 'commander';
import { eventOptions } from './event-option';
import type { RawStatOptions } from './stat-options';

/**
 * `stat` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function statCommand(action: (options: RawStatOptions, command: readonly string[]) => Promise<void>): Command {
  const [event, filter] = eventOptions();
  return new Command('stat')
    .summary('count events while a command runs, or until Ctrl-C')
    .description(
      'Count events system-wide (-a), on some CPUs (-C), in a command, or in running tasks (-p, -t), and print one ' +
        'count for each. Without a target and a command, the whole system is counted until Ctrl-C.',
    )
    .argument('[command...]', 'the command to run meanwhile, with its arguments; put -- before it')
    .passThroughOptions()
    .option('-a, --all-cpus', 'count every task on every CPU')
    .option('-C, --cpu <list>', 'count every task on these CPUs: 0-3,8,10-15:2')
    .option('-p, --pid <list>', 'count these running processes and the children they start')
    .option('-t, --tid <list>', 'count these running threads and what they start')
    .addOption(event)
    .addOption(filter)
    .option('-A, --no-aggr', 'list the counts of each CPU: with -a or -C')
    .option('--per-cpu', 'like -A, and split the counts of a command or of tasks by CPU')
    .option('-x, --field-separator <separator>', "print perf's CSV fields, separated by this")
    .option('-j, --json-output', "print perf's JSON, an object a line")
    .option('-o, --output <file>', 'write the result to a file instead of standard error')
    .option('--append', 'add to the file of -o')
    .option('--save <file>', 'also write everything that was found out, as one JSON document')
    .option('--wait-slots <duration>', 'wait this long for debug registers that others hold: 10s, 500ms')
    .option('--control <fd:ctl[,ack]|fifo:ctl[,ack]>', 'take enable, disable, ping and stop from there, as perf does')
    .option('--exclude-self', 'take out of the counts what syswide itself adds to them')
    .option('-v, --verbose', 'add the raw count and times of every CPU')
    .addOption(new Option('--allow-missing', 'list events that this machine does not have as <not supported>'))
    .addHelpText('after', examples)
    .action((command: string[], options: RawStatOptions) => action(options, command));
}

const examples = `
Examples:
  syswide stat -a -- sleep 1                           the default events, on the whole machine
  syswide stat -e context-switches,page-faults -- make one command and its children
  syswide stat -C 0-3 -x, -e raw_syscalls:sys_enter -- sleep 5
  syswide stat -p 4711                                 a running process, until it ends or Ctrl-C

Exit status: the command's own; 128+N when signal N ended it or the measurement; 127 command not found,
126 command not executable, 125 when syswide itself failed.`;
