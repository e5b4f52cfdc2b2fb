/** Reads what `ByteWriter` writes, in either byte order. Whatever reaches beyond the end throws a RangeError. */
export class FeatureReader {
  #at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly littleEndian: boolean,
  ) {}

  get left(): number {
    return this.bytes.length - this.#at;
  }

  u32(): number {
    const at = this.advance(4);
    return this.littleEndian ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  u64(): bigint {
    const at = this.advance(8);
    return this.littleEndian ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at);
  }

  text(): string {
    const length = this.u32();
    const bytes = this.bytes.subarray(this.advance(length), this.#at);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
  }

  /** As many as a number before them says. */
  texts(): string[] {
    const count = this.u32();
    // Each has a length at least.
    if (count * 4 > this.left) throw new RangeError('more texts than bytes');
    return Array.from({ length: count }, () => this.text());
  }

  skip(bytes: number): void {
    this.advance(bytes);
  }

  private advance(bytes: number): number {
    const at = this.#at;
    if (bytes > this.left) throw new RangeError('behind the end');
    this.#at += bytes;
    return at;
  }
}
