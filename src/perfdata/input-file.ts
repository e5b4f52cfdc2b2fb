import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { SyswideError } from '../base/error';

/** A file that may come from anybody. Opening and reading it never waits, whatever it is. */
export class InputFile {
  private constructor(
    private readonly fd: number,
    readonly path: string,
    /** Bytes, when it was opened. */
    readonly size: number,
  ) {}

  /** @throws SyswideError BAD_FILE when it cannot be opened or is no regular file */
  static open(path: string): InputFile {
    let fd: number | undefined;
    try {
      // A pipe without a writer would have open(2) wait for one.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = fstatSync(fd);
      if (!found.isFile()) throw new Error('it is no regular file');
      return new InputFile(fd, path, found.size);
    } catch (cause) {
      if (fd !== undefined) closeSync(fd);
      throw badFile(path, cause instanceof Error ? cause.message : String(cause), 'check the path', cause);
    }
  }

  /** @returns as many bytes from there as `into` takes, fewer at the end of the file */
  read(at: number, into: Buffer): Buffer {
    let done = 0;
    while (done < into.length) {
      const got = readSync(this.fd, into, done, into.length - done, at + done);
      if (got === 0) break;
      done += got;
    }
    return into.subarray(0, done);
  }

  close(): void {
    closeSync(this.fd);
  }
}

export const badFile = (path: string, why: string, remedy: string, cause?: unknown): SyswideError =>
  new SyswideError('BAD_FILE', { what: `cannot read ${path}`, why, remedy, cause });
