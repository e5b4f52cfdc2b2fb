/** Writes whole numbers in as few bytes as they need: 7 bits in each, the lower ones first. */
export class VarintWriter {
  #bytes = new Uint8Array(1 << 16);
  #length = 0;

  /** @param number from 0 to 2^53 - 1 */
  unsigned(number: number): void {
    if (this.#length + 8 > this.#bytes.length) this.grow();
    let left = number;
    while (left >= 0x80000000) {
      this.#bytes[this.#length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    while (left > 127) {
      this.#bytes[this.#length++] = (left & 127) | 128;
      left >>>= 7;
    }
    this.#bytes[this.#length++] = left;
  }

  /** @param number less than 2^52 either side of 0 */
  signed(number: number): void {
    this.unsigned(number < 0 ? -number * 2 - 1 : number * 2);
  }

  /** What has been written: a view. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  private grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

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
