import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openRegular, readRegular } from './regular-file';

/** Why a file cannot be read: it is not there (or gone, as a process may be), or it is and cannot be opened. */
export type Refusal = 'missing' | 'denied';

/** `st_dev` and `st_ino`. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The symbols of a large kernel are some 20 MB. */
const LARGEST = 512 << 20;

const missing = new Set(['ENOENT', 'ENOTDIR', 'ESRCH', 'ENODEV', 'ENXIO', 'ENAMETOOLONG']);

/**
 * Reads the machine's description from files: sysfs, procfs, tracefs. One object, so that tests bring a tree of their
 * own. Paths are absolute as on a real machine (`/sys/…`, `/proc/…`); `root` is put before them.
 */
export class HostFiles {
  constructor(readonly root: string = '/') {}

  /** The whole text, undefined when the file is not there or cannot be read. */
  read(path: string): string | undefined {
    try {
      return readFileSync(join(this.root, path), 'utf8');
    } catch {
      return undefined;
    }
  }

  /** The whole of a file that is no text, and may be one that a user names; undefined as of `read`, or for no regular file. */
  readBytes(path: string): Buffer | undefined {
    try {
      return readRegular(join(this.root, path), { link: 'any', largest: LARGEST });
    } catch {
      return undefined;
    }
  }

  /** What `use` makes of such a file, which is open until it returns; undefined as of `readBytes`. */
  with<T>(path: string, use: (fd: number) => T): T | undefined {
    let fd: number;
    try {
      ({ fd } = openRegular(join(this.root, path), { link: 'any', largest: LARGEST }));
    } catch {
      return undefined;
    }
    try {
      return use(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** The text of its first bytes, for files of which the kernel makes every line anew; undefined as of `read`. */
  readStart(path: string, bytes: number): string | undefined {
    let fd: number | undefined;
    try {
      fd = openSync(join(this.root, path), 'r');
      const buffer = Buffer.alloc(bytes);
      let length = 0;
      // The kernel gives a page at a time.
      for (let more = -1; more !== 0 && length < bytes; length += more)
        more = readSync(fd, buffer, length, bytes - length, null);
      return buffer.toString('utf8', 0, length);
    } catch {
      return undefined;
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }

  /** Names in a directory, sorted; none when it is not there or cannot be read. */
  list(path: string): string[] {
    try {
      return readdirSync(join(this.root, path)).sort();
    } catch {
      return [];
    }
  }

  /** Names of the directories in a directory, sorted, symbolic links left out; none when it cannot be read. */
  directories(path: string): string[] {
    try {
      const entries = readdirSync(join(this.root, path), { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
    } catch {
      return [];
    }
  }

  /** Where a symbolic link points; undefined when there is none. */
  link(path: string): string | undefined {
    try {
      return readlinkSync(join(this.root, path));
    } catch {
      return undefined;
    }
  }

  /** What tells a file apart from all others, links followed; undefined when there is none. */
  identity(path: string): FileIdentity | undefined {
    try {
      const { dev: device, ino: inode } = statSync(join(this.root, path), { bigint: true });
      return { device, inode };
    } catch {
      return undefined;
    }
  }

  /** Why a file or directory cannot be opened for reading; undefined when it can. */
  refusal(path: string): Refusal | undefined {
    try {
      closeSync(openSync(join(this.root, path), 'r'));
      return undefined;
    } catch (error) {
      return missing.has((error as NodeJS.ErrnoException).code ?? '') ? 'missing' : 'denied';
    }
  }
}
