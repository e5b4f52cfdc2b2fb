import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';

/**
 * Opens a file as a place only, which takes no right to read it. Node does not name it; it is the same on all machines that
 * Node.js runs on under Linux. Source: open(2), include/uapi/asm-generic/fcntl.h.
 */
export const O_PATH = 0o10000000;
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** What may stand at a path. */
export interface FileDemands {
  /** Whether the path may be that of a symbolic link; of one that another user has made, never. */
  readonly link: 'any' | 'own' | 'none';
  /** Who may own the file; anybody by default. */
  readonly owners?: readonly number[];
  /** Bytes, at most; of any length by default. */
  readonly largest?: number;
  /** Whether it may have other names, too: somebody may have given it this one; it may by default. */
  readonly onlyName?: boolean;
}

/** A file that is there, and not as it should be. The message says why, as a clause. */
export class FileRefusal extends Error {
  /** @param isOthers whether that is because another user made it */
  constructor(
    why: string,
    readonly isOthers = false,
  ) {
    super(why);
  }
}

/**
 * Opens a regular file to read it. What is something else is found out before it is opened: opening a pipe waits, and
 * opening a device may do things. Nobody can put something else in its place in between.
 * @returns the descriptor, which is the caller's, and what the file is
 * @throws FileRefusal, or the system's error
 */
export function openRegular(path: string, demands: FileDemands): { readonly fd: number; readonly stats: Stats } {
  const place = openPlace(path, demands.link);
  try {
    const stats = fstatSync(place);
    const refusal = refusalOf(stats, demands);
    if (refusal) throw refusal;
    return { fd: reopen(place, path, stats), stats };
  } finally {
    closeSync(place);
  }
}

/** By its descriptor; where /proc is not mounted, as in a bare chroot, by its name, and then it has to be the same file. */
function reopen(place: number, path: string, { dev, ino }: Stats): number {
  try {
    return openSync(`/proc/self/fd/${place}`, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  const found = fstatSync(fd);
  if (found.dev === dev && found.ino === ino) return fd;
  closeSync(fd);
  throw new FileRefusal('another file has taken its place meanwhile');
}

/** Reads the whole of it. @throws as `openRegular` */
export function readRegular(path: string, demands: FileDemands): Buffer {
  const { fd, stats } = openRegular(path, demands);
  try {
    return readWhole(fd, stats.size, demands.largest);
  } finally {
    closeSync(fd);
  }
}

/** So much is made room for where nothing is known. */
const FIRST_BYTES = 1 << 16;

/**
 * Files that the kernel makes as they are read are told to be empty, and come a page at a time: `readFileSync` would take
 * 64 KiB for each page of them.
 */
function readWhole(fd: number, size: number, largest = Number.POSITIVE_INFINITY): Buffer {
  let bytes = Buffer.allocUnsafe(Math.max(FIRST_BYTES, size + 1));
  let length = 0;
  for (let more = -1; more !== 0; length += more) {
    if (length === bytes.length) {
      const larger = Buffer.allocUnsafe(length * 2);
      bytes.copy(larger);
      bytes = larger;
    }
    more = readSync(fd, bytes, length, bytes.length - length, null);
    if (length + more > largest) throw tooLarge(largest);
  }
  return bytes.subarray(0, length);
}

/** This user, and root. */
export const trustedUsers = (): number[] => [0, process.geteuid?.() ?? 0];

/** A descriptor of what is at a path, without opening it. */
function openPlace(path: string, link: FileDemands['link']): number {
  if (link === 'any') return openSync(path, O_PATH);
  const place = openSync(path, O_PATH | O_NOFOLLOW);
  const found = fstatSync(place);
  if (!found.isSymbolicLink()) return place;
  closeSync(place);
  if (link === 'none') throw new FileRefusal('it is a symbolic link');
  if (!trustedUsers().includes(found.uid))
    throw new FileRefusal(`it is a symbolic link of another user (${found.uid})`, true);
  return openSync(path, O_PATH);
}

function refusalOf(stats: Stats, { owners, largest, onlyName }: FileDemands): FileRefusal | undefined {
  if (!stats.isFile()) return new FileRefusal('it is no regular file');
  if (owners && !owners.includes(stats.uid)) return new FileRefusal(`it belongs to another user (${stats.uid})`, true);
  if (largest !== undefined && stats.size > largest) return tooLarge(largest);
  return onlyName && stats.nlink > 1 ? new FileRefusal('it has another name, too (a hard link)') : undefined;
}

const tooLarge = (largest: number): FileRefusal => new FileRefusal(`it is larger than ${largest} bytes`);
