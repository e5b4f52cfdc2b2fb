import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

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

  /** Names in a directory, sorted; none when it is not there or cannot be read. */
  list(path: string): string[] {
    try {
      return readdirSync(join(this.root, path)).sort();
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
}
