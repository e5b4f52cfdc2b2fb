/** Symbols that are to be put into an index: arrays side by side, in which the position of a symbol is its id. */
export interface SymbolsToIndex {
  /** Bytes, below 2^53. */
  readonly starts: readonly number[];
  /** Bytes; 0: up to the next one. */
  readonly sizes: readonly number[];
  /** Whether of two symbols at one address, both with or both without a length, the first is to be left. */
  readonly isBetter: (one: number, other: number) => boolean;
  /** Asked for only when it is needed. */
  readonly nameOf: (id: number) => string;
  /** Which part of the whole one is in: the last of each does not reach up to the next. */
  readonly partOf?: (id: number) => unknown;
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
    /** 1 for those that have a size of their own. */
    private readonly sized: Uint8Array,
    private readonly ids: Uint32Array,
    private readonly nameOf: (id: number) => string,
  ) {}

  /** @param symbols in any order */
  static of({ starts, sizes, isBetter, nameOf, partOf = () => undefined }: SymbolsToIndex): SymbolIndex {
    const order = Uint32Array.from(starts.keys());
    if (!isAscending(starts)) order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
    const startOf = (i: number): number => starts[order[i] ?? 0] ?? 0;
    const endOf = (i: number): number => {
      const [id, start] = [order[i] ?? 0, startOf(i)];
      const size = sizes[id] ?? 0;
      if (size > 0) return start + size;
      const isLast = i + 1 === order.length || partOf(id) !== partOf(order[i + 1] ?? 0);
      return isLast ? Math.ceil(start / PAGE) * PAGE + PAGE : startOf(i + 1);
    };
    const kept = new Uint32Array(order.length);
    const [keptStarts, keptEnds] = [new Float64Array(order.length), new Float64Array(order.length)];
    let count = 0;
    for (const [i, id] of order.entries()) {
      const [start, end] = [startOf(i), endOf(i)];
      const last = count - 1;
      if (count > 0 && keptStarts[last] === start) {
        const lastHas = (keptEnds[last] ?? 0) > start;
        if (lastHas !== end > start ? lastHas : isBetter(kept[last] ?? 0, id)) continue;
        count -= 1;
      }
      kept[count] = id;
      keptStarts[count] = start;
      keptEnds[count] = end;
      count += 1;
    }
    const ids = kept.subarray(0, count);
    const sized = Uint8Array.from(ids, (id) => Number((sizes[id] ?? 0) > 0));
    return new SymbolIndex(keptStarts.subarray(0, count), keptEnds.subarray(0, count), sized, ids, nameOf);
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
    let label = -1;
    for (let i = low - 1; i >= 0 && i >= low - MOST_NESTED; i -= 1) {
      if (address >= (this.ends[i] ?? 0)) continue;
      if (this.sized[i] === 1) return i;
      // A label within a function is a part of it.
      if (label < 0) label = i;
    }
    return label;
  }

  /** Of the symbol at a position. */
  startAt(position: number): number {
    return this.starts[position] ?? 0;
  }

  nameAt(position: number): string {
    return this.nameOf(this.ids[position] ?? 0);
  }
}

const isAscending = (starts: readonly number[]): boolean =>
  starts.every((start, i) => i === 0 || start >= (starts[i - 1] ?? 0));
