import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const launcher = join(root, 'bin/syswide.js');
const workloads = join(root, 'test/fixtures/workloads');

/** How a program ended, and what it printed. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly cwd?: string;
  /** Run as a user without any right. */
  readonly unprivileged?: boolean;
}

const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Runs the built command line to its end. */
export function syswide(args: readonly string[], options: RunOptions = {}): Outcome {
  const command = [...(options.unprivileged ? nobody : []), process.execPath, launcher, ...args];
  return run(command, options);
}

export const perf = (args: readonly string[], options: RunOptions = {}): Outcome => run(['perf', ...args], options);

function run([file = '', ...args]: readonly string[], { env, input, cwd }: RunOptions): Outcome {
  const { status, signal, stdout, stderr } = spawnSync(file, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C', ...env },
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 28,
  });
  return { status, signal, stdout, stderr };
}

/** Nothing a test runs may hang it. */
const LONGEST_MS = process.env.SYSWIDE_TORTURE === '1' ? 1_800_000 : 60_000;

/** A program that runs beside the test. */
export interface Running {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly stdout: () => string;
  readonly ended: Promise<Outcome>;
}

/** What a failing test leaves running is ended with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function start(file: string, args: readonly string[]): Running {
  const child = spawn(file, args, { env: { ...process.env, LC_ALL: 'C' }, timeout: LONGEST_MS, killSignal: 'SIGKILL' });
  running.add(child);
  child.on('exit', () => running.delete(child));
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr?.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
  return { process: child, stdout: () => stdout, ended };
}

export const startSyswide = (args: readonly string[]): Running => start(process.execPath, [launcher, ...args]);

/** Waits until syswide counts, or records. @returns its pid */
export async function counting(syswide: Running): Promise<number> {
  const pid = syswide.process.pid ?? 0;
  await eventually(() => blocksIn(pid, /poll_schedule|sys_poll/), 'syswide counts');
  return pid;
}

/** Compiles a workload into a folder of its own; `dispose` removes it. */
export function compile(name: string, flags: readonly string[] = []): { path: string; dispose: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
  const path = join(folder, name);
  execFileSync('cc', ['-O1', '-o', path, join(workloads, `${name}.c`), ...flags]);
  return { path, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}

export const isRoot = process.geteuid?.() === 0;
export const hasPerf = ['/usr/bin/perf', '/usr/local/bin/perf'].some((path) => existsSync(path));

/** Lines that are not blank. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** The rows of `-x,` output, as fields. */
export const csvRows = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(','));

/** Waits until `condition` holds; fails after ten seconds. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 10_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * Whether a thread of the process sleeps in a kernel function of that name. syswide sleeps in poll(2) once everything
 * counts. Source: proc(5), wchan.
 */
export function blocksIn(pid: number, kernelFunction: RegExp): boolean {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.some((tid) => kernelFunction.test(readFileSync(`/proc/${pid}/task/${tid}/wchan`, 'utf8')));
  } catch {
    return false;
  }
}
