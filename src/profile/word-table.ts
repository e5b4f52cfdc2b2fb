/** Primes of FNV-1a and its start, for 32 bits. */
const [FNV_PRIME, FNV_START] = [0x01000193, 0x811c9dc5];

/** Words of a slot: the hash of a sequence, and where the sequence begins; 0 for a free one. */
const [HASH, START, STRIDE] = [0, 1, 2];

/** Words in front of a sequence: its number and its length. */
const HEAD = 2;

/**
 * Numbers sequences of 32-bit words, equal ones alike, in the order in which they come: a hash table over one array of words,
 * so that millions of them cost neither an object nor a string each. What is looked at together lies together, as the time
 * goes into waiting for memory: once for a slot, and once for the sequence, which has its number and length in front.
 */
export class WordTable {
  #words = new Int32Array(1 << 12);
  #used = 0;
  #starts = new Uint32Array(1 << 10);
  #slots = new Int32Array(STRIDE << 11);
  #size = 0;

  /** How many different ones there are. */
  get size(): number {
    return this.#size;
  }

  /** The number of a sequence: `size` before the call for one that is new. */
  intern(words: Int32Array, from: number, length: number): number {
    return this.find(hashOf(words, from, length), words, from, length);
  }

  private find(hash: number, words: Int32Array, from: number, length: number): number {
    const slots = this.#slots;
    const mask = slots.length / STRIDE - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const start = slots[slot * STRIDE + START] ?? 0;
      if (start === 0) return this.add(words, from, length, hash, slot);
      if (slots[slot * STRIDE + HASH] === hash && this.equals(start, words, from, length)) {
        return this.#words[start - HEAD] ?? 0;
      }
    }
  }

  /** Where in `words` the sequence begins. */
  startOf(id: number): number {
    return this.#starts[id] ?? 0;
  }

  lengthOf(id: number): number {
    return this.#words[this.startOf(id) - 1] ?? 0;
  }

  /** All of them, one behind the other. Valid until the next one is added. */
  get words(): Int32Array {
    return this.#words;
  }

  private equals(start: number, words: Int32Array, from: number, length: number): boolean {
    const own = this.#words;
    if (own[start - 1] !== length) return false;
    for (let i = 0; i < length; i += 1) if (own[start + i] !== words[from + i]) return false;
    return true;
  }

  private add(words: Int32Array, from: number, length: number, hash: number, slot: number): number {
    const id = this.#size;
    const start = this.#used + HEAD;
    this.#words = grown(this.#words, start + length, (size) => new Int32Array(size));
    this.#starts = grown(this.#starts, id + 1, (size) => new Uint32Array(size));
    const own = this.#words;
    own[start - HEAD] = id;
    own[start - 1] = length;
    for (let i = 0; i < length; i += 1) own[start + i] = words[from + i] ?? 0;
    this.#starts[id] = start;
    this.#used = start + length;
    this.#slots[slot * STRIDE + HASH] = hash;
    this.#slots[slot * STRIDE + START] = start;
    this.#size += 1;
    if (this.#size * 2 * STRIDE > this.#slots.length) this.rehash();
    return id;
  }

  private rehash(): void {
    const [old, slots] = [this.#slots, new Int32Array(this.#slots.length * 4)];
    const mask = slots.length / STRIDE - 1;
    for (let at = 0; at < old.length; at += STRIDE) {
      const [hash, start] = [old[at + HASH] ?? 0, old[at + START] ?? 0];
      if (start === 0) continue;
      let slot = hash & mask;
      while (slots[slot * STRIDE + START] !== 0) slot = (slot + 1) & mask;
      slots[slot * STRIDE + HASH] = hash;
      slots[slot * STRIDE + START] = start;
    }
    this.#slots = slots;
  }
}

/** FNV-1a, of every other word by itself, so that neither waits for the other. */
function hashOf(words: Int32Array, from: number, length: number): number {
  let [even, odd] = [FNV_START, length];
  const last = from + length - 1;
  let i = from;
  for (; i < last; i += 2) {
    even = Math.imul(even ^ (words[i] ?? 0), FNV_PRIME);
    odd = Math.imul(odd ^ (words[i + 1] ?? 0), FNV_PRIME);
  }
  if (i === last) even = Math.imul(even ^ (words[i] ?? 0), FNV_PRIME);
  const hash = even ^ Math.imul(odd, FNV_START);
  // The lower bits alone choose the slot.
  return hash ^ (hash >>> 15);
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
