import { Decompress } from 'fzstd';
import { FrameWalker } from './frame-walker';

/** What one record may hold, compressed: a ring is a few MiB, and more is a file made to fill the memory. */
const MOST_BLOCKS = 512;

/** So many blocks, of 128 KiB at most, are in memory at once. */
const BLOCKS_AT_ONCE = 64;

/** Samples are never so alike that they become so much shorter, but for a beginning: more is a file made to take time. */
const [MOST_EXPANSION, EXPANSION_FROM] = [500, 64 << 20];

/** A record's length has 16 bits. */
const LONGEST_RECORD = 0xffff;

/**
 * The records that `perf record -z` has compressed: one zstd stream over all of them, of which each COMPRESSED record of the
 * file holds a piece.
 */
export class CompressedStream {
  readonly #walker = new FrameWalker();
  readonly #out: Uint8Array[] = [];
  readonly #decompress = new Decompress((chunk) => void this.#out.push(Buffer.from(chunk)));
  #rest: Buffer = Buffer.alloc(0);
  #taken = 0;
  #given = 0;

  /**
   * Takes the next piece.
   * @param whole given bytes, how many of them are whole records
   * @returns by and by the whole records there are now, the rest of the last piece included; undefined, and nothing more, for
   *   what is no such stream
   */
  *push(piece: Uint8Array, whole: (bytes: Buffer) => number): Generator<Buffer | undefined> {
    const cuts = this.#walker.accepts(piece, MOST_BLOCKS, BLOCKS_AT_ONCE);
    if (!cuts) return yield undefined;
    this.#taken += piece.length;
    for (const [i, end] of [...cuts, piece.length].entries()) {
      const records = this.records(piece.subarray(cuts[i - 1] ?? 0, end), whole);
      yield records;
      if (!records) return;
    }
  }

  /** Those that are whole behind a part of a piece; undefined for what is no such stream. */
  private records(part: Uint8Array, whole: (bytes: Buffer) => number): Buffer | undefined {
    try {
      this.#decompress.push(Buffer.from(part));
    } catch {
      // Its own errors tell of numbers only.
      return undefined;
    }
    const bytes = Buffer.concat([this.#rest, ...this.#out.splice(0)]);
    this.#given += bytes.length - this.#rest.length;
    const length = whole(bytes);
    this.#rest = bytes.subarray(length);
    const isTooMuch = this.#given > EXPANSION_FROM && this.#given > this.#taken * MOST_EXPANSION;
    return isTooMuch || this.#rest.length > LONGEST_RECORD ? undefined : bytes.subarray(0, length);
  }
}
