import { Command } from 'commander';

/** The options of `ps`, as commander hands them over. */
export interface PsOptions {
  readonly json?: boolean;
  readonly ids?: boolean;
}

/**
 * `ps` and its options.
 * @param action what to do with them
 */
export function psCommand(action: (options: PsOptions) => Promise<void>): Command {
  return new Command('ps')
    .summary('list the measurements that run now, by id')
    .description(
      'List the measurements that run now: those of this user, or of everybody when root asks. Each has an id for ' +
        'syswide ctl. Its state is asked of the process that measures; where that is stopped, it is listed as not ' +
        'answering.',
    )
    .option('--json', 'print a JSON array')
    .option('--ids', 'print only the ids, one a line: for shells and scripts')
    .addHelpText('after', '\nExit status: 0, also when there are none; 1 when none can be looked for.')
    .action((options: PsOptions) => action(options));
}
