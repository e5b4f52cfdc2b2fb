import { constants } from 'node:os';
import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { varintWays } from './layout';
import { sharedShim } from './shim';

/** How numbers of a column are written: as they are, as how far below their place, zigzag, or as differences, zigzag. */
export type VarintWay = keyof typeof varintWays;

/** How many bytes most numbers have, and any at most. */
const [USUAL_BYTES, MOST_BYTES] = [4, 10];

/** More than that no foreign function tells. */
const MOST_ROOM = 2 ** 31 - 1;

/**
 * Writes a column of whole numbers in as few bytes as each needs: 7 bits in a byte, the lower ones first, 128 added where more
 * follow. What is written of a number is to be from 0 to 2^70.
 * @throws KernelError ERANGE where it is not; ENOSPC from 2 GiB on
 */
export function varints(numbers: Int32Array | Float64Array, way: VarintWay): Uint8Array {
  const room = (each: number) => Buffer.allocUnsafe(Math.min((numbers.length + 1) * each, MOST_ROOM));
  let bytes = room(USUAL_BYTES);
  let written = write(numbers, way, bytes);
  if (written === -constants.errno.ENOSPC) {
    bytes = room(MOST_BYTES);
    written = write(numbers, way, bytes);
  }
  return bytes.subarray(0, checked('sw_varints', written));
}

function write(numbers: Int32Array | Float64Array, way: VarintWay, bytes: Buffer): number {
  const areDoubles = Number(numbers instanceof Float64Array);
  return sharedShim().sw_varints(bytesOf(numbers), numbers.length, areDoubles, varintWays[way], bytes, bytes.length);
}
