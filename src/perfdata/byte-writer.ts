/** Strings of features are padded to a multiple of this: NAME_ALIGN in tools/perf/util/header.c. */
export const NAME_ALIGN = 64;

/** Puts little-endian numbers and perf's strings one behind the other. */
export class ByteWriter {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    return this.bytes(part);
  }

  u64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(value);
    return this.bytes(part);
  }

  bytes(part: Uint8Array): this {
    this.#parts.push(Buffer.from(part));
    return this;
  }

  /** A u32 length, then the text and zeros up to it: do_write_string() in tools/perf/util/header.c. */
  text(text: string): this {
    const bytes = Buffer.from(text.replaceAll('\0', '?'));
    const padded = Buffer.alloc(Math.ceil((bytes.length + 1) / NAME_ALIGN) * NAME_ALIGN);
    padded.set(bytes);
    return this.u32(padded.length).bytes(padded);
  }

  /** How many, then each. */
  texts(texts: readonly string[]): this {
    this.u32(texts.length);
    for (const text of texts) this.text(text);
    return this;
  }

  get done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
