import { fstatSync, writeSync } from 'node:fs';
import { messageOf, SyswideError } from '../base/error';
import { withoutControls } from '../base/safe-text';
import { KernelError } from '../native/kernel-error';
import { outOfResources } from '../native/out-of-resources';

/**
 * Writes the whole text to an open file, however long that takes: pipes and terminals may be non-blocking and full.
 * @throws the system error when the other side is gone or the disk is full
 */
function writeFully(fd: number, text: string | Buffer): void {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Prints a line to standard error, one whatever it quotes; a reader that is gone is no reason to fail. */
export function complain(line: string): void {
  try {
    writeFully(2, `${withoutControls(line)}\n`);
  } catch {
    // Nobody is left to be told.
  }
}

/**
 * Prints to standard output what a reader may take as much of as it likes: help that goes to `head`.
 * @throws SyswideError OUTPUT_FAILED where it cannot be written for another reason
 */
export function offer(text: string | Buffer): void {
  try {
    writeFully(1, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw outputFailed('standard output', error);
  }
}

/**
 * Runs what prints by itself, as the functions of a user do: console.log says nothing of what it could not write.
 * @throws SyswideError OUTPUT_FAILED where standard output cannot take it; a reader that is gone is no reason to fail
 */
export async function watchingOutput<T>(action: () => Promise<T>): Promise<T> {
  const failures: NodeJS.ErrnoException[] = [];
  process.stdout.on('error', (error) => failures.push(error));
  const result = await action();
  // Streams tell of a failed write once what made it has returned.
  await new Promise((resolve) => setImmediate(resolve));
  const failure = failures.find(({ code }) => code !== 'EPIPE');
  if (failure) throw outputFailed('standard output', failure);
  return result;
}

/** `error[CODE]: what — why — what to do`, on one line. */
export const errorLine = (error: SyswideError): string => `error[${error.code}]: ${error.message}`;

/** Turns whatever was thrown into an error for users. A bug keeps its stack only where SYSWIDE_DEBUG asks for it. */
export function asSyswideError(error: unknown): SyswideError {
  if (error instanceof SyswideError) return error;
  if (error instanceof KernelError) return outOfResources(error) ?? internal(error);
  return internal(error);
}

function internal(error: unknown): SyswideError {
  return new SyswideError('INTERNAL', {
    what: 'syswide failed',
    why: messageOf(error),
    remedy: 'this is a bug: please report it with the output of the same command under SYSWIDE_DEBUG=1',
    cause: error,
  });
}

/** Where results go: standard error unless a file was named. */
export interface Sink {
  readonly isTerminal: boolean;
  readonly hasColor: boolean;
  /** Columns to write for. */
  readonly width: number;
  write(text: string): void;
  /** Says that all is written: a file gets its name then. */
  done(): void;
  /** Gives up what was not `done`. */
  close(): void;
}

/** Columns for what is not a terminal: what fits into an e-mail and a CI log. */
const PLAIN_WIDTH = 80;

/** Loads node:tty, and with it streams and sockets, only where it may be one: it costs milliseconds. */
function isTerminal(fd: number): boolean {
  if (!isDevice(fd)) return false;
  const { isatty } = require('node:tty') as typeof import('node:tty');
  return isatty(fd);
}

function isDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    // It is closed.
    return false;
  }
}

/** Looks at the terminal only when asked to: making a stream of it takes milliseconds that CSV does not need. */
const standardStream = (fd: 1 | 2, name: string): Sink => ({
  get isTerminal() {
    return isTerminal(fd);
  },
  get hasColor() {
    return isTerminal(fd) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  },
  get width() {
    // A terminal may not know its own width, and say 0.
    return (isTerminal(fd) && (fd === 1 ? process.stdout : process.stderr).columns) || PLAIN_WIDTH;
  },
  write: (text) => writeChecked(fd, text, name),
  done: () => {},
  close: () => {},
});

/** For what a command lists. */
export const standardOutput = standardStream(1, 'standard output');

/** For what is found out while a command runs, whose standard output is not ours. */
export const standardError = standardStream(2, 'standard error');

/** What no terminal shows, and nobody has to end. */
export const plainSink = {
  ...{ isTerminal: false, hasColor: false, width: PLAIN_WIDTH },
  done: () => {},
  close: () => {},
} as const;

/** Where nobody reads it. */
export const nowhere: Sink = { ...plainSink, write: () => {} };

/** Writes all of it. @throws SyswideError OUTPUT_FAILED */
export function writeChecked(fd: number, text: string, name: string): void {
  try {
    writeFully(fd, text);
  } catch (error) {
    throw outputFailed(name, error);
  }
}

/** The error for what could not be written. */
export const outputFailed = (name: string, error: unknown): SyswideError =>
  new SyswideError('OUTPUT_FAILED', {
    what: `cannot write ${name}`,
    // Nobody has asked for a file that is not finished.
    why: messageOf(error).replaceAll(unfinishedEnd(), ''),
    remedy: 'check the path, its permissions and the space on its disk',
    cause: error,
  });

/** What is behind the name of a file until it is whole. */
export const unfinishedEnd = (): string => `.${process.pid}.new`;
