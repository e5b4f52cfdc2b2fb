import { readdirSync, readlinkSync, statSync } from 'node:fs';

/** What the kernel puts behind the path of a file that has been removed since. */
const DELETED = ' (deleted)';

/** How many mappings of a process are looked through for a file that has been removed. */
const MOST_MAPPINGS = 65_536;

/**
 * Where the file of a program or library may be read now, the likeliest place first: in a container, the path that a process
 * had it by is another file's outside. What has been removed is still there for as long as a process has it in its memory.
 * @param path as the process had it
 * @param pid of a process that had it in its memory, which may have ended; undefined when none is known
 */
export function* programFiles(path: string, pid: number | undefined): Generator<string> {
  if (path.endsWith(DELETED)) {
    if (pid !== undefined) yield* mappedFiles(path, pid);
    return;
  }
  const inside = pid === undefined || !isElsewhere(pid) ? [] : [`/proc/${pid}/root${path}`];
  yield* [...inside, path];
}

/** Whether a process that runs sees other files than we do. */
function isElsewhere(pid: number): boolean {
  return differs(`/proc/${pid}/ns/mnt`, '/proc/self/ns/mnt') || differs(`/proc/${pid}/root/`, '/proc/self/root/');
}

function differs(one: string, other: string): boolean {
  try {
    const [a, b] = [statSync(one), statSync(other)];
    return a.ino !== b.ino || a.dev !== b.dev;
  } catch {
    return false;
  }
}

function* mappedFiles(path: string, pid: number): Generator<string> {
  if (target(`/proc/${pid}/exe`) === path) yield `/proc/${pid}/exe`;
  const folder = `/proc/${pid}/map_files`;
  const found = mappings(folder).find((name) => target(`${folder}/${name}`) === path);
  if (found !== undefined) yield `${folder}/${found}`;
}

/** Only root may look there. */
function mappings(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MOST_MAPPINGS);
  } catch {
    return [];
  }
}

function target(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
