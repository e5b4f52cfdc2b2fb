import { compile, csvRows, type Outcome, syswide } from '../run';

/** The program that calls `work` and writes `counter` 1,000 times, linked both ways. */
export const programs = [
  { kind: 'position-independent', ...compile('counted-writes', ['-pie', '-fPIE']) },
  { kind: 'linked to a fixed address', ...compile('counted-writes', ['-no-pie']) },
] as const;

export const dispose = (): void => {
  for (const program of programs) program.dispose();
};

/** The counts of a run, by event as typed. */
export function counts(outcome: Outcome): Record<string, string> {
  return Object.fromEntries(csvRows(outcome.stderr).map(([value = '', , event = '']) => [event, value]));
}

/** Counts these events and fails unless the command ended well. */
export function count(args: readonly string[]): Record<string, string> {
  const outcome = syswide(['stat', '-x,', ...args]);
  if (outcome.status !== 0) throw new Error(outcome.stderr);
  return counts(outcome);
}
