import { closeSync, readSync } from 'node:fs';
import { SyswideError } from '../base/error';
import { FileRefusal, openRegular, trustedUsers } from '../host/regular-file';

/** Whose recordings are read: those of this user and root, as perf does it, or of anybody. */
export type Owner = 'trusted' | 'anybody';

/** A file that may come from anybody. Opening and reading it never waits, whatever it is. */
export class InputFile {
  private constructor(
    private readonly fd: number,
    readonly path: string,
    /** Bytes, when it was opened. */
    readonly size: number,
  ) {}

  /** @throws SyswideError BAD_FILE when it cannot be opened, is no regular file, or of another owner */
  static open(path: string, owner: Owner = 'trusted'): InputFile {
    try {
      const demands = owner === 'anybody' ? ANY : { link: 'own' as const, owners: trustedUsers() };
      const { fd, stats } = openRegular(path, demands);
      return new InputFile(fd, path, stats.size);
    } catch (cause) {
      const isOthers = cause instanceof FileRefusal && cause.isOthers;
      const remedy = isOthers ? 'if you trust whoever made it, add -f' : 'check the path';
      throw badFile(path, cause instanceof Error ? cause.message : String(cause), remedy, cause);
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

const ANY = { link: 'any' } as const;

export const badFile = (path: string, why: string, remedy: string, cause?: unknown): SyswideError =>
  new SyswideError('BAD_FILE', { what: `cannot read ${path}`, why, remedy, cause });
