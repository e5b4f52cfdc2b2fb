import { Argument, Command, Option } from 'commander';
import { functionOptions } from '../function-filter';
import { addGroups } from '../option-groups';
import { filterOptions, forceOption, percentageOption, symbolOptions } from '../recording-options';
import type { RawDiffOptions } from './diff-options';

/**
 * `diff` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function diffCommand(action: (files: string[], options: RawDiffOptions) => Promise<void>): Command {
  const command = new Command('diff')
    .summary('show what differs between two recordings')
    .description(
      'Show by how much the share of each function differs between two recordings, and whether that is more than ' +
        'chance. Reads recordings of syswide and of perf.',
    )
    .addArgument(new Argument('[old]', 'what was before').default('perf.data.old'))
    .addArgument(new Argument('[new]', 'what is now').default('perf.data'))
    .addHelpText('after', examples)
    .action((base: string, other: string, options: RawDiffOptions) => action([base, other], options));
  addGroups(command, groups());
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'The recordings:': [forceOption(), ...symbolOptions()],
  'Which samples:': [...filterOptions(), ...functionOptions(), percentageOption()],
  'How they are compared:': [
    new Option('-s, --sort <keys>', 'put together what is equal in: comm, pid, tid, cpu, dso, sym').default('dso,sym'),
    new Option('-c, --compute <what>', 'delta, delta-abs: the largest first, whichever way; ratio').default(
      'delta-abs',
    ),
    new Option('-b, --baseline-only', 'only what the old one has, too'),
    new Option('--json', 'as one JSON document'),
    new Option('-q, --quiet', 'only the entries'),
  ],
});

const examples = `
Examples:
  syswide diff                            the last two recordings
  syswide diff before.data after.data -s dso
  syswide diff before.data after.data -c ratio -b

Exit status: 0; 1 when a recording cannot be read; 2 for a command line that
makes no sense.`;
