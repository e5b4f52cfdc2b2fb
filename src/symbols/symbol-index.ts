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
    private readonly rivals: Rivals,
    private readonly nameOf: (id: number) => string,
  ) {}

  /** @param symbols in any order */
  static of(symbols: SymbolsToIndex): SymbolIndex {
    const kept = new KeptSymbols(symbols);
    for (let i = 0; i < symbols.starts.length; i += 1) kept.offer(i);
    const { starts, ends, ids, rivals, count } = kept;
    const sized = new Uint8Array(count);
    for (let i = 0; i < count; i += 1) sized[i] = Number((symbols.sizes[ids[i] ?? 0] ?? 0) > 0);
    const all = [starts.subarray(0, count), ends.subarray(0, count), sized, ids.subarray(0, count)] as const;
    return new SymbolIndex(...all, rivals, symbols.nameOf);
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
    return this.nameOf(this.idAt(position));
  }

  /** Which of the symbols that it was made of stands at a position. */
  idAt(position: number): number {
    const first = this.ids[position] ?? 0;
    const best = this.rivals.bestAt(position, first);
    if (best !== first) this.ids[position] = best;
    return best;
  }
}

/**
 * Symbols that are at one place and equally long, of which one is chosen when it is asked for: programs have thousands of
 * such places, and which name is better takes long to say.
 */
class Rivals {
  readonly #others = new Map<number, number[]>();

  constructor(private readonly isBetter: SymbolsToIndex['isBetter']) {}

  add(position: number, id: number): void {
    const others = this.#others.get(position);
    if (others) others.push(id);
    else this.#others.set(position, [id]);
  }

  /** Which one it is, given the first of them: the same from then on. */
  bestAt(position: number, first: number): number {
    const others = this.#others.get(position);
    if (!others) return first;
    this.#others.delete(position);
    return others.reduce((best, id) => (this.isBetter(best, id) ? best : id), first);
  }
}

/** Symbols by address as they are chosen, in the order of their addresses. */
class KeptSymbols {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly ids: Uint32Array;
  readonly rivals: Rivals;
  count = 0;
  readonly #order: Uint32Array;

  constructor(private readonly symbols: SymbolsToIndex) {
    const { starts } = symbols;
    this.#order = new Uint32Array(starts.length);
    for (let i = 0; i < starts.length; i += 1) this.#order[i] = i;
    if (!isAscending(starts)) this.#order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
    this.starts = new Float64Array(starts.length);
    this.ends = new Float64Array(starts.length);
    this.ids = new Uint32Array(starts.length);
    this.rivals = new Rivals(symbols.isBetter);
  }

  /** Takes the next one, given how many there were before it, unless another one at its address is better. */
  offer(i: number): void {
    const id = this.#order[i] ?? 0;
    const start = this.symbols.starts[id] ?? 0;
    const end = this.endOf(i, id, start);
    const last = this.count - 1;
    if (last >= 0 && this.starts[last] === start) {
      const { sizes } = this.symbols;
      const size = sizes[id] ?? 0;
      if (size > 0 && sizes[this.ids[last] ?? 0] === size) {
        this.rivals.add(last, id);
        return;
      }
      this.ids[last] = this.rivals.bestAt(last, this.ids[last] ?? 0);
      if (!this.yieldsTo(id, end > start)) return;
      this.count -= 1;
    }
    this.ids[this.count] = id;
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.count += 1;
  }

  /** Whether the last one leaves its place to another one, with or without a length, at the same address. */
  private yieldsTo(id: number, hasLength: boolean): boolean {
    const last = this.count - 1;
    const lastHas = (this.ends[last] ?? 0) > (this.starts[last] ?? 0);
    return lastHas === hasLength ? !this.symbols.isBetter(this.ids[last] ?? 0, id) : hasLength;
  }

  private endOf(i: number, id: number, start: number): number {
    const { sizes, starts, partOf } = this.symbols;
    const size = sizes[id] ?? 0;
    if (size > 0) return start + size;
    const next = this.#order[i + 1];
    if (next === undefined || (partOf && partOf(id) !== partOf(next))) return Math.ceil(start / PAGE) * PAGE + PAGE;
    return starts[next] ?? 0;
  }
}

function isAscending(starts: readonly number[]): boolean {
  for (let i = 1; i < starts.length; i += 1) if ((starts[i] ?? 0) < (starts[i - 1] ?? 0)) return false;
  return true;
}
