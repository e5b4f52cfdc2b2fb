import { isContext, Mode, modeOf } from './chain-context';
import type { Places } from './places';
import { grown, WordTable } from './word-table';

/** Instead of a path. */
export const NO_PATH = -1;

/**
 * The parts of call chains that lie in the kernel, as functions. Whatever the programs, there are few of them in millions of
 * samples: a part that has been seen costs one look into a table instead of one for each of its addresses.
 */
export class KernelPaths {
  readonly #parts = new WordTable();
  /** The path of a part; parts with equal functions have one. */
  #pathOf = new Int32Array(1 << 10);
  readonly #paths = new WordTable();
  #scratch = new Int32Array(1 << 8);

  constructor(private readonly places: Places) {}

  /**
   * The number of a path, the same for equal functions; `NO_PATH` for a part that is not of the kernel alone.
   * @param words from `from` to `to` the part: in two halves each, contexts and addresses
   */
  of(words: Int32Array, from: number, to: number): number {
    const known = this.#parts.size;
    const part = this.#parts.intern(words, from, to - from);
    if (part === known) {
      this.#pathOf = grown(this.#pathOf, part + 1, (size) => new Int32Array(size));
      this.#pathOf[part] = this.pathOf(words, from, to);
    }
    return this.#pathOf[part] ?? NO_PATH;
  }

  /** Functions of paths, the innermost first, one path behind the other. Valid until the next part is looked up. */
  get cells(): Int32Array {
    return this.#paths.words;
  }

  /** Where in `cells` a path begins. */
  startOf(path: number): number {
    return this.#paths.startOf(path);
  }

  /** How many functions it has. */
  depthOf(path: number): number {
    return this.#paths.lengthOf(path);
  }

  private pathOf(words: Int32Array, from: number, to: number): number {
    if (to - from > this.#scratch.length) this.#scratch = new Int32Array(to - from);
    let length = 0;
    for (let at = from; at < to; at += 2) {
      const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
      if (isContext(low, high)) {
        if (modeOf(low) !== Mode.kernel) return NO_PATH;
        continue;
      }
      this.#scratch[length] = this.places.kernelCellAt(low, high);
      length += 1;
    }
    return length === 0 ? NO_PATH : this.#paths.intern(this.#scratch, 0, length);
  }
}
