/**
 * Exit statuses, as `env` and `timeout` use them: the command's own when it ran, 128 + N when signal N ended it.
 * `docs/exit-codes.md` lists them for users.
 */
export const exitStatus = {
  success: 0,
  /** A command that starts nothing could not do what it was asked to. */
  failed: 1,
  /** A command that starts nothing was called wrongly. */
  usage: 2,
  /** syswide's own failure, where the command's statuses are taken. */
  ownFailure: 125,
  notExecutable: 126,
  notFound: 127,
  signalled: (signal: number): number => 128 + signal,
} as const;
