import { Command, Option } from 'commander';
import { functionOptions } from '../function-filter';
import { addGroups } from '../option-groups';
import { filterOptions, inlineOption, percentageOption, recordingOptions } from '../recording-options';
import type { RawReportOptions } from './report-options';

/**
 * `report` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function reportCommand(action: (options: RawReportOptions) => Promise<void>): Command {
  const command = new Command('report')
    .summary('show where the samples of a recording are from')
    .description(
      'Show which commands, programs and functions the samples of a recording are from, and who called them. Reads ' +
        'recordings of syswide and of perf.',
    )
    .addHelpText('after', examples)
    .action((options: RawReportOptions) => action(options));
  addGroups(command, groups());
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'The recording:': recordingOptions(),
  'Which samples:': [
    ...filterOptions('-c, '),
    ...functionOptions(),
    new Option('--symbol-filter <text>', 'only functions with this in their names'),
    percentageOption(),
  ],
  'How they are shown:': [
    new Option(
      '-s, --sort <keys>',
      'put together what is equal in: comm, dso, sym (default), pid, tid, cpu, socket, cgroup, srcline, event, parent',
    ),
    new Option(
      '-F, --fields <list>',
      'show these columns: overhead, overhead_sys, …_us, …_children, sample, period, keys',
    ),
    new Option('-p, --parent <regex>', 'functions that are parents: a key more, and what the key parent goes by'),
    new Option('-x, --exclude-other', 'only what has a parent'),
    new Option('--children', 'give callers a share of what they call: by default, where there are call chains'),
    new Option('--no-children', 'do not'),
    new Option(
      '-g, --call-graph <how>',
      'graph, fractal, flat, folded or none; least percentage, most functions; caller or callee; count',
    ),
    new Option('--max-stack <n>', 'so many functions of a call chain at most'),
    new Option('--ignore-callees <regex>', 'what these functions call is theirs'),
    new Option('-U, --hide-unresolved', 'without functions that have no name'),
    new Option('-G, --inverted', 'trees from callers to what they call: -g caller'),
    inlineOption(),
    new Option('--no-inline', 'not: as without it'),
    new Option('--hierarchy', 'each key below the one before, with its own share'),
    new Option('--group', 'all events in one table, a column for each; without it those that were recorded as a group'),
    new Option('--no-group', 'each event in a table of its own'),
    new Option('-n, --show-nr-samples', 'also how many samples'),
    new Option('--show-total-period', 'also how many events samples stand for'),
    new Option('--show-cpu-utilization', 'also shares of the kernel and of user space'),
    new Option('-t, --field-separator <text>', 'between columns, instead of spaces'),
    new Option('-w, --column-widths <list>', 'of columns from left to right; 0: as wide as it takes'),
    new Option('--percent-limit <percent>', 'leave out what has less'),
    new Option('--header', 'first what the recording says of its making'),
    new Option('--header-only', 'only that'),
    new Option('--stats', 'only how many records of each kind there are, and samples of each event'),
    new Option('--tasks', 'only which threads there were, below those that began them'),
    new Option('--mmaps', 'the same, and what each had in its memory'),
    new Option('-D, --dump-raw-trace', 'only the records, byte by byte'),
    new Option('--stdio', 'as text: always'),
    new Option('--skip-empty', 'without events of which there are no samples: always'),
    new Option('--json', 'as one JSON document'),
    new Option('-q, --quiet', 'only the entries'),
  ],
});

const examples = `
Examples:
  syswide report                                perf.data, with call trees
  syswide report --no-children -g none          one line for each function
  syswide report -s dso,sym -C 0 --percent-limit 1
  syswide report -g fractal,5,callee
  syswide report -F overhead,sample,pid,sym -g none

Exit status: 0; 1 when the recording cannot be read; 2 for a command line that
makes no sense.`;
