/** Primes of FNV-1a and its start, for 32 bits. */
const [FNV_PRIME, FNV_START] = [0x01000193, 0x811c9dc5];

/**
 * Numbers sequences of 32-bit words, equal ones alike, in the order in which they come: a hash table over one array of words,
 * so that millions of them cost neither an object nor a string each.
 */
export class WordTable {
  #words = new Uint32Array(1 << 12);
  #used = 0;
  #starts = new Float64Array(1 << 10);
  #lengths = new Uint32Array(1 << 10);
  #hashes = new Int32Array(1 << 10);
  #slots = new Int32Array(1 << 11).fill(-1);
  #size = 0;

  /** How many different ones there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of a sequence: `size` before the call for one that is new. */
  intern(words: Uint32Array, from: number, length: number): number {
    let hash = FNV_START;
    for (let i = from; i < from + length; i += 1) hash = Math.imul(hash ^ (words[i] ?? 0), FNV_PRIME);
    // The lower bits alone choose the slot.
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? -1;
      if (id < 0) return this.add(words, from, length, hash, slot);
      if (this.#hashes[id] === hash && this.equals(id, words, from, length)) return id;
    }
  }

  /** Where in `words` the sequence begins. */
  startOf(id: number): number {
    return this.#starts[id] ?? 0;
  }

  lengthOf(id: number): number {
    return this.#lengths[id] ?? 0;
  }

  /** All of them, one behind the other. Valid until the next one is added. */
  get words(): Uint32Array {
    return this.#words;
  }

  private equals(id: number, words: Uint32Array, from: number, length: number): boolean {
    if (this.#lengths[id] !== length) return false;
    const start = this.#starts[id] ?? 0;
    for (let i = 0; i < length; i += 1) if (this.#words[start + i] !== words[from + i]) return false;
    return true;
  }

  private add(words: Uint32Array, from: number, length: number, hash: number, slot: number): number {
    const id = this.#size;
    if (this.#used + length > this.#words.length) {
      this.#words = grown(this.#words, this.#used + length, (size) => new Uint32Array(size));
    }
    if (id === this.#lengths.length) this.growEntries(id + 1);
    const [own, used] = [this.#words, this.#used];
    for (let i = 0; i < length; i += 1) own[used + i] = words[from + i] ?? 0;
    this.#starts[id] = this.#used;
    this.#lengths[id] = length;
    this.#hashes[id] = hash;
    this.#used += length;
    this.#slots[slot] = id;
    this.#size += 1;
    if (this.#size * 2 > this.#slots.length) this.rehash();
    return id;
  }

  private growEntries(needed: number): void {
    this.#starts = grown(this.#starts, needed, (size) => new Float64Array(size));
    this.#lengths = grown(this.#lengths, needed, (size) => new Uint32Array(size));
    this.#hashes = grown(this.#hashes, needed, (size) => new Int32Array(size));
  }

  private rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(-1);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#size; id += 1) {
      let slot = (this.#hashes[id] ?? 0) & mask;
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask;
      slots[slot] = id;
    }
    this.#slots = slots;
  }
}

interface Growable {
  readonly length: number;
  set(other: this): void;
}

/** An array that has room for so many, twice as long where it has to grow. */
export function grown<T extends Growable>(array: T, needed: number, make: (size: number) => T): T {
  if (needed <= array.length) return array;
  const larger = make(Math.max(needed, array.length * 2));
  larger.set(array);
  return larger;
}
