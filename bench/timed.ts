import { spawnSync } from 'node:child_process';
import type { Programs } from './programs';
import type { Argv } from './tools';

/** What a reader of the text does not see, so that it costs neither side. */
export const intoNothing = (argv: Argv): Argv => ['sh', '-c', 'exec "$@" > /dev/null', 'sh', ...argv];

/** What one run of a command took. */
export interface Timing {
  /** By the monotonic clock, just before its fork. */
  readonly startMs: number;
  /** From then until it was waited for. */
  readonly wallMs: number;
  /** User and system time of the command and of its children that it waited for. */
  readonly cpuMs: number;
  /** The most memory that it, or a child that it waited for, had resident. */
  readonly maxRssMib: number;
  /** What it wrote there. Its standard error is thrown away. */
  readonly stdout: string;
}

/**
 * Runs a command once under `programs/timed.c`, which says how the figures come about.
 * @throws Error when it fails, with what it said
 */
export function timed(programs: Programs, argv: Argv): Timing {
  const run = spawnSync(programs.path('timed'), argv, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], encoding: 'utf8' });
  if (run.error) throw run.error;
  const [start, wall, cpu, status, rss = 0] = (run.output[3] ?? '').split(' ').map(Number);
  if (start === undefined || wall === undefined || cpu === undefined || status !== 0) {
    throw new Error(`${argv.join(' ')} failed (wait status ${status}): ${run.stderr.trim()}`);
  }
  return { startMs: start / 1e6, wallMs: wall / 1e6, cpuMs: cpu / 1e6, maxRssMib: rss / 1024, stdout: run.stdout };
}
