import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { launcher, type Outcome } from './run';

const child = fileURLToPath(new URL('./readers-child.cjs', import.meta.url));

/** No command may hang a test. */
const LONGEST_MS = 60_000;

/** Sleeps without letting anything else run. */
const pause = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/**
 * A process that runs command lines of what is built, one after the other, as the launcher does: for commands that read files
 * and print what they find, where many of them are compared. Starting takes such a command most of its time. What is of the
 * process itself (signals, its end, standard input, the environment), and what runs a user's functions, is for `syswide` of
 * run.ts.
 */
class Readers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'syswide-readers-'));
  readonly #stdout = join(this.#folder, 'stdout');
  readonly #stderr = join(this.#folder, 'stderr');
  readonly #process: ChildProcess;
  readonly #requests: number;
  readonly #replies: number;

  constructor() {
    const fifos = [join(this.#folder, 'requests'), join(this.#folder, 'replies')] as const;
    execFileSync('mkfifo', fifos);
    // A FIFO that is open for both is opened at once, and one that has no writer any more tells so.
    this.#requests = openSync(fifos[0], 'r+');
    this.#replies = openSync(fifos[1], constants.O_RDONLY | constants.O_NONBLOCK);
    const theirs = [
      openSync(this.#stdout, 'a'),
      openSync(this.#stderr, 'a'),
      openSync(fifos[0], 'r'),
      openSync(fifos[1], 'w'),
    ];
    this.#process = spawn(process.execPath, [child, launcher], {
      stdio: ['ignore', ...theirs],
      env: { ...process.env, LC_ALL: 'C' },
    });
    for (const fd of theirs) closeSync(fd);
  }

  /** Runs `syswide` with these arguments to its end. @throws Error where it ends the process, or takes too long */
  run(args: readonly string[]): Outcome {
    for (const file of [this.#stdout, this.#stderr]) truncateSync(file);
    writeSync(this.#requests, `${JSON.stringify(args)}\n`);
    const status = this.#reply(args);
    const [stdout, stderr] = [readFileSync(this.#stdout, 'utf8'), readFileSync(this.#stderr, 'utf8')];
    return { status, signal: null, stdout, stderr };
  }

  #reply(args: readonly string[]): number {
    const bytes = Buffer.alloc(16);
    for (const deadline = Date.now() + LONGEST_MS; Date.now() < deadline; pause(1)) {
      try {
        const length = readSync(this.#replies, bytes);
        if (length === 0) throw new Error(`it ended: ${args.join(' ')}: ${readFileSync(this.#stderr, 'utf8')}`);
        return Number(bytes.toString('utf8', 0, length));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      }
    }
    throw new Error(`it takes too long: ${args.join(' ')}`);
  }

  end(): void {
    this.#process.kill('SIGKILL');
    for (const fd of [this.#requests, this.#replies]) closeSync(fd);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let readers: Readers | undefined;

/** The same as `syswide` of run.ts, for commands that read files and print: all of a test file in one process. */
export function reading(args: readonly string[]): Outcome {
  readers ??= new Readers();
  return readers.run(args);
}

afterAll(() => {
  readers?.end();
  readers = undefined;
});
