/** Text is handed on in pieces of about this many bytes. */
const PIECE_BYTES = 1 << 20;

/** The longest that is written at once; longer ones are cut into such. */
const MOST_CHARACTERS = PIECE_BYTES >> 3;

/** Gathers text as bytes, for millions of short ones: nothing is made for each. */
export class TextBuffer {
  readonly #bytes = Buffer.allocUnsafe(PIECE_BYTES);
  #used = 0;

  /** @param take given what has been gathered, valid until it returns */
  constructor(private readonly take: (bytes: Buffer) => void) {}

  write(text: string): void {
    for (let at = 0; at < text.length; at += MOST_CHARACTERS) {
      const part = text.length <= MOST_CHARACTERS ? text : text.slice(at, at + MOST_CHARACTERS);
      // A UTF-16 unit is three bytes at most.
      if (this.#used + part.length * 3 > PIECE_BYTES) this.flush();
      this.#used += this.#bytes.write(part, this.#used);
    }
  }

  /** Fewer bytes than a piece. */
  copy(source: Uint8Array): void {
    if (this.#used + source.length > PIECE_BYTES) this.flush();
    this.#bytes.set(source, this.#used);
    this.#used += source.length;
  }

  flush(): void {
    if (this.#used === 0) return;
    this.take(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}
