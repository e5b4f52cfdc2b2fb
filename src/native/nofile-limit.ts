import { readFileSync } from 'node:fs';

/**
 * The soft RLIMIT_NOFILE to give a command, so that it sees the one syswide was started with: Node raises its own to
 * the hard limit at start-up, and some programs take long over a million possible fds. The parent's stands for it.
 * @returns undefined when the limit needs no change, or is not known. Source: proc(5), `/proc/<pid>/limits`.
 */
export function inheritedNofile(): bigint | undefined {
  return lowerNofile(limitsOf(process.ppid), limitsOf('self'));
}

/** The soft limit in `theirs` when it is lower than that in `ours`; both are texts of `/proc/<pid>/limits`. */
export function lowerNofile(theirs: string, ours: string): bigint | undefined {
  const [their, our] = [softNofile(theirs), softNofile(ours)];
  if (their === undefined || their === 'unlimited' || our === undefined) return undefined;
  return our === 'unlimited' || their < our ? their : undefined;
}

function softNofile(limits: string): bigint | 'unlimited' | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  return soft === undefined || soft === 'unlimited' ? soft : BigInt(soft);
}

function limitsOf(process: number | 'self'): string {
  try {
    return readFileSync(`/proc/${process}/limits`, 'utf8');
  } catch {
    return '';
  }
}
