import { packInt32 } from './packed-integers';

/** Marks the place of a text that is not there. */
const NO_TEXT = -1;

/** NUL-terminated texts for the shim, one behind the other. */
export class PackedTexts {
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** Adds texts; where each begins, -1 for those that are undefined, as an int32_t array. */
  add(texts: readonly (string | undefined)[]): Buffer {
    return packInt32(texts.map((text) => (text === undefined ? NO_TEXT : this.#append(text))));
  }

  /** All that were added. */
  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #append(text: string): number {
    const start = this.#length;
    const bytes = Buffer.from(`${text}\0`);
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return start;
  }
}
