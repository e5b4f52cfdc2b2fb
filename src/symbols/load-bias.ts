import { realpathSync, statSync } from 'node:fs';
import { SyswideError } from '../base/error';
import type { Pid } from '../base/units';
import type { HostFiles } from '../host/host-files';
import { ElfFile } from './elf/elf-file';
import { parseMaps } from './maps';

/**
 * Where the file's address 0 came to lie in a process, which has to be past its exec, and for a library past the point
 * where it is loaded.
 * @throws SyswideError BAD_EVENT when the process does not use the file, NO_PERMISSION, NO_SUCH_PROCESS
 */
export function loadBias(files: HostFiles, process: Pid, path: string): bigint {
  const maps = files.read(`/proc/${process}/maps`);
  if (maps === undefined) throw unreadable(files, process, path);
  const [inode, name] = [statSync(path, { bigint: true }).ino, baseName(realpathSync(path))];
  const [first] = ElfFile.read(path).segments;
  const mapped = parseMaps(maps).find((map) => {
    const holdsFirst = first && map.offset <= first.offset && first.offset < map.offset + (map.end - map.start);
    return holdsFirst && map.inode === inode && baseName(map.path) === name;
  });
  if (!first || !mapped) throw notMapped(files, process, path);
  return mapped.start - mapped.offset + first.offset - first.address;
}

/** The same file may be reached by other paths, from within a container for one; its own name stays. */
const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function unreadable(files: HostFiles, process: Pid, path: string): SyswideError {
  const what = `cannot find ${path} in process ${process}`;
  if (files.refusal(`/proc/${process}/maps`) === 'denied' || files.read(`/proc/${process}/stat`) !== undefined) {
    const why = 'this user may not see what it has mapped';
    return new SyswideError('NO_PERMISSION', { what, why, remedy: 'run as its user, or as root' });
  }
  const why = 'no process has that id, or it has just ended';
  return new SyswideError('NO_SUCH_PROCESS', { what, why, remedy: 'look its id up again, for example with pgrep' });
}

function notMapped(files: HostFiles, process: Pid, path: string): SyswideError {
  const program = files.link(`/proc/${process}/exe`) ?? 'unknown';
  return new SyswideError('BAD_EVENT', {
    what: `cannot find ${path} in process ${process}`,
    why: `it has not loaded that file; its program is ${program}`,
    remedy: 'name the file of its program, or for a library count a process that has loaded it, with -p',
  });
}
