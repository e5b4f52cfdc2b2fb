import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, SyswideError } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import type { RegistryPlace } from './place';

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** Files that are looked at in one directory: whoever fills theirs must not keep root busy. */
const MOST_FILES = 4096;
const OTHERS_MAY_WRITE = 0o022;

/**
 * A registry directory, held open and checked: it is a directory, not a link to one, it belongs to whom it should, and
 * nobody else may write into it. What is in it is reached through the open directory, so that nobody can put another
 * in its place.
 */
export class RegistryDirectory {
  private constructor(
    readonly place: RegistryPlace,
    /** For flock(2): held exclusively by whoever removes entries. */
    readonly fd: Fd,
  ) {}

  /** Opens it; undefined when it is not there. @throws SyswideError REGISTRY when it cannot be trusted or opened */
  static open(place: RegistryPlace): RegistryDirectory | undefined {
    let opened: Fd;
    try {
      opened = fd(openSync(place.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    } catch (error) {
      const found = lstatSync(place.path, { throwIfNoEntry: false });
      if (found === undefined) return undefined;
      throw untrusted(place, problemOf(found, place) ?? messageOf(error), error);
    }
    const problem = problemOf(fstatSync(opened), place);
    if (problem === undefined) return new RegistryDirectory(place, opened);
    closeSync(opened);
    throw untrusted(place, problem);
  }

  /** As `open`, but makes it where it is missing. */
  static make(place: RegistryPlace): RegistryDirectory {
    try {
      mkdirSync(place.path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw untrusted(place, messageOf(error), error);
    }
    const made = RegistryDirectory.open(place);
    if (made === undefined) throw untrusted(place, 'it was removed as soon as it was made');
    if ((fstatSync(made.fd).mode & 0o777) !== 0o700) chmodSync(made.pathOf('.'), 0o700);
    return made;
  }

  /** A path to a file in it that leads there whatever happens to the directory's own path. */
  pathOf(name: string): string {
    return join(`/proc/self/fd/${this.fd}`, name);
  }

  /** Names of its files, in no order. @throws SyswideError REGISTRY where there is no /proc, by which they are reached */
  names(): string[] {
    const names: string[] = [];
    if (!existsSync(this.pathOf('.'))) throw unreachable(this.place);
    const directory = opendirSync(this.pathOf('.'));
    try {
      for (let entry = directory.readSync(); entry && names.length < MOST_FILES; entry = directory.readSync()) {
        names.push(entry.name);
      }
    } finally {
      directory.closeSync();
    }
    return names;
  }

  /** What lies under that name now, a link not followed; undefined for nothing. */
  stat(name: string): Stats | undefined {
    return lstatSync(this.pathOf(name), { throwIfNoEntry: false });
  }

  /** Removes a file. Harmless when it is gone already, or cannot be removed. */
  remove(name: string): void {
    try {
      unlinkSync(this.pathOf(name));
    } catch {
      // Whoever looks next tries again.
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

function problemOf(found: Stats, { uid }: RegistryPlace): string | undefined {
  if (!found.isDirectory()) return 'it is not a directory';
  if (found.uid !== uid) return `it belongs to user ${found.uid}, not to user ${uid}`;
  return (found.mode & OTHERS_MAY_WRITE) !== 0 ? 'others may write into it' : undefined;
}

const untrusted = (place: RegistryPlace, why: string, cause?: unknown): SyswideError =>
  new SyswideError('REGISTRY', {
    what: `cannot use ${place.path}`,
    why,
    remedy: 'gangs are registered there: remove it, and syswide makes a new one',
    ...(cause === undefined ? {} : { cause }),
  });

const unreachable = ({ path }: RegistryPlace): SyswideError =>
  new SyswideError('REGISTRY', {
    what: `cannot look into ${path}`,
    why: '/proc is not mounted: what is in it is reached by that',
    remedy: 'mount -t proc proc /proc',
  });
