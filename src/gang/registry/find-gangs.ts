import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { SyswideError } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import { RegistryDirectory } from './directory';
import { decodeEntry, type GangEntry } from './entry';
import { unfinishedPrefix } from './entry-file';
import { entryName, gangOfEntry, socketName } from './gang-id';
import type { RegistryPlace } from './place';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** Bytes of an entry: thousands of events fit. */
const LONGEST_ENTRY = 1 << 22;
/** A file gets its name within a millisecond of being made; one that is this old has lost its maker. */
const UNFINISHED_MS = 60_000;

/** A gang that is alive: its owner holds the lock on its entry. */
export interface FoundGang extends GangEntry {
  readonly id: string;
  readonly place: RegistryPlace;
}

export interface FoundGangs {
  /** Place by place, the oldest gang first. */
  readonly gangs: readonly FoundGang[];
  /** Places that could not be looked into, and why. */
  readonly problems: readonly SyswideError[];
}

/** The live gangs of these places. Removes what dead processes left there. */
export function findGangs(kernel: Kernel, places: readonly RegistryPlace[]): FoundGangs {
  const gangs: FoundGang[] = [];
  const problems: SyswideError[] = [];
  for (const place of places) {
    try {
      gangs.push(...gangsAt(kernel, place));
    } catch (error) {
      problems.push(asProblem(place, error));
    }
  }
  return { gangs, problems };
}

function asProblem({ path }: RegistryPlace, error: unknown): SyswideError {
  if (error instanceof SyswideError) return error;
  if (!(error instanceof KernelError) && (error as NodeJS.ErrnoException).code === undefined) throw error;
  const why = (error as Error).message;
  return new SyswideError('REGISTRY', {
    what: `cannot look into ${path}`,
    why,
    remedy: 'see ls -l there',
    cause: error,
  });
}

function gangsAt(kernel: Kernel, place: RegistryPlace): FoundGang[] {
  const directory = RegistryDirectory.open(place);
  if (directory === undefined) return [];
  try {
    const found = lookThrough(kernel, directory);
    return found.sort((a, b) => Number(a.since - b.since) || (a.id < b.id ? -1 : 1));
  } finally {
    directory.close();
  }
}

/** Whether a gang that was found is still there. */
export function isLive(kernel: Kernel, { id, pid, since, place }: FoundGang): boolean {
  const { gangs, problems } = findGangs(kernel, [place]);
  return problems.length > 0 || gangs.some((gang) => gang.id === id && gang.pid === pid && gang.since === since);
}

/** The live gangs of one directory, in no order. Removes what dead processes left there. */
export function lookThrough(kernel: Kernel, directory: RegistryDirectory): FoundGang[] {
  return directory.names().flatMap((name) => {
    if (name.startsWith(unfinishedPrefix)) removeIfOld(directory, name);
    const id = gangOfEntry(name);
    return id === undefined ? [] : liveGang(kernel, directory, id);
  });
}

function removeIfOld(directory: RegistryDirectory, name: string): void {
  const found = directory.stat(name);
  if (found && Math.abs(Date.now() - found.mtimeMs) > UNFINISHED_MS) directory.remove(name);
}

function liveGang(kernel: Kernel, directory: RegistryDirectory, id: string): FoundGang[] {
  const { place } = directory;
  const file = openEntry(directory, id);
  if (file === undefined) return [];
  try {
    const found = fstatSync(file);
    if (!found.isFile() || found.uid !== place.uid || found.size > LONGEST_ENTRY) return [];
    if (kernel.tryLock(file, 'shared')) {
      removeDead(kernel, directory, id, found);
      return [];
    }
    const entry = decodeEntry(readAll(file, found.size));
    return entry ? [{ ...entry, id, place }] : [];
  } finally {
    closeSync(file);
  }
}

/** Never blocks, whatever somebody put there. Undefined when it is gone. */
function openEntry(directory: RegistryDirectory, id: string): Fd | undefined {
  try {
    return fd(openSync(directory.pathOf(entryName(id)), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  } catch {
    return undefined;
  }
}

/**
 * Removes an entry that its owner left behind. Between finding it dead and removing it, another who looked may have
 * removed it, and a new gang may have got its id; so only one at a time removes, and only the file that was found dead.
 */
function removeDead(kernel: Kernel, directory: RegistryDirectory, id: string, dead: Stats): void {
  // Whoever holds it removes the same files, so there is nothing to wait for.
  if (!kernel.tryLock(directory.fd, 'exclusive')) return;
  try {
    const now = directory.stat(entryName(id));
    if (now?.ino !== dead.ino || now.dev !== dead.dev) return;
    directory.remove(socketName(id));
    directory.remove(entryName(id));
  } finally {
    kernel.unlock(directory.fd);
  }
}

function readAll(file: Fd, size: number): string {
  const bytes = Buffer.alloc(size);
  let length = 0;
  for (let read = -1; read !== 0 && length < size; length += read) {
    read = readSync(file, bytes, length, size - length, length);
  }
  return bytes.toString('utf8', 0, length);
}
