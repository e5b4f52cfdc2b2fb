import type { MappedRange } from './memory';

/** Ranges side by side, up to so many: gone through for each that comes. */
export class RangeList {
  readonly #starts: Float64Array;
  readonly #ends: Float64Array;
  /** From an address to its place in the file. */
  readonly #shifts: Float64Array;
  readonly #dsos: Int32Array;
  #length = 0;

  constructor(most: number) {
    this.#starts = new Float64Array(most);
    this.#ends = new Float64Array(most);
    this.#shifts = new Float64Array(most);
    this.#dsos = new Int32Array(most);
  }

  /** Whether one more has no room. */
  get isFull(): boolean {
    return this.#length === this.#starts.length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** There are fewer than `most`. */
  push({ start, end, offset, dso }: MappedRange): void {
    const i = this.#length;
    this.#starts[i] = start;
    this.#ends[i] = end;
    this.#shifts[i] = offset - start;
    this.#dsos[i] = dso;
    this.#length = i + 1;
  }

  /** Whether another one is where something else is already. */
  overlaps({ start, end, offset, dso }: MappedRange): boolean {
    const [starts, ends] = [this.#starts, this.#ends];
    for (let i = 0; i < this.#length; i += 1) {
      if (start >= (ends[i] ?? 0) || (starts[i] ?? 0) >= end) continue;
      if (this.#dsos[i] !== dso || this.#shifts[i] !== offset - start) return true;
    }
    return false;
  }
}
