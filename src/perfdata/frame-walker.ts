/** 4 bytes that a frame begins with, as a little-endian number; and those of frames that are to be skipped. */
const [MAGIC, SKIPPABLE, SKIPPABLE_MASK] = [0xfd2fb528, 0x184d2a50, 0xfffffff0];

/** The longest header of a frame: magic, descriptor, window, dictionary, content size. */
const LONGEST_HEADER = 18;

/** What zstd itself takes by default: ZSTD_WINDOWLOG_LIMIT_DEFAULT. Decoders have as much memory as a frame asks for. */
const LARGEST_WINDOW = 1n << 27n;

/**
 * Looks at the frames and blocks of a zstd stream before they are decompressed, so that one that asks for more memory than
 * it can need is not. Source: RFC 8878, sections 3.1.1 and 3.1.2.
 */
export class FrameWalker {
  /** Bytes of what is walked over now that are still to come. */
  #skip = 0;
  #inFrame = false;
  #hasChecksum = false;
  #carry: Buffer = Buffer.alloc(0);

  /**
   * @param piece what follows the pieces before it
   * @param mostBlocks how many blocks may begin in it; each is 128 KiB at most, decompressed
   * @param atOnce how many are to be decompressed at once
   * @returns where in the piece to begin anew for that; undefined for what is no frame, or too much
   */
  accepts(piece: Uint8Array, mostBlocks: number, atOnce: number): number[] | undefined {
    const carried = this.#carry.length;
    const bytes = Buffer.concat([this.#carry, piece]);
    const blocks: number[] = [];
    let at = 0;
    for (;;) {
      at = this.behindSkipped(bytes, at);
      if (this.#skip > 0) break;
      const length = this.#inFrame ? this.block(bytes, at) : this.header(bytes, at);
      if (length === 'refused') return undefined;
      if (length === 'more') break;
      if (this.#inFrame) blocks.push(at - carried);
      at += length;
    }
    this.#carry = bytes.subarray(at);
    if (blocks.length > mostBlocks) return undefined;
    return blocks.filter((begin, i) => (i + 1) % atOnce === 0 && begin > 0);
  }

  private behindSkipped(bytes: Buffer, at: number): number {
    const skipped = Math.min(this.#skip, bytes.length - at);
    this.#skip -= skipped;
    return at + skipped;
  }

  /** @returns how long it is */
  private header(bytes: Buffer, at: number): number | 'more' | 'refused' {
    const left = bytes.length - at;
    if (left < 8) return 'more';
    const magic = bytes.readUInt32LE(at);
    if ((magic & SKIPPABLE_MASK) >>> 0 === SKIPPABLE) {
      this.#skip = bytes.readUInt32LE(at + 4);
      return 8;
    }
    if (magic !== MAGIC) return 'refused';
    if (left < LONGEST_HEADER) return 'more';
    const { length, window } = frameHeader(bytes.subarray(at));
    if (window > LARGEST_WINDOW) return 'refused';
    this.#hasChecksum = (bytes.readUInt8(at + 4) & 4) !== 0;
    this.#inFrame = true;
    return length;
  }

  /** @returns how long its header is; its content is skipped */
  private block(bytes: Buffer, at: number): number | 'more' {
    if (bytes.length - at < 3) return 'more';
    const header = bytes.readUIntLE(at, 3);
    const [isLast, isRepeated, size] = [(header & 1) !== 0, ((header >> 1) & 3) === 1, header >> 3];
    this.#skip = (isRepeated ? 1 : size) + (isLast && this.#hasChecksum ? 4 : 0);
    this.#inFrame = !isLast;
    return 3;
  }
}

/** How long a frame's header is, and how much memory it asks for. */
function frameHeader(bytes: Buffer): { length: number; window: bigint } {
  const descriptor = bytes.readUInt8(4);
  const single = (descriptor >> 5) & 1;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentBytes = [single, 2, 4, 8][descriptor >> 6] ?? 0;
  const length = 5 + (1 - single) + dictionaryBytes + contentBytes;
  if (!single) return { length, window: windowOf(bytes.readUInt8(5)) };
  const at = length - contentBytes;
  if (contentBytes === 8) return { length, window: bytes.readBigUInt64LE(at) };
  return { length, window: BigInt(bytes.readUIntLE(at, contentBytes)) };
}

function windowOf(descriptor: number): bigint {
  const base = 1n << BigInt(10 + (descriptor >> 3));
  return base + (base >> 3n) * BigInt(descriptor & 7);
}
