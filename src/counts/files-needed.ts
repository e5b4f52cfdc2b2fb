import { SyswideError } from '../base/error';
import type { HostFiles } from '../host/host-files';
import { readLimits } from '../host/limits';

/** Beside clones: the entry of a gang, its socket and lock, what tells of CPUs, the file that is written, a few looks. */
const OTHER_FILES = 16;

/**
 * Why `clones` more events would leave too few file descriptors for what goes with them; undefined where there are enough.
 * Without that, what comes after the events would fail in the middle of things.
 */
export function tooManyFiles(files: HostFiles, clones: number, besides = 0): SyswideError | undefined {
  const { openFiles, filesInUse } = readLimits(files);
  const needed = filesInUse + clones + besides + OTHER_FILES;
  if (needed <= openFiles.soft) return undefined;
  return new SyswideError('TOO_MANY_FILES', {
    what: `cannot open ${clones} events and what goes with them`,
    why: `it takes ${needed} file descriptors, and the limit is ${openFiles.soft}`,
    remedy: 'raise it with `ulimit -n`, or count fewer events or CPUs',
  });
}

/** @throws SyswideError TOO_MANY_FILES */
export function checkFiles(files: HostFiles, clones: number, besides: number): void {
  const error = tooManyFiles(files, clones, besides);
  if (error) throw error;
}
