import { secretSeed, spread } from './numbering';
import { PagedColumn } from './paged-column';

/** Gives pairs of numbers of 32 bits, as the halves of one with 64, others from 0 on: see `Numbering`. */
export class PairNumbering {
  readonly #seed = secretSeed();
  /** Positions + 1; 0 is free. */
  #slots = new Int32Array(1 << 6);
  readonly #firsts = new PagedColumn(Int32Array);
  readonly #seconds = new PagedColumn(Int32Array);

  get size(): number {
    return this.#firsts.length;
  }

  /** The position of a pair, which it has from now on. */
  of(first: number, second: number): number {
    const slot = this.slotOf(first | 0, second | 0);
    const known = this.#slots[slot] ?? 0;
    if (known > 0) return known - 1;
    this.#firsts.push(first | 0);
    this.#seconds.push(second | 0);
    this.#slots[slot] = this.size;
    if (this.size * 4 > this.#slots.length * 3) this.grow();
    return this.size - 1;
  }

  /** With a sign, as the other one. */
  firstAt(position: number): number {
    return this.#firsts.at(position);
  }

  secondAt(position: number): number {
    return this.#seconds.at(position);
  }

  /** Where a pair is, or is to be. */
  private slotOf(first: number, second: number): number {
    const [slots, mask] = [this.#slots, this.#slots.length - 1];
    let slot = spread(first ^ spread(second ^ this.#seed)) & mask;
    for (let known = slots[slot] ?? 0; known > 0 && !this.isAt(known - 1, first, second); known = slots[slot] ?? 0) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private isAt(position: number, first: number, second: number): boolean {
    return this.#firsts.at(position) === first && this.#seconds.at(position) === second;
  }

  private grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let i = 0; i < this.size; i += 1) this.#slots[this.slotOf(this.#firsts.at(i), this.#seconds.at(i))] = i + 1;
  }
}
