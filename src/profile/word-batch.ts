/** How many sequences a batch has at most. */
export const BATCH = 256;

/** Sequences of words, one behind the other, to be looked up together: see `WordTable.internAll`. */
export class WordBatch {
  #words = new Int32Array(1 << 12);
  /** Where each begins, and where the last one ends. */
  readonly starts = new Int32Array(BATCH + 1);
  #count = 0;

  get words(): Int32Array {
    return this.#words;
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a copy of a sequence. There are fewer than `BATCH` so far. */
  push(words: Int32Array, from: number, length: number): void {
    const at = this.starts[this.#count] ?? 0;
    if (at + length > this.#words.length) {
      const larger = new Int32Array((at + length) * 2);
      larger.set(this.#words);
      this.#words = larger;
    }
    const own = this.#words;
    for (let i = 0; i < length; i += 1) own[at + i] = words[from + i] ?? 0;
    this.#count += 1;
    this.starts[this.#count] = at + length;
  }

  /** The last one is empty. */
  cutLast(): void {
    this.starts[this.#count] = this.starts[this.#count - 1] ?? 0;
  }

  clear(): void {
    this.#count = 0;
  }
}
