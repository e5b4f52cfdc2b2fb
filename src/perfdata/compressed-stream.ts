import { Decompress } from 'fzstd';
import { FrameWalker } from './frame-walker';

/** What one record may hold, compressed: a ring is a few MiB, and more is a file made to fill the memory. */
const MOST_BLOCKS = 512;

/** So many blocks, of 128 KiB at most, are in memory at once. */
const BLOCKS_AT_ONCE = 16;

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
  readonly #decompress = new Decompress((chunk) => this.append(chunk));
  /** One memory for all that comes out, so that none of it is left for the garbage collector. */
  #memory: Buffer = Buffer.alloc(0);
  #used = 0;
  /** Up to where whole records have been given out. */
  #done = 0;
  #taken = 0;
  #given = 0;

  /**
   * Takes the next piece.
   * @param whole given bytes, how many of them are whole records
   * @returns by and by the whole records there are now, the rest of the last piece included, valid until more is asked for;
   *   undefined, and nothing more, for what is no such stream
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
    this.#memory.copyWithin(0, this.#done, this.#used);
    this.#used -= this.#done;
    this.#done = 0;
    const before = this.#used;
    try {
      this.#decompress.push(Buffer.from(part));
    } catch {
      // Its own errors tell of numbers only.
      return undefined;
    }
    this.#given += this.#used - before;
    this.#done = whole(this.#memory.subarray(0, this.#used));
    const isTooMuch = this.#given > EXPANSION_FROM && this.#given > this.#taken * MOST_EXPANSION;
    const isTooLong = this.#used - this.#done > LONGEST_RECORD;
    return isTooMuch || isTooLong ? undefined : this.#memory.subarray(0, this.#done);
  }

  private append(chunk: Uint8Array): void {
    const length = this.#used + chunk.length;
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, this.#memory.length * 2));
      this.#memory.copy(larger, 0, 0, this.#used);
      this.#memory = larger;
    }
    this.#memory.set(chunk, this.#used);
    this.#used = length;
  }
}
