/** Reads whole numbers of as few bytes as each needs: 7 bits in a byte, the lower ones first. */
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
