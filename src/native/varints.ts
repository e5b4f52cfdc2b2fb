import { constants } from 'node:os';
import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { varintWays } from './layout';
import { sharedShim } from './shim';
import { wholeMemory } from './whole-memory';

/**
 * How numbers of a column are written: as they are, as how far below their place, zigzag, as differences, zigzag, or of equal
 * ones, one behind the other, one and how many follow.
 */
export type VarintWay = keyof typeof varintWays;

/** How many bytes any number has at most, and a run. */
const [MOST_BYTES, MOST_RUN_BYTES] = [10, 20];

/** More than that no foreign function tells. */
const MOST_ROOM = 2 ** 31 - 1;

/**
 * Columns of whole numbers, one behind the other, each number in as few bytes as it needs: 7 bits in a byte, the lower ones
 * first, 128 added where more follow. What is written of a number is to be from 0 to 2^70.
 */
export class VarintWriter {
  #bytes: Buffer;
  #length: number;

  /**
   * @param free bytes in front that are the caller's
   * @param room for so many behind them at first: what is not needed of it is never touched
   */
  constructor(free: number, room: number) {
    this.#bytes = Buffer.from(wholeMemory(Math.min(free + room, MOST_ROOM)));
    this.#length = free;
  }

  /** What has been written, behind what is free. Valid until more is. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /**
   * @returns how many bytes they have
   * @throws KernelError ERANGE for numbers that cannot be written; ENOSPC from 2 GiB on
   */
  add(numbers: Int32Array | Float64Array, way: VarintWay): number {
    let written = this.#write(numbers, way);
    if (written === -constants.errno.ENOSPC) {
      this.#grow(numbers.length * (way === 'runs' ? MOST_RUN_BYTES : MOST_BYTES));
      written = this.#write(numbers, way);
    }
    this.#length += checked('sw_varints', written);
    return written;
  }

  #write(numbers: Int32Array | Float64Array, way: VarintWay): number {
    const areDoubles = Number(numbers instanceof Float64Array);
    const left = this.#bytes.subarray(this.#length);
    return sharedShim().sw_varints(
      ...([bytesOf(numbers), numbers.length, areDoubles, varintWays[way], left, left.length] as const),
    );
  }

  #grow(by: number): void {
    const larger = Buffer.from(wholeMemory(Math.min(this.#length + by, MOST_ROOM)));
    this.bytes.copy(larger);
    this.#bytes = larger;
  }
}
