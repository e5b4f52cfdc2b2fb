import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyswideError } from '../base/error';

/** What messages call the recording at a path. */
export const inputName = (path: string): string => (path === '-' ? 'standard input' : path);

/**
 * Calls `use` with the path of a recording: of `-`, of a copy of standard input that nobody else can open and that is gone
 * afterwards, since a recording is read more than once.
 * @throws SyswideError BAD_FILE where it cannot be read, OUTPUT_FAILED where it cannot be copied; and what `use` throws
 */
export function withSpooledInput<T>(path: string, use: (path: string) => T): T {
  if (path !== '-') return use(path);
  const fd = openCopy();
  const place = `/proc/self/fd/${fd}`;
  try {
    copyInput(fd);
    return use(place);
  } catch (error) {
    throw error instanceof SyswideError ? renamed(error, place) : error;
  } finally {
    closeSync(fd);
  }
}

function openCopy(): number {
  try {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-'));
    try {
      const { O_CREAT, O_EXCL, O_RDWR } = constants;
      return openSync(join(folder, 'input'), O_CREAT | O_EXCL | O_RDWR, 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  } catch (error) {
    throw notCopied(error);
  }
}

function copyInput(fd: number): void {
  const chunk = Buffer.allocUnsafe(1 << 20);
  for (let got = readInput(chunk); got > 0; got = readInput(chunk)) writeCopy(fd, chunk.subarray(0, got));
}

function readInput(chunk: Buffer): number {
  try {
    return readSync(0, chunk);
  } catch (error) {
    throw new SyswideError('BAD_FILE', {
      what: `cannot read ${inputName('-')}`,
      why: (error as Error).message,
      remedy: 'pipe a recording into it, or name its file with -i',
      cause: error,
    });
  }
}

/** All of it: the last bytes that a disk has room for are written without an error. */
function writeCopy(fd: number, bytes: Buffer): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  } catch (error) {
    throw notCopied(error);
  }
}

const notCopied = (error: unknown): SyswideError =>
  new SyswideError('OUTPUT_FAILED', {
    what: `cannot keep ${inputName('-')} in ${tmpdir()} while it is read`,
    why: (error as Error).message,
    remedy: 'make room there, or set TMPDIR to another folder',
    cause: error,
  });

/** The same error with the name that the user knows. */
function renamed({ code, what, why, remedy, cause }: SyswideError, place: string): SyswideError {
  const known = (text: string): string => text.replaceAll(place, inputName('-'));
  return new SyswideError(code, { what: known(what), why: known(why), remedy: known(remedy), cause });
}
