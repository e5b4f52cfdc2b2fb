import { Argument, Command, Option } from 'commander';
import { addGroups } from '../option-groups';
import type { RawGateOptions } from './gate-options';

const gathered = (value: string, before: readonly string[] = []): string[] => [...before, value];

/**
 * `gate` and its options.
 * @param action what to do with them, and with the words of the command
 */
export function gateCommand(action: (command: string[], options: RawGateOptions) => Promise<void>): Command {
  const command = new Command('gate')
    .summary('compare two builds of a command, for CI: regressed, pass or inconclusive')
    .description(
      'Run two commands in turn, pair by pair in random order, until it is clear for each metric whether the new one ' +
        'takes more. Without a command, run the gates that syswide.toml lists.',
    )
    .addArgument(new Argument('[command...]', 'the new one, with its arguments'))
    .passThroughOptions()
    .addHelpText('after', examples)
    .action((words: string[], options: RawGateOptions) => action(words, options));
  addGroups(command, groups());
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'What is compared:': [
    new Option('--base <command>', 'the command as it was'),
    new Option('--cwd-base <folder>', 'where that runs: another checkout'),
    new Option('--name <name>', 'what the gate is called'),
    new Option(
      '--metric <metric>',
      'time, user, sys, maxrss or an event; NAME:+2% passes if it is surely less than 2 % more',
    ).argParser(gathered),
    new Option('-e, --event <events>', 'events as metrics, as stat takes them').argParser(gathered),
    new Option('-a, --all-cpus', 'count events on every CPU, without what syswide itself does'),
    new Option('-C, --cpu <list>', 'count events on these CPUs'),
    new Option('--allow-scaled', 'also counts of events that took turns, from half of the time on'),
  ],
  'How it runs:': [
    new Option('--pairs <n>', 'at most so many pairs of runs, up to 50').default('40'),
    new Option('--warmup <n>', 'runs of each command that are not counted').default('1'),
    new Option('--seed <n>', 'of the random order, to run it again just so'),
    new Option('--setup <command>', 'a shell command before everything'),
    new Option('--prepare <command>', 'a shell command before each run'),
    new Option('--cleanup <command>', 'a shell command after everything'),
    new Option('--show-output', 'show what the commands print'),
    new Option('--config <file>', 'the list of gates').default('syswide.toml'),
  ],
  'Stored baselines:': [
    new Option('--save-base <file>', 'store what the command takes, instead of comparing it'),
    new Option('--baseline <file>', 'compare with what was stored: a weaker design'),
    new Option('--calibrate', 'compare the command with itself: how far this machine varies; --save-base stores it'),
  ],
  'What becomes of it:': [
    new Option('--json', 'as one JSON document'),
    new Option('--junit <file>', 'also as JUnit XML'),
    new Option('--markdown <file>', 'also as Markdown; it is always added to $GITHUB_STEP_SUMMARY'),
    new Option('--html <file>', 'also as a page with all pairs'),
    new Option('--inconclusive <verdict>', 'pass: an inconclusive gate is accepted').choices(['pass', 'fail']),
  ],
});

const examples = `
Examples:
  syswide gate --base 'git-base/build/app data' -- build/app data
  syswide gate --metric user:+2% -e page-faults --base ./old -- ./new
  syswide gate                                  the gates of syswide.toml

Exit status: 0 pass or improved, 1 regressed, 2 inconclusive, 125 when there is
no verdict.`;
