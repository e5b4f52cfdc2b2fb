import { secretSeed, spread } from './numbering';
import { PagedColumn } from './paged-column';
import { grown } from './word-table';

/** So many of the first are kept as texts, too: those are asked for again and again. */
const MOST_TEXTS = 4096;

/** Numbers texts, equal ones alike. They are held as bytes: a file may tell of very many. */
export class Names {
  readonly #seed = secretSeed();
  /** Numbers + 1, by what their texts come to; 0 is free. */
  #slots = new Int32Array(1 << 6);
  /** All texts in UTF-8, one behind the other. */
  #bytes = Buffer.alloc(1 << 10);
  readonly #ends = new PagedColumn(Int32Array);
  readonly #texts: (string | undefined)[] = [];

  idOf(text: string): number {
    const bytes = Buffer.from(text);
    return this.idOfUtf8(bytes, 0, bytes.length);
  }

  /** The same for a text that is there as bytes: what is no UTF-8 in it counts as what it is shown as. */
  idOfBytes(bytes: Uint8Array, begin: number, end: number): number {
    for (let i = begin; i < end; i += 1) {
      if ((bytes[i] ?? 0) > 0x7f)
        return this.idOf(Buffer.from(bytes.buffer, bytes.byteOffset).toString('utf8', begin, end));
    }
    return this.idOfUtf8(bytes, begin, end);
  }

  textOf(id: number): string {
    const known = this.#texts[id];
    if (known !== undefined) return known;
    const text = this.#bytes.toString('utf8', this.startOf(id), this.#ends.at(id));
    if (id < MOST_TEXTS && id < this.size) this.#texts[id] = text;
    return text;
  }

  get size(): number {
    return this.#ends.length;
  }

  private startOf(id: number): number {
    return id === 0 ? 0 : this.#ends.at(id - 1);
  }

  private idOfUtf8(bytes: Uint8Array, begin: number, end: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.hash(bytes, begin, end) & mask;
    for (let known = this.#slots[slot] ?? 0; known > 0; known = this.#slots[slot] ?? 0) {
      if (this.isAt(known - 1, bytes, begin, end)) return known - 1;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, bytes, begin, end);
  }

  private isAt(id: number, bytes: Uint8Array, begin: number, end: number): boolean {
    const [start, own] = [this.startOf(id), this.#bytes];
    if (this.#ends.at(id) - start !== end - begin) return false;
    for (let i = begin; i < end; i += 1) if (own[start + i - begin] !== bytes[i]) return false;
    return true;
  }

  private add(slot: number, bytes: Uint8Array, begin: number, end: number): number {
    const id = this.size;
    const [start, length] = [this.startOf(id), end - begin];
    this.#bytes = grown(this.#bytes, start + length, (size) => Buffer.alloc(size));
    for (let i = 0; i < length; i += 1) this.#bytes[start + i] = bytes[begin + i] ?? 0;
    this.#ends.push(start + length);
    this.#slots[slot] = id + 1;
    if (this.size * 4 > this.#slots.length * 3) this.rehash();
    return id;
  }

  private rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    for (let id = 0; id < this.size; id += 1) {
      let slot = this.hash(this.#bytes, this.startOf(id), this.#ends.at(id)) & (slots.length - 1);
      while ((slots[slot] ?? 0) > 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }

  private hash(bytes: Uint8Array, begin: number, end: number): number {
    let hash = this.#seed ^ (end - begin);
    for (let i = begin; i < end; i += 4) {
      const word = (bytes[i] ?? 0) | (byteAt(bytes, i + 1, end) << 8) | (byteAt(bytes, i + 2, end) << 16);
      hash = spread(hash ^ word ^ (byteAt(bytes, i + 3, end) << 24));
    }
    return hash;
  }
}

const byteAt = (bytes: Uint8Array, at: number, end: number): number => (at < end ? (bytes[at] ?? 0) : 0);
