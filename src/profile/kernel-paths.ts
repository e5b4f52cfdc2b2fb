import type { Places } from './places';
import type { WordBatch } from './word-batch';
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
   * The numbers of paths, the same for equal functions.
   * @param parts in two halves each, a context and addresses, of the kernel; those without any have no path
   * @param paths written: one for each, or `NO_PATH`
   */
  ofAll(parts: WordBatch, paths: Int32Array): void {
    const { words, starts, count } = parts;
    let known = this.#parts.size;
    this.#parts.internAll(parts, paths);
    for (let i = 0; i < count; i += 1) {
      const part = paths[i] ?? 0;
      if (part === known) {
        this.#pathOf = grown(this.#pathOf, part + 1, (size) => new Int32Array(size));
        this.#pathOf[part] = this.pathOf(words, starts[i] ?? 0, starts[i + 1] ?? 0);
        known += 1;
      }
      paths[i] = this.#pathOf[part] ?? NO_PATH;
    }
  }

  /** Functions of paths, the innermost first, one path behind the other. Valid until parts are looked up. */
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
    // The context comes first.
    for (let at = from + 2; at < to; at += 2, length += 1) {
      this.#scratch[length] = this.places.kernelCellAt(words[at] ?? 0, words[at + 1] ?? 0);
    }
    return length === 0 ? NO_PATH : this.#paths.intern(this.#scratch, 0, length);
  }
}
