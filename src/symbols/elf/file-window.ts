import { closeSync, readSync } from 'node:fs';
import { SyswideError } from '../../base/error';
import { FileRefusal, openRegular } from '../../host/regular-file';

/** No table of a real program is larger (the symbols of a browser are some 100 MB); a hostile header may say so. */
const LARGEST_READ = 512 << 20;

/** Reads stretches of a regular file, none of which can reach outside of it or be larger than is sane. */
export class FileWindow implements Disposable {
  private constructor(
    readonly path: string,
    private readonly source: number | Buffer,
    private readonly size: number,
  ) {}

  /** @throws SyswideError BAD_EVENT when there is no such regular file, NO_PERMISSION when it may not be read */
  static open(path: string): FileWindow {
    try {
      // Distributions make links of the names of libraries and debug files.
      const { fd, stats } = openRegular(path, { link: 'any' });
      return new FileWindow(path, fd, stats.size);
    } catch (error) {
      if (!(error instanceof FileRefusal)) throw cannotOpen(path, error as NodeJS.ErrnoException);
      throw unreadable(path, error.message, 'give the path of a program or library');
    }
  }

  /** What is in memory already: the kernel's part of every program. */
  static ofBytes(name: string, bytes: Buffer): FileWindow {
    return new FileWindow(name, bytes, bytes.length);
  }

  /**
   * A copy of `length` bytes at `offset`.
   * @param what they are, for the error
   * @throws SyswideError BAD_EVENT when they do not lie in the file
   */
  read(offset: bigint, length: bigint, what: string): Buffer {
    if (offset + length > BigInt(this.size)) throw this.broken(`${what} reaches beyond its end`);
    if (length > BigInt(LARGEST_READ)) throw this.broken(`${what} is said to have ${length} bytes`);
    if (typeof this.source !== 'number') {
      return Buffer.from(this.source.subarray(Number(offset), Number(offset + length)));
    }
    const bytes = Buffer.allocUnsafe(Number(length));
    for (let done = 0; done < bytes.length; ) {
      const got = readSync(this.source, bytes, done, bytes.length - done, Number(offset) + done);
      if (got === 0) throw this.broken(`${what} reaches beyond its end`);
      done += got;
    }
    return bytes;
  }

  /** The error for a file that is not what it says. */
  broken(why: string): SyswideError {
    return unreadable(this.path, `it is no ELF file, or a damaged one: ${why}`, 'check the file with readelf -h');
  }

  [Symbol.dispose](): void {
    if (typeof this.source === 'number') closeSync(this.source);
  }
}

const unreadable = (path: string, why: string, remedy: string): SyswideError =>
  new SyswideError('BAD_EVENT', { what: `cannot read the symbols of ${path}`, why, remedy });

function cannotOpen(path: string, cause: NodeJS.ErrnoException): SyswideError {
  const what = `cannot read the symbols of ${path}`;
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    const remedy = 'run as root, or as a user who may read it';
    return new SyswideError('NO_PERMISSION', { what, why: `this user may not read it (${cause.code})`, remedy, cause });
  }
  const why =
    cause.code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${cause.code ?? cause.message})`;
  return new SyswideError('BAD_EVENT', { what, why, remedy: 'check the path', cause });
}
