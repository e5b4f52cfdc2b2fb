import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { type ErrorCode, SyswideError } from '../base/error';
import { hangupIgnored } from '../base/hangup';
import { asSyswideError, complain, errorLine } from './console';
import { exitStatus } from './exit-status';

/** Commands whose exit status is that of what they ran: their own failures have a status that commands seldom use. */
const runners = new Set(['stat', 'record']);

/** Everything, from the arguments to the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    checkFiles();
    const { run } = await import('./program');
    return await run(argv);
  } catch (error) {
    const told = asSyswideError(error);
    complain(errorLine(told));
    await showPlace(told);
    if (process.env.SYSWIDE_DEBUG && told.cause instanceof Error)
      for (const line of (told.cause.stack ?? '').split('\n')) complain(line);
    return failureStatus(told.code, argv[0]);
  }
}

/** With fewer file descriptors than that no command gets far, and each would fail at a place of its own. */
const LEAST_FILES = 32;

/** @throws SyswideError TOO_MANY_FILES */
function checkFiles(): void {
  const most = mostFiles();
  if (most >= LEAST_FILES) return;
  throw new SyswideError('TOO_MANY_FILES', {
    what: 'cannot begin',
    why: `it takes ${LEAST_FILES} file descriptors at least, and the limit is ${most}`,
    remedy: 'raise it with `ulimit -n`',
  });
}

/** Node has raised the limit as far as it may. */
function mostFiles(): number {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined || soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') return Number.POSITIVE_INFINITY;
    // All are in use, which only the next one that is opened tells.
    return 20;
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

/**
 * Node sets terminals back to what they were when it ends: it would undo what a command did to one on purpose (stty), and
 * abort where one has hung up. What is closed it leaves alone.
 */
function leaveTerminals(): void {
  for (const fd of [0, 1, 2]) {
    try {
      if (fstatSync(fd).isCharacterDevice()) closeSync(fd);
    } catch {
      // It is closed already.
    }
  }
}

process.on('exit', leaveTerminals);
if (hangupIgnored) process.on('SIGHUP', () => {});
// Node would open a port for debuggers, at which whoever can connect runs code as this user.
process.on('SIGUSR1', () => {});
main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
