import { Command } from 'commander';

/** The options of `doctor`, as commander hands them over. */
export interface DoctorOptions {
  readonly json?: boolean;
}

/**
 * `doctor` and its options.
 * @param action what to do with them
 */
export function doctorCommand(action: (options: DoctorOptions) => Promise<void>): Command {
  return new Command('doctor')
    .summary('say what this machine and user can count, and how to mend the rest')
    .description(
      'Look at everything that decides what can be counted here: permissions, limits, what the kernel and the machine ' +
        'have, and syswide itself. Says of each what it costs to be without, and the command that mends it.',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', '\nExit status: 0; 1 when the main job, counting on every CPU (stat -a), cannot be\ndone.')
    .action((options: DoctorOptions) => action(options));
}
