import { writeSync } from 'node:fs';
import type { ErrorCode } from '../base/error';
import { asSyswideError, complain, errorLine } from './console';
import { exitStatus } from './exit-status';
import { version } from './version';

/** Commands whose exit status is that of what they ran: their own failures have a status that commands seldom use. */
const runners = new Set(['stat', 'record']);

/** Everything, from the arguments to the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  // Scripts ask for the version often; it needs nothing of what follows.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    writeSync(1, `${version}\n`);
    return exitStatus.success;
  }
  try {
    const { run } = await import('./program');
    return await run(argv);
  } catch (error) {
    const told = asSyswideError(error);
    complain(errorLine(told));
    await showPlace(told);
    if (process.env.SYSWIDE_DEBUG && told.cause instanceof Error) complain(told.cause.stack ?? '');
    return failureStatus(told.code, argv[0]);
  }
}

/** Below an error in an event text, the text with a caret where it is wrong. */
async function showPlace(error: unknown): Promise<void> {
  const { EventSpecError, pointAt } = await import('../events/event-spec-error');
  if (error instanceof EventSpecError) for (const line of pointAt(error.where)) complain(`  ${line}`);
}

function failureStatus(code: ErrorCode, command: string | undefined): number {
  // All other statuses of a gate say what it found.
  if (command === 'gate') return exitStatus.ownFailure;
  if (!runners.has(command ?? '')) return code === 'USAGE' ? exitStatus.usage : exitStatus.failed;
  if (code === 'COMMAND_NOT_FOUND') return exitStatus.notFound;
  if (code === 'COMMAND_NOT_STARTED') return exitStatus.notExecutable;
  return exitStatus.ownFailure;
}

main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
