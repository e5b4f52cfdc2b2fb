import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';

/** What JIT compilers write of large programs is some ten MiB. */
const LARGEST = 256 << 20;

/**
 * What a process has written for profilers, where anybody may write: read only from a regular file, which is no link and not
 * too large, of root, of this user, or of the user that the process runs as. Never waits.
 * @param pid of the process that is said to have written it
 * @returns undefined for what is not there, or not to be believed
 */
export function readTrusted(path: string, pid: number): Buffer | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(fd);
    const isTrusted = found.isFile() && found.size <= LARGEST && owners(pid).includes(found.uid);
    return isTrusted ? readFileSync(fd) : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function owners(pid: number): (number | undefined)[] {
  return [0, process.getuid?.(), statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid];
}
