import { closeSync, constants, openSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { SyswideError } from '../base/error';
import { type Fd, fd } from '../base/units';
import type { HostFiles } from './host-files';

/** A control group whose tasks events can be restricted to. Whoever opened it owns the fd. */
export interface Cgroup {
  /** As the user wrote it. */
  readonly name: string;
  /** Its directory. */
  readonly fd: Fd;
}

/**
 * Where the hierarchy that perf events know is mounted: version 1's with the perf_event controller, else version 2's.
 * Undefined where neither is.
 * Source: cgroupfs_find_mountpoint() in tools/lib/api/fs/cgroup.c; cgroups(7).
 */
export function cgroupMount(files: HostFiles): string | undefined {
  const mounts = (files.read('/proc/mounts') ?? '').split('\n').map((line) => line.split(' '));
  const v1 = mounts.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes('perf_event'));
  const mount = v1 ?? mounts.find(([, , type]) => type === 'cgroup2');
  return mount?.[1] === undefined ? undefined : unescaped(mount[1]);
}

/** /proc/mounts writes spaces and the like as `\040`. */
const unescaped = (path: string): string =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/**
 * Opens control groups by their paths below the root of the hierarchy: `/`, `user.slice`, `/system.slice/ssh.service`.
 * @throws SyswideError NO_SUCH_CGROUP; then none is open
 */
export function openCgroups(files: HostFiles, names: readonly string[]): Cgroup[] {
  const mount = cgroupMount(files);
  if (mount === undefined) throw noHierarchy();
  const opened: Cgroup[] = [];
  try {
    for (const name of names) opened.push({ name, fd: openBelow(files, mount, name) });
    return opened;
  } catch (error) {
    closeCgroups(opened);
    throw error;
  }
}

/** Gives them back. */
export function closeCgroups(cgroups: readonly Cgroup[]): void {
  for (const cgroup of cgroups) closeSync(cgroup.fd);
}

function openBelow(files: HostFiles, mount: string, name: string): Fd {
  const path = normalize(join('/', name));
  // A name that climbs out would name any directory, which the kernel refuses with a word that helps nobody.
  if (name === '' || name.includes('\0') || name.split('/').includes('..')) throw noSuchCgroup(name, mount);
  try {
    return fd(openSync(join(files.root, mount, path), constants.O_RDONLY | constants.O_DIRECTORY));
  } catch (error) {
    throw noSuchCgroup(name, mount, error);
  }
}

const noHierarchy = (): SyswideError =>
  new SyswideError('NO_SUCH_CGROUP', {
    what: 'cannot count in cgroups',
    why: 'neither cgroup2 nor the perf_event controller of version 1 is mounted',
    remedy: 'mount one: mount -t cgroup2 none /sys/fs/cgroup',
  });

const noSuchCgroup = (name: string, mount: string, cause?: unknown): SyswideError =>
  new SyswideError('NO_SUCH_CGROUP', {
    what: `cannot open cgroup '${name}'`,
    why: `there is no such directory below ${mount}`,
    remedy: `write its path from there, as /proc/PID/cgroup has it: find ${mount} -type d`,
    cause,
  });
