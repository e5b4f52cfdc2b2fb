/**
 * Goes through bytes that somebody else wrote, in the encodings of DWARF.
 * What lies beyond their end is a RangeError, as of Buffer.
 */
export class ByteCursor {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
    public end = bytes.length,
  ) {}

  get isDone(): boolean {
    return this.at >= this.end;
  }

  u8(): number {
    return this.bytes.readUInt8(this.moved(1));
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.moved(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.moved(4));
  }

  i8(): number {
    return this.bytes.readInt8(this.moved(1));
  }

  i16(): number {
    return this.bytes.readInt16LE(this.moved(2));
  }

  i32(): number {
    return this.bytes.readInt32LE(this.moved(4));
  }

  /** Rounded to 53 bits. */
  u64(): number {
    return Number(this.bytes.readBigUInt64LE(this.moved(8)));
  }

  /** Rounded to 53 bits. */
  i64(): number {
    return Number(this.bytes.readBigInt64LE(this.moved(8)));
  }

  /** LEB128: 7 bits a byte, the lowest first. Rounded to 53 bits. */
  unsigned(): number {
    let [number, factor, byte] = [0, 1, 0];
    do {
      byte = this.u8();
      number += (byte & 0x7f) * factor;
      factor *= 128;
    } while (byte >= 0x80);
    return number;
  }

  signed(): number {
    let [number, factor, byte] = [0, 1, 0];
    do {
      byte = this.u8();
      number += (byte & 0x7f) * factor;
      factor *= 128;
    } while (byte >= 0x80);
    return (byte & 0x40) === 0 ? number : number - factor;
  }

  /** A text that ends with a zero. */
  text(): string {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0 || end >= this.end) throw new RangeError('a text without an end');
    const text = this.bytes.toString('latin1', this.at, end);
    this.at = end + 1;
    return text;
  }

  /** So many bytes as they are: a view. */
  block(length: number): Buffer {
    const from = this.moved(length);
    return this.bytes.subarray(from, from + length);
  }

  private moved(by: number): number {
    const from = this.at;
    if (!(by >= 0 && from + by <= this.end)) throw new RangeError('beyond the end');
    this.at = from + by;
    return from;
  }
}
