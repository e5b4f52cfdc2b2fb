/** Bytes of a number, at most: of more than 64 bits there is none. */
export const MOST_BYTES = 10;

/** Writes whole numbers in as few bytes as they need: 7 bits in each, the lower ones first. */
export class VarintWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** @param room bytes before it has to grow */
  constructor(room = 1 << 16) {
    this.#bytes = new Uint8Array(room);
  }

  /** @param numbers from 0 to 2^53 - 1, of which the first `count` are written */
  unsigned(numbers: Float64Array, count: number): void {
    if (this.#length + count * MOST_BYTES > this.#bytes.length) this.grow(count * MOST_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i += 1) {
      let left = numbers[i] ?? 0;
      if (left < 128) {
        bytes[at++] = left;
        continue;
      }
      while (left >= 0x80000000) {
        bytes[at++] = (left % 128) | 128;
        left = Math.floor(left / 128);
      }
      let rest = left | 0;
      while (rest > 127) {
        bytes[at++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      bytes[at++] = rest;
    }
    this.#length = at;
  }

  /** What has been written: a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  private grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.bytes);
    this.#bytes = larger;
  }
}

/** A number as one without a sign, as `VarintReader.signed` reads it. @param number less than 2^52 either side of 0 */
export const zigzag = (number: number): number => (number < 0 ? -number * 2 - 1 : number * 2);

/** Reads what `VarintWriter` has written. */
export class VarintReader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  unsigned(): number {
    let byte = this.bytes[this.at++] ?? 0;
    let number = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = this.bytes[this.at++] ?? 0;
      number += (byte & 127) * factor;
    }
    return number;
  }

  signed(): number {
    const number = this.unsigned();
    return number % 2 === 0 ? number / 2 : -(number + 1) / 2;
  }
}
