/** A symbol as it is put into an index. Addresses and sizes in bytes, below 2^53; size 0: up to the next one. */
export interface IndexedSymbol {
  readonly start: number;
  readonly size: number;
  readonly name: string;
}

/** Where the last symbol without a size is taken to end: a page behind the one that it is in, as perf has it. */
const PAGE = 4096;

/** How far back a symbol is looked for that others lie within. */
const MOST_NESTED = 8;

/**
 * Names of addresses: which symbol one lies in, and how far from its beginning.
 *
 * Symbols are sorted by address; of several at one address one is left, as perf chooses it (choose_best_symbol() and
 * symbols__fixup_end() in tools/perf/util/symbol.c, Linux 6.18).
 */
export class SymbolIndex {
  private constructor(
    private readonly starts: Float64Array,
    private readonly ends: Float64Array,
    private readonly ids: Uint32Array,
    private readonly nameOf: (id: number) => string,
  ) {}

  /**
   * @param starts of all symbols, in any order, sizes beside them
   * @param isBetter whether of two symbols at one address the first is to be left: given their positions
   * @param nameOf the name of the symbol at a position; asked for only when it is needed
   */
  static of(
    starts: readonly number[],
    sizes: readonly number[],
    isBetter: (one: number, other: number) => boolean,
    nameOf: (id: number) => string,
  ): SymbolIndex {
    const order = Uint32Array.from(starts.keys());
    order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
    const kept: number[] = [];
    for (const id of order) {
      const last = kept.at(-1);
      if (last === undefined || starts[last] !== starts[id]) kept.push(id);
      else if (!isBetter(last, id)) kept[kept.length - 1] = id;
    }
    const sortedStarts = Float64Array.from(kept, (id) => starts[id] ?? 0);
    const ends = Float64Array.from(kept, (id, i) => {
      const [start, size] = [starts[id] ?? 0, sizes[id] ?? 0];
      return size > 0 ? start + size : (sortedStarts[i + 1] ?? Math.ceil(start / PAGE) * PAGE + PAGE);
    });
    return new SymbolIndex(sortedStarts, ends, Uint32Array.from(kept), nameOf);
  }

  get size(): number {
    return this.starts.length;
  }

  /** The position of the symbol that an address lies in; -1 where it lies in none. */
  find(address: number): number {
    let [low, high] = [0, this.starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    for (let i = low - 1; i >= 0 && i >= low - MOST_NESTED; i -= 1) if (address < (this.ends[i] ?? 0)) return i;
    return -1;
  }

  /** Of the symbol at a position. */
  startAt(position: number): number {
    return this.starts[position] ?? 0;
  }

  nameAt(position: number): string {
    return this.nameOf(this.ids[position] ?? 0);
  }
}
