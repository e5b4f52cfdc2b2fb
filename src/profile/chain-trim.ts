import { demangled } from '../symbols/demangle';
import type { Cells } from './cells';
import { Stacks, StackWord } from './stacks';

/** What of call chains is left out. */
export interface ChainTrim {
  /** What functions with such names called, as if these had been sampled themselves. */
  readonly ignoredCallees?: RegExp;
  /** Functions without a name; what was sampled in one is left out altogether. */
  readonly hidesUnresolved: boolean;
  /** So many functions are left at most, from where the sample was taken. */
  readonly most?: number;
}

/** The same stacks without what is left out. */
export function trimmed(stacks: Stacks, cells: Cells, trim: ChainTrim): Stacks {
  const trimmer = new Trimmer(cells, trim);
  const words: number[] = [];
  const kept: { readonly id: number; readonly start: number; readonly depth: number }[] = [];
  for (let id = 0; id < stacks.size; id += 1) {
    const from = stacks.startOf(id);
    const chain = from + StackWord.chain;
    const cells = trimmer.of(stacks.words.subarray(chain, chain + stacks.depthOf(id)));
    if (cells.length === 0) continue;
    kept.push({ id, start: words.length, depth: cells.length });
    for (let i = from; i < chain; i += 1) words.push(stacks.words[i] ?? 0);
    for (const cell of cells) words.push(cell);
  }
  return new Stacks({
    size: kept.length,
    words: Int32Array.from(words),
    starts: Int32Array.from(kept, ({ start }) => start),
    depths: Int32Array.from(kept, ({ depth }) => depth),
    counts: Float64Array.from(kept, ({ id }) => stacks.countOf(id)),
    periods: Float64Array.from(kept, ({ id }) => stacks.periodOf(id)),
    // What stacks had in common in the kernel may have been left out of one, and not of another.
    kernelStacks: new Int32Array(kept.length).fill(-1),
  });
}

class Trimmer {
  /** By cell, whether its callees are ignored; undefined: not known yet. */
  readonly #isRoot: (boolean | undefined)[] = [];

  constructor(
    private readonly cells: Cells,
    private readonly trim: ChainTrim,
  ) {}

  /** @param cells the innermost first @returns none where the sample is left out */
  of(cells: Int32Array): Int32Array {
    const { hidesUnresolved, most } = this.trim;
    if (hidesUnresolved && !this.hasName(cells[0] ?? 0)) return cells.subarray(0, 0);
    const own = most === undefined ? cells : cells.subarray(0, most);
    const rest = own.subarray(this.rootIn(own));
    return hidesUnresolved ? rest.filter((cell) => this.hasName(cell)) : rest;
  }

  /** Where the outermost function is whose callees are ignored; the beginning where there is none. */
  private rootIn(cells: Int32Array): number {
    const { ignoredCallees } = this.trim;
    if (!ignoredCallees) return 0;
    for (let i = cells.length - 1; i > 0; i -= 1) {
      const cell = cells[i] ?? 0;
      const known = this.#isRoot[cell] ?? ignoredCallees.test(this.nameOf(cell));
      this.#isRoot[cell] = known;
      if (known) return i;
    }
    return 0;
  }

  private hasName(cell: number): boolean {
    return this.cells.at(cell)?.name !== undefined;
  }

  private nameOf(cell: number): string {
    const name = this.cells.at(cell)?.name;
    return name === undefined ? '' : demangled(name);
  }
}
