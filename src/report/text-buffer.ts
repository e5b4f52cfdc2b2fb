/** Text is handed on in pieces of about this many bytes. */
const PIECE_BYTES = 1 << 20;

/** The longest that is written at once; longer ones are cut into such. */
const MOST_CHARACTERS = PIECE_BYTES >> 3;

/** Up to there, copying bytes one by one is faster than asking for it. */
const SHORT = 48;

const ZERO = 0x30;

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

  copy(source: Buffer): void {
    if (this.#used + source.length > PIECE_BYTES) this.flush();
    if (source.length > PIECE_BYTES) {
      this.take(source);
      return;
    }
    const [bytes, used] = [this.#bytes, this.#used];
    if (source.length > SHORT) bytes.set(source, used);
    else for (let i = 0; i < source.length; i += 1) bytes[used + i] = source[i] ?? 0;
    this.#used += source.length;
  }

  /** A whole number, not below 0, with zeros in front up to so many digits. */
  digits(number: number, least: number): void {
    let length = least;
    while (number >= 10 ** length) length += 1;
    if (this.#used + length > PIECE_BYTES) this.flush();
    let rest = number;
    for (let at = this.#used + length - 1; at >= this.#used; at -= 1) {
      const tens = Math.floor(rest / 10);
      this.#bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.#used += length;
  }

  byte(byte: number): void {
    if (this.#used === PIECE_BYTES) this.flush();
    this.#bytes[this.#used] = byte;
    this.#used += 1;
  }

  flush(): void {
    if (this.#used === 0) return;
    this.take(this.#bytes.subarray(0, this.#used));
    this.#used = 0;
  }
}
