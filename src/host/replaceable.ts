import { lstatSync, readlinkSync, type Stats } from 'node:fs';

/**
 * What has the name that a new file is to get; undefined where nothing has.
 * @throws Error that says why, as a clause, where it is no file, and has to stay
 */
export function replaceable(path: string): Stats | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  const isLink = found.isSymbolicLink();
  if (!(found.isFile() || isLink)) throw new Error('it is there, and no file');
  // As /dev/stdout is: with a file in its place, nobody on this machine could write to it any more.
  if (isLink && readlinkSync(path).startsWith('/proc/')) throw new Error('it stands for what is open, and is no file');
  return found;
}
