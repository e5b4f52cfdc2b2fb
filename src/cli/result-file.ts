import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { isOwnDescriptor } from '../host/own-descriptor';
import { trustedUsers } from '../host/regular-file';
import { replaceable } from '../host/replaceable';
import { outputFailed, plainSink, type Sink, unfinishedEnd, writeChecked } from './console';
import { descriptorNamed } from './open-descriptor';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;

/** How a result gets its name. */
export type Arrival =
  /** Whole, once it is `done`; until then what had the name keeps it. */
  | 'whole'
  /** At once, since it is looked at while it grows. */
  | 'growing'
  /** Behind what is there already. */
  | 'appended';

/**
 * A result file, made at once, so that a path that cannot be written fails before anything is measured. Only its owner may
 * read it; where a symbolic link points to is left alone. Devices and pipes are written as they are; `-` is standard output.
 * @throws SyswideError OUTPUT_FAILED
 */
export function resultFile(path: string, arrival: Arrival): Sink {
  // Beside it there is room for a file that is only then to get its name.
  if (path === '') throw outputFailed("''", new Error('that is no name'));
  try {
    const number = path === '-' ? 1 : descriptorNamed(path);
    if (number !== undefined) return openDescriptor(number);
    const earlier = lstatSync(path, { throwIfNoEntry: false });
    if (earlier && isStream(earlier)) return opened(path, openStream(path, earlier));
    if (arrival === 'appended') return opened(path, openToAppend(path, earlier));
    replaceable(path);
    return newFile(path, arrival === 'growing');
  } catch (error) {
    throw outputFailed(path, error);
  }
}

/**
 * A file descriptor that whoever started this process has left open; it stays theirs.
 * @throws SyswideError OUTPUT_FAILED when there is none
 */
export function openDescriptor(fd: number): Sink {
  const name = `file descriptor ${fd}`;
  try {
    fstatSync(fd);
    if (isOwnDescriptor(fd)) throw new Error('nobody has opened it for syswide, which uses it itself');
    // Nothing is written, but one that cannot be written says so.
    writeSync(fd, '');
  } catch (error) {
    throw outputFailed(name, error);
  }
  return { ...plainSink, write: (text) => writeChecked(fd, text, name) };
}

function newFile(path: string, isGrowing: boolean): Sink {
  const unfinished = path + unfinishedEnd();
  const fd = openSync(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  let isNamed = false;
  const name = () => {
    try {
      if (!isNamed) renameSync(unfinished, path);
      isNamed = true;
    } catch (error) {
      throw outputFailed(path, error);
    }
  };
  const close = () => {
    closeSync(fd);
    if (!isNamed) rmSync(unfinished, { force: true });
  };
  try {
    if (isGrowing) name();
  } catch (error) {
    close();
    throw error;
  }
  return { ...plainSink, write: (text) => writeChecked(fd, text, path), done: name, close };
}

const isStream = (found: Stats): boolean => found.isCharacterDevice() || found.isFIFO();

/** One that another user has put there would have this one wait. */
function openStream(path: string, { uid }: Stats): number {
  if (!trustedUsers().includes(uid)) throw new Error(`it is no regular file, and belongs to user ${uid}`);
  return openSync(path, O_WRONLY | O_NOFOLLOW);
}

function openToAppend(path: string, earlier: Stats | undefined): number {
  if (earlier?.isSymbolicLink()) throw new Error('it is a symbolic link');
  const fd = openSync(path, O_CREAT | O_APPEND | O_WRONLY | O_NOFOLLOW, 0o600);
  const { nlink } = fstatSync(fd);
  if (fstatSync(fd).isFile() && nlink === 1) return fd;
  closeSync(fd);
  throw new Error(nlink > 1 ? 'it has another name, too (a hard link)' : 'it is there, and no file');
}

const opened = (path: string, fd: number): Sink => ({
  ...plainSink,
  write: (text) => writeChecked(fd, text, path),
  close: () => closeSync(fd),
});
