import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher } from '../live/run';

/** How a command ended, with its CPU time in s and the most memory that it had in bytes. */
export interface Measured {
  readonly status: number | null;
  readonly seconds: number;
  readonly bytes: number;
}

/** 4 times a file, and 64 MB: what reading it may take over what is there already. */
export const mostBytes = (file: number): number => 4 * file + (64 << 20);

/**
 * Measures syswide. @param folder for what a process tells at its end
 * @returns what runs it with arguments, to its end
 */
export function measuring(folder: string): (args: readonly string[]) => Measured {
  const [used, hook] = [join(folder, 'used'), join(folder, 'hook.cjs')];
  // What a process took is known to itself, at its end. Not by getrusage(2): that has what its parent took, too.
  writeFileSync(
    hook,
    `const { readFileSync, writeFileSync } = require('node:fs');
    process.on('exit', () => {
      const kib = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
      writeFileSync(${JSON.stringify(used)}, JSON.stringify({ kib, ...process.cpuUsage() }));
    });`,
  );
  return (args) => {
    const { status } = spawnSync(process.execPath, ['--require', hook, launcher, ...args], {
      stdio: 'ignore',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const { kib, user, system } = JSON.parse(readFileSync(used, 'utf8'));
    return { status, seconds: (user + system) / 1e6, bytes: kib * 1024 };
  };
}
