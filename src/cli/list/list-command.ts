import { Command } from 'commander';

/** The options of `list`, as commander hands them over. */
export interface ListOptions {
  readonly json?: boolean;
  readonly rawDump?: boolean;
  readonly verbose?: boolean;
  readonly probe?: boolean;
}

/**
 * `list` and its options.
 * @param action what to do with them
 */
export function listCommand(action: (globs: readonly string[], options: ListOptions) => Promise<void>): Command {
  return new Command('list')
    .summary('list the events of this machine')
    .description('List every event of this machine by kind: those -e takes by name, and patterns for all others.')
    .argument(
      '[globs...]',
      "a kind (hw sw tool cache pmu raw mem probe tracepoint), a glob ('sched:*') or part of a name",
    )
    .option('-v, --verbose', 'add the fields of each tracepoint')
    .option('--probe', 'open each event, disabled, and say whether it can be counted here, and if not, why')
    .option('--json', 'print a JSON array, one event a line')
    .option('--raw-dump', 'print only the names that -e takes, one a line: for shells')
    .addHelpText('after', notes)
    .action((globs: string[], options: ListOptions) => action(globs, options));
}

const notes = `
--probe opens every tracepoint when at most 64 are selected; of more it opens
one of each system, which speaks for the others (shown as \`(yes)\`): the kernel
takes some 40 ms to close each.

Exit status: 0; 1 when one of the globs matches nothing.`;
