import { Command } from 'commander';

/** The options of `slots`, as commander hands them over. */
export interface SlotsOptions {
  readonly json?: boolean;
}

/**
 * `slots` and its options.
 * @param action what to do with them
 */
export function slotsCommand(action: (options: SlotsOptions) => Promise<void>): Command {
  return new Command('slots')
    .summary('show which debug registers are free, and who may hold the others')
    .description(
      'Show how many debug registers of each CPU are free for breakpoints (mem:…), and the processes that hold perf ' +
        'events or are traced by a debugger. The registers are counted by taking the free ones for some microseconds.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit status: 0; 1 when the machine has no debug registers.')
    .action((options: SlotsOptions) => action(options));
}
