/** Words of an entry: the address in two halves, whose memory it is in, and its value + 1; 0 is free. */
const [LOW, HIGH, SPACE, VALUE, STRIDE] = [0, 1, 2, 3, 4];

/** Odd numbers that spread bits: 2^32 divided by the golden ratio, and two primes. */
const [SPREAD_LOW, SPREAD_HIGH, SPREAD_SPACE] = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35];

/** From so many entries on a table that is full is made twice as large; a smaller one more, as it will soon be full again. */
const LARGE = 1 << 16;

/** What is known of addresses of several memories: a number each, not below 0. */
export class AddressTable {
  #entries = new Int32Array(STRIDE << 6);
  #size = 0;

  /** -1 for one of which nothing is known yet. */
  get(space: number, low: number, high: number): number {
    const entries = this.#entries;
    const mask = entries.length / STRIDE - 1;
    for (let slot = hash(space, low, high) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * STRIDE;
      const value = entries[at + VALUE] ?? 0;
      if (value === 0) return -1;
      if (entries[at + LOW] === (low | 0) && entries[at + HIGH] === (high | 0) && entries[at + SPACE] === space) {
        return value - 1;
      }
    }
  }

  /** Of one that is not known yet. */
  set(space: number, low: number, high: number, value: number): void {
    this.#size += 1;
    if (this.#size * 2 * STRIDE > this.#entries.length) this.grow();
    put(this.#entries, space, low, high, value + 1);
  }

  private grow(): void {
    const old = this.#entries;
    const entries = new Int32Array(old.length * (old.length < LARGE * STRIDE ? 4 : 2));
    for (let at = 0; at < old.length; at += STRIDE) {
      const value = old[at + VALUE] ?? 0;
      if (value !== 0) put(entries, old[at + SPACE] ?? 0, old[at + LOW] ?? 0, old[at + HIGH] ?? 0, value);
    }
    this.#entries = entries;
  }
}

function put(entries: Int32Array, space: number, low: number, high: number, value: number): void {
  const mask = entries.length / STRIDE - 1;
  let slot = hash(space, low, high) & mask;
  while (entries[slot * STRIDE + VALUE] !== 0) slot = (slot + 1) & mask;
  const at = slot * STRIDE;
  entries[at + LOW] = low;
  entries[at + HIGH] = high;
  entries[at + SPACE] = space;
  entries[at + VALUE] = value;
}

function hash(space: number, low: number, high: number): number {
  const mixed = Math.imul(low, SPREAD_LOW) ^ Math.imul(high, SPREAD_HIGH) ^ Math.imul(space, SPREAD_SPACE);
  return mixed ^ (mixed >>> 15);
}
