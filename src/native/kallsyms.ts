import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { sharedShim } from './shim';

/** The shortest line has so many bytes: `1 T `, and a newline. */
const SHORTEST_LINE = 5;

/** Symbols of the kernel, of which nothing is known but what the text says; an entry of each array for each. */
export interface KallsymsTable {
  /** The lower 48 bits of where one is. */
  readonly starts: Float64Array;
  /** Where in the text its name begins. */
  readonly names: Uint32Array;
  /** Which of two is better: 2 for what the whole kernel sees, 1 for what its own file sees, 0 for what others may replace. */
  readonly bindings: Uint8Array;
}

/** Finds functions and data in the text of /proc/kallsyms, as they stand there; what is hidden is at 0, and left out. */
export function kallsymsTable(text: Buffer): KallsymsTable {
  const room = Math.ceil(text.length / SHORTEST_LINE);
  const [starts, names, bindings] = [new Float64Array(room), new Uint32Array(room), new Uint8Array(room)];
  const { sw_kallsyms } = sharedShim();
  const returned = sw_kallsyms(text, text.length, bytesOf(starts), bytesOf(names), bytesOf(bindings), room);
  const count = checked('sw_kallsyms', returned);
  return { starts: starts.slice(0, count), names: names.slice(0, count), bindings: bindings.slice(0, count) };
}
