import { Command, Option } from 'commander';
import { addGroups } from '../option-groups';
import { filterOptions, recordingOptions } from '../recording-options';
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
  addGroups(command, groups());
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'The recording:': recordingOptions(),
  'Which samples:': filterOptions(),
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
