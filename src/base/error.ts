import { visible } from './safe-text';

/** What a `SyswideError` says, each part a short clause without a final stop. */
export interface ErrorText {
  /** What could not be done: `cannot open cycles on cpu1`. */
  readonly what: string;
  /** Why: `the kernel has no hardware PMU here (ENOENT)`. */
  readonly why: string;
  /** What the user can do about it: `check the id with ps`. */
  readonly remedy: string;
  /** The lower-level error, if there was one. */
  readonly cause?: unknown;
}

/**
 * The root of every error that is meant for a user. `code` is stable: scripts match on it, and
 * `docs/exit-codes.md` lists them all. Quoted text from outside is made safe here, so the message is one line.
 */
export class SyswideError extends Error {
  override readonly name: string = 'SyswideError';
  readonly what: string;
  readonly why: string;
  readonly remedy: string;

  constructor(
    readonly code: ErrorCode,
    text: ErrorText,
  ) {
    const [what, why, remedy] = [visible(text.what), visible(text.why), visible(text.remedy)];
    super(`${what} — ${why} — ${remedy}`, text.cause === undefined ? undefined : { cause: text.cause });
    this.what = what;
    this.why = why;
    this.remedy = remedy;
  }
}

/** Every code a `SyswideError` can carry, with what it stands for. */
export const errorCodes = {
  BAD_EVENT: 'an event text cannot be parsed or names nothing known',
  BAD_METRIC: 'a metric cannot be parsed or is not a known one',
  BAD_CPU_LIST: 'a CPU list cannot be parsed',
  NO_SUCH_CPU: 'a CPU that this machine does not have',
  CPU_OFFLINE: 'a CPU that is there but offline',
  NOT_SUPPORTED: 'an event that this machine or kernel cannot count',
  NO_PERMISSION: 'the kernel does not let this user do it',
  NO_SLOT: 'no free debug register',
  TOO_MANY_FILES: 'the file descriptor limit is too low',
  NO_MEMORY: 'the kernel had no memory for it',
  BUSY: 'somebody else holds what is needed exclusively',
  NO_SUCH_PROCESS: 'a process or thread that does not exist',
  NO_SUCH_CGROUP: 'a cgroup that does not exist, or no hierarchy of them',
  SAMPLES_LOST: 'samples were lost: any, with --strict, or more than --max-lost allows',
  OPEN_FAILED: 'the kernel refused an event for another reason',
  CONTROL_FAILED: 'an event that is open could not be enabled, disabled, read or changed',
  COMMAND_NOT_FOUND: 'the command to measure was not found',
  COMMAND_NOT_STARTED: 'the command to measure could not be started',
  HOOK_FAILED: 'a command before or after a run failed',
  USAGE: 'the command line is wrong',
  OUTPUT_FAILED: 'the result could not be written',
  BAD_FILE: 'a recording, or a kernel for its names, that cannot be read, or does not tell what is asked',
  GATE_FAILED: 'a gate has no verdict: its commands fail, or a metric cannot be compared',
  HANDLER_FAILED: 'a file of handlers cannot be loaded, or one of them failed',
  NO_SUCH_GANG: 'no live gang has that id, or several have',
  NOT_ANSWERING: 'the owner of a gang did not answer',
  REGISTRY: 'the directory of live gangs cannot be used',
  NO_TRACEFS: 'tracepoints cannot be looked up',
  SHIM: 'the native shim is missing or does not fit',
  INTERNAL: 'a bug in syswide',
} as const;

/** A stable name of what went wrong. */
export type ErrorCode = keyof typeof errorCodes;

/** What was thrown says, whatever it is. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
