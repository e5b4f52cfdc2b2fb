import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { SymbolIndex } from './symbol-index';

/** A map of a large program is a few MiB. */
const LARGEST_MAP = 256 << 20;

const line = /^([0-9a-f]{1,13}) ([0-9a-f]{1,12}) (.+)$/gim;

/**
 * The functions that a JIT compiler has made, as it tells profilers in `/tmp/perf-PID.map`: `START SIZE name` in each line.
 * Only a regular file of root or this user is believed, as anybody may write to /tmp.
 * Source: tools/perf/Documentation/jit-interface.txt, Linux 6.18.
 */
export function readJitMap(path: string): SymbolIndex | undefined {
  const text = trustedText(path);
  if (text === undefined) return undefined;
  const [starts, sizes, names]: [number[], number[], string[]] = [[], [], []];
  for (const [, start = '', size = '', name = ''] of text.matchAll(line)) {
    starts.push(Number.parseInt(start, 16));
    sizes.push(Number.parseInt(size, 16));
    names.push(name);
  }
  // What a compiler has put in the place of something else is told later.
  return SymbolIndex.of({ starts, sizes, isBetter: (a, b) => a > b, nameOf: (id) => names[id] ?? '' });
}

function trustedText(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, size } = fstatSync(fd);
    const isTrusted = fstatSync(fd).isFile() && (uid === 0 || uid === process.getuid?.()) && size <= LARGEST_MAP;
    return isTrusted ? readFileSync(fd, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
