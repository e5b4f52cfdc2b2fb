import { secret } from '../native/secret';
import { PagedColumn } from './paged-column';

/** Odd numbers that spread bits, and after each other let every bit have its say. Source: fmix32 of MurmurHash3. */
const [SPREAD, SPREAD_MORE] = [0x85ebca6b, 0xc2b2ae35];

/** Files may come from anybody: nobody is to know which numbers are put at one place. */
export const secretSeed = (): number => secret(4).readInt32LE();

/** A number of 32 bits from which another one is made, every bit of it from all bits. */
export function spread(number: number): number {
  const once = Math.imul(number ^ (number >>> 16), SPREAD);
  const twice = Math.imul(once ^ (once >>> 13), SPREAD_MORE);
  return twice ^ (twice >>> 16);
}

/** Gives numbers that come in any order, as those of threads, others from 0 on: in a few bytes for each. */
export class Numbering {
  readonly #seed = secretSeed();
  /** Positions + 1; 0 is free. */
  #slots = new Int32Array(1 << 8);
  readonly #numbers = new PagedColumn(Int32Array);

  get size(): number {
    return this.#numbers.length;
  }

  /** The position of a number; -1 where it has none. */
  find(number: number): number {
    return (this.#slots[this.slotOf(number)] ?? 0) - 1;
  }

  /** The same, and it has one from now on. */
  of(number: number): number {
    const slot = this.slotOf(number);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known - 1;
    this.#numbers.push(number);
    this.#slots[slot] = this.size;
    if (this.size * 4 > this.#slots.length * 3) this.grow();
    return this.size - 1;
  }

  numberAt(position: number): number {
    return this.#numbers.at(position);
  }

  /** Where a number is, or is to be. */
  private slotOf(number: number): number {
    const [slots, mask] = [this.#slots, this.#slots.length - 1];
    let slot = spread(number ^ this.#seed) & mask;
    for (let known = slots[slot] ?? 0; known > 0 && this.#numbers.at(known - 1) !== number; known = slots[slot] ?? 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let i = 0; i < this.size; i += 1) this.#slots[this.slotOf(this.#numbers.at(i))] = i + 1;
  }
}
