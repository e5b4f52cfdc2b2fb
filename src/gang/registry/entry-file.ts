import { closeSync, constants, linkSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { assert } from '../../base/assert';
import { type Fd, fd, type Pid } from '../../base/units';
import type { Kernel } from '../../native/kernel';
import type { RegistryDirectory } from './directory';
import { entryName, gangId } from './gang-id';

const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;

/** Gangs of one process, those of earlier processes with its pid and those of other PID namespaces included. */
const MOST_OF_ONE_PID = 1000;

/** How names of files begin that are not entries yet. */
export const unfinishedPrefix = '.new-';

/** An entry that stands: whoever finds it finds it locked, for as long as this process lives or until `close`. */
export interface EntryFile {
  readonly id: string;
  /** Removes the file, then lets go of the lock. */
  close(): void;
}

/**
 * Writes an entry under the first free id of a process. The lock belongs to the inode, so it is taken and the text
 * written before the file gets its name; link(2), unlike rename(2), never replaces another's entry.
 *
 * @throws the system's error, KernelError
 */
export function createEntry(kernel: Kernel, directory: RegistryDirectory, process: Pid, text: string): EntryFile {
  const unfinished = `${unfinishedPrefix}${process}-${globalThis.process.hrtime.bigint().toString(36)}`;
  const path = directory.pathOf(unfinished);
  const file = fd(openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600));
  try {
    assert(kernel.tryLock(file, 'exclusive'), 'nobody locks a file that was made just now');
    writeSync(file, text);
    const id = publish(directory, path, process);
    return { id, close: () => withdraw(directory, id, file) };
  } catch (error) {
    closeSync(file);
    throw error;
  } finally {
    unlinkSync(path);
  }
}

function publish(directory: RegistryDirectory, path: string, process: Pid): string {
  for (let nth = 1; ; nth++) {
    const id = gangId(process, nth);
    try {
      linkSync(path, directory.pathOf(entryName(id)));
      return id;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || nth === MOST_OF_ONE_PID) throw error;
    }
  }
}

function withdraw(directory: RegistryDirectory, id: string, file: Fd): void {
  directory.remove(entryName(id));
  closeSync(file);
}
