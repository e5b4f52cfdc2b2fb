import { join } from 'node:path';
import { cgroupRecord, type TrailerBytes } from '../abi/side-band';
import { cgroupMount } from '../host/cgroups';
import type { HostFiles } from '../host/host-files';

/** PATH_MAX: what has a longer path cannot be looked at by it. */
const LONGEST_PATH = 4095;

/**
 * What the kernel would have told of the cgroups that there are now, had it been asked when they were made: each before those
 * in it. Their ids are the inodes of their directories. Nothing where no hierarchy is mounted that perf events know.
 * Source: perf_event__synthesize_cgroups() in tools/perf/util/synthetic-events.c; kernfs_ino() in include/linux/kernfs.h,
 * Linux 6.18.
 */
export function* runningCgroups(files: HostFiles, trailer: TrailerBytes): Generator<Buffer> {
  const mount = cgroupMount(files);
  if (mount === undefined) return;
  // A list and no calls: nobody knows how deep they lie.
  const left = ['/'];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    const folder = join(mount, path);
    const inode = folder.length > LONGEST_PATH ? undefined : files.identity(folder)?.inode;
    // One that has gone meanwhile, or whose name is no text.
    if (inode === undefined) continue;
    yield cgroupRecord(inode, path, trailer);
    for (const name of files.directories(folder).reverse()) left.push(join(path, name));
  }
}
