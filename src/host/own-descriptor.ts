import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Whether a file descriptor is of a pipe that this process has made for itself, as Node does for its signals, or of what has
 * neither name nor content, as events: what is written there is lost, or ends it. Such a pipe has its reading end here, and our
 * parent has none of it.
 */
export function isOwnDescriptor(fd: number): boolean {
  const file = fileOf('self', `${fd}`);
  if (file?.startsWith('anon_inode:')) return true;
  if (!file?.startsWith('pipe:')) return false;
  const isRead = holders('self', file).some((own) => isForReading(own));
  return isRead && holders(`${process.ppid}`, file).length === 0;
}

/** A process's descriptors of a file; none where we may not look. */
const holders = (process: string, file: string): string[] =>
  quietly(() => readdirSync(`/proc/${process}/fd`), []).filter((fd) => fileOf(process, fd) === file);

const fileOf = (process: string, fd: string): string | undefined =>
  quietly(() => readlinkSync(`/proc/${process}/fd/${fd}`), undefined);

/** The last octal digit has the access mode, O_RDONLY is 0. Source: fs/proc/fd.c and include/uapi/asm-generic/fcntl.h. */
const isForReading = (fd: string): boolean =>
  quietly(() => /^flags:\t\d*0$/m.test(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')), false);

/** One that is gone by then, or not ours to see, tells nothing. */
function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
