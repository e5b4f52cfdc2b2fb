import { spawn } from 'node:child_process';
import { launcher, type Outcome, type Running } from '../live/run';

const running = new Set<Running['process']>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts a program that may run for half an hour, which live tests' own may not.
 * @param stdout `ignore` for one that prints all the time
 */
function startLong(command: readonly string[], stdout: 'pipe' | 'ignore' = 'pipe'): Running {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', stdout, 'pipe'] });
  running.add(child);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => {
      running.delete(child);
      resolve({ status, signal, stdout: out, stderr: err });
    });
  });
  return { process: child as Running['process'], stdout: () => out, ended };
}

/** The same of syswide. */
export const startLongSyswide = (args: readonly string[], stdout: 'pipe' | 'ignore' = 'pipe'): Running =>
  startLong([process.execPath, launcher, ...args], stdout);
