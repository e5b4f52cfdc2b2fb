import type { OtherRecord } from './recording';

/** The fields of a record's body, by where they are. What lies outside of the record is 0 or empty. */
export class RecordFields {
  readonly misc: number;

  constructor(private readonly record: OtherRecord) {
    this.misc = record.view.getUint16(record.begin - 4, record.littleEndian);
  }

  i32(at: number): number {
    return this.fits(at, 4) ? this.record.view.getInt32(this.record.begin + at, this.record.littleEndian) : 0;
  }

  u32(at: number): number {
    return this.i32(at) >>> 0;
  }

  u16(at: number): number {
    return this.fits(at, 2) ? this.record.view.getUint16(this.record.begin + at, this.record.littleEndian) : 0;
  }

  u64(at: number): bigint {
    return this.fits(at, 8) ? this.record.view.getBigUint64(this.record.begin + at, this.record.littleEndian) : 0n;
  }

  bytes(at: number, length: number): Buffer {
    const { view, begin, end } = this.record;
    const from = Math.min(begin + at, end);
    return Buffer.from(view.buffer, view.byteOffset + from, Math.min(length, end - from));
  }

  /** Text up to a zero, as it is. */
  raw(at: number): string {
    const bytes = this.bytes(at, Number.POSITIVE_INFINITY);
    const stop = bytes.indexOf(0);
    return bytes.toString('utf8', 0, stop < 0 ? bytes.length : stop);
  }

  private fits(at: number, length: number): boolean {
    return this.record.begin + at + length <= this.record.end;
  }
}
