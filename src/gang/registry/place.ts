import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { HostFiles } from '../../host/host-files';

/** A directory in which one user's gangs are registered. */
export interface RegistryPlace {
  readonly path: string;
  /** Who owns the directory and everything in it. */
  readonly uid: number;
}

/** Who registers, or looks. */
export interface RegistryUser {
  readonly uid: number;
  /** `$XDG_RUNTIME_DIR`, as it came. */
  readonly runtimeDirectory: string | undefined;
}

/** Bytes that a socket's path may have: sun_path less its NUL. Longer ones are cut in silence. Source: unix(7). */
export const LONGEST_SOCKET_PATH = 107;

/** An id and `.sock`, with room to spare. */
const SOCKET_NAME_BYTES = 20;

const thisUser = (): RegistryUser => ({
  uid: process.geteuid?.() ?? 0,
  runtimeDirectory: process.env.XDG_RUNTIME_DIR,
});

/** Where this user's gangs are registered: `/run/syswide`, `$XDG_RUNTIME_DIR/syswide` or `/tmp/syswide-UID`. */
export function ownPlace(user: RegistryUser = thisUser()): RegistryPlace {
  const { uid, runtimeDirectory } = user;
  if (uid === 0) return { path: '/run/syswide', uid };
  if (runtimeDirectory !== undefined && isUsable(runtimeDirectory, uid)) {
    return { path: join(runtimeDirectory, 'syswide'), uid };
  }
  return fallback(uid);
}

/** Every place that this user may look into, its own first. Root looks into those of all users. */
export function visiblePlaces(user: RegistryUser = thisUser(), files: HostFiles = new HostFiles()): RegistryPlace[] {
  const own = ownPlace(user);
  // What began with the variable, as at a login, is looked for without it, as from cron, and the other way round.
  const others = user.uid === 0 ? placesOfOthers(files) : [usual(user.uid), fallback(user.uid)];
  return [own, ...others.filter(({ path }) => path !== own.path)];
}

/** Where the variable points on nearly all machines. */
const usual = (uid: number): RegistryPlace => ({ path: `/run/user/${uid}/syswide`, uid });

const fallback = (uid: number): RegistryPlace => ({ path: `/tmp/syswide-${uid}`, uid });

/** After `su`, the variable may still name the directory of somebody else. */
function isUsable(directory: string, uid: number): boolean {
  if (!isAbsolute(directory)) return false;
  if (Buffer.byteLength(join(directory, 'syswide')) + SOCKET_NAME_BYTES > LONGEST_SOCKET_PATH) return false;
  const found = lstatSync(directory, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === uid;
}

/** The names are other users' choice: only those that are a user id count. */
function placesOfOthers(files: HostFiles): RegistryPlace[] {
  const inRun = files.directories('/run/user').flatMap((name) => placeOf(name, join('/run/user', name, 'syswide')));
  const inTmp = files
    .directories('/tmp')
    .flatMap((name) => placeOf(/^syswide-(\d+)$/.exec(name)?.[1] ?? '', join('/tmp', name)));
  return [...inRun, ...inTmp].filter(({ path }) => files.refusal(path) === undefined);
}

const placeOf = (uid: string, path: string): RegistryPlace[] =>
  /^\d{1,10}$/.test(uid) ? [{ path, uid: Number(uid) }] : [];
