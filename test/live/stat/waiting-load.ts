import { blocksIn, eventually, start } from '../run';

/** Starts a program on CPU 0 that will make so many getppid(2) calls, and waits for its signal before that. */
export async function waitingLoad(path: string, calls: number): Promise<{ pid: number; ended: Promise<unknown> }> {
  const load = start('taskset', ['-c', '0', path, `${calls}`]);
  const pid = load.process.pid ?? 0;
  await eventually(() => blocksIn(pid, /sigtimedwait/), 'the load waits for its signal');
  return { pid, ended: load.ended };
}

/** A command that lets the load go and ends when it has ended. It starts only once everything counts. */
export const release = (pid: number): string[] => [
  '--',
  'sh',
  '-c',
  `kill -USR1 ${pid}; tail --pid=${pid} -s 0.01 -f /dev/null`,
];
