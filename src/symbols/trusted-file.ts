import { statSync } from 'node:fs';
import { FileRefusal, readRegular, trustedUsers } from '../host/regular-file';

/** What JIT compilers write of large programs is some ten MiB. */
const LARGEST = 256 << 20;

/**
 * What a process has written for profilers, where anybody may write: read only from a regular file, which is no link, has no
 * other name and is not too large, of root, of this user, or of the user that the process runs as. Never waits.
 * @param pid of the process that is said to have written it
 * @param onRefusal told why one that is there is not to be believed
 * @returns undefined for what is not there, or not to be believed
 */
export function readTrusted(path: string, pid: number, onRefusal: (why: string) => void): Buffer | undefined {
  try {
    return readRegular(path, { link: 'none', owners: owners(pid), largest: LARGEST, onlyName: true });
  } catch (error) {
    if (error instanceof FileRefusal) onRefusal(error.message);
    return undefined;
  }
}

function owners(pid: number): number[] {
  const owner = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  return owner === undefined ? trustedUsers() : [...trustedUsers(), owner];
}
