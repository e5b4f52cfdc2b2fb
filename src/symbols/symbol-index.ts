import { inOrder } from '../native/order';

/** Symbols that are to be put into an index: arrays side by side, in which the position of a symbol is its id. */
export interface SymbolsToIndex {
  /** Bytes, below 2^53. */
  readonly starts: Float64Array;
  /** Bytes; 0, and where there is none: up to the next one. */
  readonly sizes: Float64Array;
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

/** What is left of the symbols at one address. */
interface Kept {
  id: number;
  /** Where it ends. */
  readonly end: number;
  /** Those that are equally long: which name is better takes long to say, and is asked only of those that are shown. */
  rivals: number[];
}

/**
 * Names of addresses: which symbol one lies in, and how far from its beginning.
 *
 * Symbols are sorted by address; of several at one address one is left, as perf chooses it (choose_best_symbol() and
 * symbols__fixup_end() in tools/perf/util/symbol.c, Linux 6.18). A program may have a hundred thousand of them, of which few
 * are asked for: these alone are looked at.
 */
export class SymbolIndex {
  /** Ids by address, then as they came. A symbol's position is that of the first at its address. */
  readonly #order: Uint32Array;
  readonly #starts: Float64Array;
  /** By position: what is left there, and of it where it ends, and whether it has a size; 0 until it was asked for. */
  readonly #kept = new Map<number, Kept>();
  readonly #ends: Float64Array;
  readonly #isSized: Uint8Array;
  readonly #hasSizes: boolean;

  private constructor(private readonly symbols: SymbolsToIndex) {
    const { starts, sizes } = symbols;
    const { order, sorted } = inOrder(starts);
    this.#order = order;
    this.#starts = sorted;
    this.#ends = new Float64Array(starts.length);
    this.#isSized = new Uint8Array(starts.length);
    this.#hasSizes = sizes.some((size) => size > 0);
  }

  /** @param symbols in any order */
  static of(symbols: SymbolsToIndex): SymbolIndex {
    return new SymbolIndex(symbols);
  }

  /** All positions are below it. */
  get size(): number {
    return this.#starts.length;
  }

  /** The position of the symbol that an address lies in; -1 where it lies in none. */
  find(address: number): number {
    let label = -1;
    let behind = this.countUntil(address);
    for (let looked = 0; behind > 0 && looked < MOST_NESTED; looked += 1) {
      const position = this.firstBeside(behind - 1);
      if (address < (this.#ends[position] || this.keptAt(position).end)) {
        if (this.#isSized[position] === 1 || !this.#hasSizes) return position;
        // A label within a function is a part of it.
        if (label < 0) label = position;
      }
      behind = position;
    }
    return label;
  }

  /** Of the symbol at a position. */
  startAt(position: number): number {
    return this.#starts[position] ?? 0;
  }

  nameAt(position: number): string {
    return this.symbols.nameOf(this.idAt(position));
  }

  /** Which of the symbols that it was made of stands at a position. */
  idAt(position: number): number {
    return this.best(this.keptAt(position));
  }

  /** How many begin at an address or before it. */
  private countUntil(address: number): number {
    let [low, high] = [0, this.#starts.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first of those that begin where one does: a file may have any number of them. */
  private firstBeside(at: number): number {
    const start = this.#starts[at] ?? 0;
    if (this.#starts[at - 1] !== start) return at;
    let [low, high] = [0, at];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] ?? 0) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private keptAt(position: number): Kept {
    const known = this.#kept.get(position);
    if (known) return known;
    const kept = this.choose(position);
    this.#kept.set(position, kept);
    this.#ends[position] = kept.end;
    this.#isSized[position] = Number((this.symbols.sizes[kept.id] ?? 0) > 0);
    return kept;
  }

  /** Goes through the symbols at one address, each of which leaves its place to one that is better. */
  private choose(position: number): Kept {
    const { sizes } = this.symbols;
    const start = this.#starts[position];
    let kept = this.keptOf(position);
    for (let i = position + 1; i < this.#starts.length && this.#starts[i] === start; i += 1) {
      const next = this.keptOf(i);
      const size = sizes[next.id] ?? 0;
      if (size > 0 && sizes[kept.id] === size) kept.rivals.push(next.id);
      else if (this.yields(kept, next)) kept = next;
    }
    return kept;
  }

  private keptOf(i: number): Kept {
    return { id: this.#order[i] ?? 0, end: this.endOf(i), rivals: [] };
  }

  /** Whether one leaves its place to another one at the same address. */
  private yields(kept: Kept, next: Kept): boolean {
    const start = this.symbols.starts[next.id] ?? 0;
    const [has, nextHas] = [kept.end > start, next.end > start];
    const best = this.best(kept);
    return has === nextHas ? !this.symbols.isBetter(best, next.id) : nextHas;
  }

  /** Which of equally long ones it is: the same from then on. */
  private best(kept: Kept): number {
    kept.id = kept.rivals.reduce((best, id) => (this.symbols.isBetter(best, id) ? best : id), kept.id);
    kept.rivals = [];
    return kept.id;
  }

  private endOf(i: number): number {
    const { sizes, partOf } = this.symbols;
    const [start, id, next] = [this.#starts[i] ?? 0, this.#order[i] ?? 0, this.#order[i + 1]];
    const size = sizes[id] ?? 0;
    if (size > 0) return start + size;
    if (next === undefined || (partOf && partOf(id) !== partOf(next))) return Math.ceil(start / PAGE) * PAGE + PAGE;
    return this.#starts[i + 1] ?? 0;
  }
}
