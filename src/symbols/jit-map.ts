import { SymbolIndex } from './symbol-index';
import { readTrusted } from './trusted-file';

const line = /^([0-9a-f]{1,13}) ([0-9a-f]{1,12}) (.+)$/gim;

/**
 * The functions that a JIT compiler has made, as it tells profilers in `/tmp/perf-PID.map`: `START SIZE name` in each line.
 * Source: tools/perf/Documentation/jit-interface.txt, Linux 6.18.
 */
export function readJitMap(path: string, pid: number, onRefusal: (why: string) => void): SymbolIndex | undefined {
  const text = readTrusted(path, pid, onRefusal)?.toString('utf8');
  if (text === undefined) return undefined;
  const [starts, sizes, names]: [number[], number[], string[]] = [[], [], []];
  for (const [, start = '', size = '', name = ''] of text.matchAll(line)) {
    starts.push(Number.parseInt(start, 16));
    sizes.push(Number.parseInt(size, 16));
    names.push(name);
  }
  // What a compiler has put in the place of something else is told later.
  return SymbolIndex.of({
    starts: Float64Array.from(starts),
    sizes: Float64Array.from(sizes),
    isBetter: (a, b) => a > b,
    nameOf: (id) => names[id] ?? '',
  });
}
