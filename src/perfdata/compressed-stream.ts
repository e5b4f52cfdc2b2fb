import { Decompress } from 'fzstd';
import { FrameWalker } from './frame-walker';

/** What one record may hold, compressed: a ring is a few MiB, and more is a file made to fill the memory. */
const MOST_BLOCKS = 512;

/**
 * The records that `perf record -z` has compressed: one zstd stream over all of them, of which each COMPRESSED record of the
 * file holds a piece.
 */
export class CompressedStream {
  readonly #walker = new FrameWalker();
  readonly #out: Uint8Array[] = [];
  readonly #decompress = new Decompress((chunk) => void this.#out.push(Buffer.from(chunk)));
  #rest: Buffer = Buffer.alloc(0);

  /**
   * Takes the next piece.
   * @param whole given bytes, how many of them are whole records
   * @returns the whole records there are now, the rest of the last piece included; undefined for what is no such stream
   */
  push(piece: Uint8Array, whole: (bytes: Buffer) => number): Buffer | undefined {
    if (!this.#walker.accepts(piece, MOST_BLOCKS)) return undefined;
    try {
      this.#decompress.push(Buffer.from(piece));
    } catch {
      // Its own errors tell of numbers only.
      return undefined;
    }
    const bytes = Buffer.concat([this.#rest, ...this.#out.splice(0)]);
    const length = whole(bytes);
    this.#rest = bytes.subarray(length);
    return bytes.subarray(0, length);
  }
}
