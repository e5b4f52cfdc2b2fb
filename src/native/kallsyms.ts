import { constants } from 'node:os';
import { bytesOf } from './foreign-library';
import { sharedShim } from './shim';
import { wholeMemory } from './whole-memory';

/** Symbols of the kernel, of which nothing is known but what the text says; an entry of each array for each. */
export interface KallsymsTable {
  /** The lower 48 bits of where one is. */
  readonly starts: Float64Array;
  /** Where in `texts` its name begins. */
  readonly names: Uint32Array;
  /** Which of two is better: 2 for what the whole kernel sees, 1 for what its own file sees, 0 for what others may replace. */
  readonly bindings: Uint8Array;
  /** Names, each up to a newline: `do_it`, or of a module, `do_it\t[ext4]`. */
  readonly texts: Buffer;
}

/** Room for so many bytes of names is enough for most kernels; what is not needed of it is never touched. */
const FIRST_ROOM = 1 << 23;

/** Bytes that names have on average, at least; those of the kernel have 20 and more. */
const MEAN_BYTES = 16;

/**
 * Finds functions and data in an open file, /proc/kallsyms or a copy of it; what is hidden is at 0, and left out.
 * @returns undefined where it cannot be read
 */
export function kallsymsTable(fd: number): KallsymsTable | undefined {
  for (let room = FIRST_ROOM; ; room *= 2) {
    const found = tableIn(fd, room);
    if (typeof found === 'object') return found;
    if (found !== constants.errno.ENOSPC) return undefined;
  }
}

/** @returns the error where there are more bytes of names, or more names than would have so many, or it cannot be read */
function tableIn(fd: number, room: number): KallsymsTable | number {
  const most = room / MEAN_BYTES;
  const [starts, names, bindings] = [new Float64Array(most), new Uint32Array(most), new Uint8Array(most)];
  const [texts, used] = [Buffer.from(wholeMemory(room)), new Uint32Array(1)];
  const { sw_kallsyms } = sharedShim();
  const [startsBytes, namesBytes, bindingsBytes] = [bytesOf(starts), bytesOf(names), bytesOf(bindings)];
  const count = sw_kallsyms(fd, texts, room, startsBytes, namesBytes, bindingsBytes, most, bytesOf(used));
  if (count < 0) return -count;
  return {
    starts: starts.subarray(0, count),
    names: names.subarray(0, count),
    bindings: bindings.subarray(0, count),
    texts: texts.subarray(0, used[0]),
  };
}
