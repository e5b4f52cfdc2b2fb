/** What /proc/self/stat said of the shell that became this process: the launcher puts it there, for nobody else. */
const VARIABLE = 'SYSWIDE_PROC_STAT';

/** The field of proc(5) that tells which signals are ignored, a bit each, counted from the state behind the name. */
const IGNORED_FIELD = 33 - 3;

/** Whether that process ignores SIGHUP, the signal of the lowest bit. */
export function ignoresHangup(stat: string): boolean {
  const ignored = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[IGNORED_FIELD];
  return Number(ignored) % 2 === 1;
}

/**
 * Whether SIGHUP was ignored when syswide was started, as `nohup` does it. Node lets every signal do what it does by
 * default, so it would end what was meant to go on.
 */
export const hangupIgnored = ignoresHangup(process.env[VARIABLE] ?? '');
delete process.env[VARIABLE];
