import { Command, Option } from 'commander';
import type { RawScriptOptions } from './script-options';

/**
 * `script` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function scriptCommand(action: (options: RawScriptOptions) => Promise<void>): Command {
  const command = new Command('script')
    .summary('print the samples of a recording, one by one')
    .description(
      'Print the samples of a recording in the order of their time, as perf script does. Reads recordings of both.',
    )
    .addHelpText('after', examples)
    .action((options: RawScriptOptions) => action(options));
  for (const [heading, options] of Object.entries(groups())) {
    for (const option of options) command.addOption(option.helpGroup(heading));
  }
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'The recording:': [
    new Option('-i, --input <file>', 'read this one').default('perf.data'),
    new Option('--symfs <folder>', 'look for programs below this folder'),
    new Option('--kallsyms <file>', "the kernel's symbols, as /proc/kallsyms had them"),
  ],
  'Which samples:': [
    new Option('--comms <list>', 'only of commands with these names'),
    new Option('--pid <list>', 'only of these processes'),
    new Option('--tid <list>', 'only of these threads'),
    new Option('-C, --cpu <list>', 'only from these CPUs: 0-3,8'),
    new Option('--time <from,to>', 'only between these times, in seconds as they are shown'),
  ],
  'How they are shown:': [
    new Option('-F, --fields <list>', 'comm, tid, pid, time, cpu, event, trace, ip, sym, symoff, dso, period, addr'),
    new Option('-G, --hide-call-graph', 'without call chains'),
    new Option('--ns', 'times to the nanosecond'),
    new Option('--reltime', 'times since the first sample'),
    new Option('--deltatime', 'times since the sample before'),
  ],
});

const examples = `
Examples:
  syswide script                                the samples of perf.data
  syswide script -F comm,time,event,trace       of tracepoints
  syswide script -F +pid -C 1 --time 12.5,13

Exit status: 0; 1 when the recording cannot be read; 2 for a command line that makes no sense.`;
