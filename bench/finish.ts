import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** What a process wrote until its end. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Waits until a process, started with pipes for what is to be collected, has ended.
 * @throws Error when it cannot be started or fails, with what it said
 */
export function finish(child: ChildProcess): Promise<Output> {
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      const output = { stdout: stdout.join(''), stderr: stderr.join('') };
      if (status === 0) resolve(output);
      else reject(new Error(`${child.spawnargs.join(' ')} failed (${signal ?? status}): ${output.stderr.trim()}`));
    });
  });
}

/**
 * Waits for the first output of a process, which says that it is ready.
 * @param finished settles when the same process has ended
 * @throws Error when it ends without any, as `finish` does when it failed
 */
export async function firstOutput(stdout: Readable, finished: Promise<unknown>): Promise<void> {
  const data = new Promise<'data'>((resolve) => stdout.once('data', () => resolve('data')));
  if ((await Promise.race([data, finished])) !== 'data') throw new Error('a process ended before it was ready');
}

function collect(stream: Readable | null): string[] {
  const parts: string[] = [];
  stream?.setEncoding('utf8').on('data', (part: string) => parts.push(part));
  return parts;
}
