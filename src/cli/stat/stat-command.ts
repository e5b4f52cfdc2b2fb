import { Command } from 'commander';
import { addGroups } from '../option-groups';
import type { RawStatOptions } from './raw-stat-options';
import { statOptionGroups } from './stat-option-list';

/**
 * `stat` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function statCommand(action: (options: RawStatOptions, command: readonly string[]) => Promise<void>): Command {
  const command = new Command('stat')
    .summary('count events while a command runs, or until Ctrl-C')
    .description(
      'Count events system-wide (-a), on some CPUs (-C), in a command, or in running tasks (-p, -t), and print one ' +
        'count for each. Without a target and a command, the whole system is counted until Ctrl-C.',
    )
    .argument('[command...]', 'the command to run meanwhile, with its arguments; put -- before it')
    .passThroughOptions()
    .addHelpText('after', examples)
    .action((argv: string[], options: RawStatOptions) => action({ ...options, detailed: details }, argv));
  // An option without an argument does not tell how often it was given.
  let details = 0;
  command.on('option:detailed', () => {
    details += 1;
  });
  addGroups(command, statOptionGroups());
  return command;
}

const examples = `
Examples:
  syswide stat -a -- sleep 1              the default events, on all CPUs
  syswide stat -e cs,faults -- make       one command and its children
  syswide stat -C 0-3 -x, -e raw_syscalls:sys_enter -- sleep 5
  syswide stat -p 4711                    a process, until it ends or Ctrl-C
  syswide stat -r 5 -- make check         five runs: their mean, and its error
  syswide stat -a -I 1000                 every second, until Ctrl-C
  syswide stat -a --per-socket -M ipc     a metric, socket by socket

Exit status: the command's own; 128+N when signal N ended it or the measurement;
127 command not found, 126 command not executable, 125 when syswide itself
failed.`;
