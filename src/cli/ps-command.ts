import { Command } from 'commander';

/** The options of `ps`, as commander hands them over. */
export interface PsOptions {
  readonly json?: boolean;
}

/**
 * `ps` and its options.
 * @param action what to do with them
 */
export function psCommand(action: (options: PsOptions) => Promise<void>): Command {
  return new Command('ps')
    .summary('list the live gangs of this host')
    .description(
      'List the gangs that are counted or sampled now, by this user, or by root and all users when root asks. State and\n' +
        'losses are asked of the owners; one that is stopped is listed as not answering.',
    )
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExit status: 0, also when there are none; 1 when none can be looked for.')
    .action((options: PsOptions) => action(options));
}
