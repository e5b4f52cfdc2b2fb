import { Argument, Command, Option } from 'commander';
import { addGroups } from '../option-groups';
import { filterOptions, inlineOption, recordingOptions } from '../recording-options';
import type { RawFlamegraphOptions } from './flamegraph-options';

/**
 * `flamegraph` and its options.
 * @param action what to do with them
 */
export function flamegraphCommand(action: (files: string[], options: RawFlamegraphOptions) => Promise<void>): Command {
  const command = new Command('flamegraph')
    .summary('make an HTML page of a recording: CPUs over time, flame graph, tables')
    .description(
      'Write one HTML file with all samples of a recording, to be looked at in a browser: a map of CPUs and time, ' +
        'flame graphs of any part of it, search, tables of functions. It needs no network. Reads recordings of ' +
        'syswide and of perf.',
    )
    .addArgument(new Argument('[recordings...]', 'with --diff: what was before, and what is now'))
    .addHelpText('after', examples)
    .action((files: string[], options: RawFlamegraphOptions) => action(files, options));
  addGroups(command, {
    'The recording:': [...recordingOptions(), new Option('--diff', 'compare two recordings: --diff BASE NEW')],
    'Which samples:': filterOptions(),
    'The page:': [
      new Option('-o, --output <file>', 'write it there; -: to standard output').default('flamegraph.html'),
      inlineOption(),
      new Option('--title <text>', 'what stands above it'),
      new Option('-q, --quiet', 'say nothing but errors'),
    ],
  });
  return command;
}

const examples = `
Examples:
  syswide flamegraph                            flamegraph.html of perf.data
  syswide flamegraph -i big.data -o big.html
  syswide flamegraph --diff before.data after.data
  syswide record --html page.html -a -g -- sleep 10

Exit status: 0; 1 when a recording cannot be read; 2 for a command line that
makes no sense.`;
