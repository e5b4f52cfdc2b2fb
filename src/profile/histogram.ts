import type { CallOrder } from './call-tree';
import type { Places } from './places';
import { type Stacks, StackWord } from './stacks';
import { grown, WordTable } from './word-table';

/** What entries of a histogram are told apart by. */
export type SortKey = 'comm' | 'pid' | 'tid' | 'cpu' | 'dso' | 'sym';

/** How samples are put into entries. */
export interface HistogramOptions {
  readonly keys: readonly SortKey[];
  /** Whether callers have a share of what they call. */
  readonly children: boolean;
  /** Whether entries remember which call chains they are of, and of what calls itself which call: the outermost or innermost. */
  readonly chains: CallOrder | undefined;
}

/**
 * How much of one event's samples is of what. In an entry are those whose keys are equal; with `children`, a sample is also in
 * the entries of all its callers, once in each.
 */
export class Histogram {
  readonly #entries = new WordTable();
  readonly #key: Uint32Array;
  #self = new Float64Array(1 << 10);
  #total = new Float64Array(1 << 10);
  #samples = new Float64Array(1 << 10);
  /** The stack that an entry has been counted for last. */
  #last = new Int32Array(1 << 10).fill(-1);
  /** Of the longest call chain that the entry shows. */
  #depth = new Uint32Array(1 << 10);
  /** A function that the entry is of. */
  #cell = new Uint32Array(1 << 10);
  /** Which parts of call chains entries are of, one beside the other. */
  #parts = 0;
  #partEntry = new Int32Array(1 << 10);
  #partStack = new Int32Array(1 << 10);
  #partPosition = new Uint16Array(1 << 10);
  /** Of all samples. */
  period = 0;
  count = 0;

  constructor(
    private readonly stacks: Stacks,
    private readonly places: Places,
    private readonly options: HistogramOptions,
    private readonly accepts: (cell: number) => boolean = () => true,
  ) {
    this.#key = new Uint32Array(options.keys.length);
  }

  /** Counts the stacks of an event. */
  add(event: number): void {
    const { words } = this.stacks;
    for (let stack = 0; stack < this.stacks.size; stack += 1) {
      const from = this.stacks.startOf(stack);
      if (words[from + StackWord.event] !== event) continue;
      this.period += this.stacks.periodOf(stack);
      this.count += this.stacks.countOf(stack);
      this.addStack(stack, words, from);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Period of what was sampled in the entry itself. */
  selfOf(entry: number): number {
    return this.#self[entry] ?? 0;
  }

  /** The same, with what it called. */
  totalOf(entry: number): number {
    return this.#total[entry] ?? 0;
  }

  /** How many functions the longest call chain has that it shows. */
  depthOf(entry: number): number {
    return this.#depth[entry] ?? 0;
  }

  /** Samples in the entry itself. */
  samplesOf(entry: number): number {
    return this.#samples[entry] ?? 0;
  }

  /** The value of a key: a comm, a pid, a tid, a CPU; of `dso` and `sym` the number of a cell. */
  keyOf(entry: number, key: SortKey): number {
    if (key === 'dso' || key === 'sym') return this.#cell[entry] ?? 0;
    return this.#entries.words[this.#entries.startOf(entry) + this.options.keys.indexOf(key)] ?? 0;
  }

  /**
   * The parts of call chains that entries are of: stack and position, counted from the innermost function, in turn.
   * @param wanted entries; all of the parts are gone through once
   */
  chainsOf(wanted: Iterable<number>): Map<number, Int32Array> {
    const lengths = new Map<number, number>();
    for (const entry of wanted) lengths.set(entry, 0);
    this.eachPart((entry) => {
      const length = lengths.get(entry);
      if (length !== undefined) lengths.set(entry, length + 2);
    });
    const chains = new Map([...lengths].map(([entry, length]) => [entry, new Int32Array(length)]));
    for (const entry of lengths.keys()) lengths.set(entry, 0);
    this.eachPart((entry, stack, position) => {
      const chain = chains.get(entry);
      if (!chain) return;
      const at = lengths.get(entry) ?? 0;
      chain[at] = stack;
      chain[at + 1] = position;
      lengths.set(entry, at + 2);
    });
    return chains;
  }

  private eachPart(visit: (entry: number, stack: number, position: number) => void): void {
    for (let i = 0; i < this.#parts; i += 1) {
      visit(this.#partEntry[i] ?? 0, this.#partStack[i] ?? 0, this.#partPosition[i] ?? 0);
    }
  }

  private addStack(stack: number, words: Uint32Array, from: number): void {
    const whole = this.stacks.depthOf(stack);
    const depth = this.options.children ? whole : 1;
    const isInward = this.options.chains === 'caller';
    for (let i = 0; i < depth; i += 1) {
      // Where it was sampled comes first.
      const position = i === 0 || !isInward ? i : depth - i;
      const cell = words[from + StackWord.chain + position] ?? 0;
      if (!this.accepts(cell)) continue;
      const entry = this.entryOf(words, from, cell);
      if (position === 0) this.addSelf(entry, stack);
      // What calls itself has no more of it than once.
      if (this.#last[entry] === stack) continue;
      this.addPart(entry, stack, position, isInward && position > 0 ? position + 1 : whole - position);
    }
  }

  private addSelf(entry: number, stack: number): void {
    this.#self[entry] = (this.#self[entry] ?? 0) + this.stacks.periodOf(stack);
    this.#samples[entry] = (this.#samples[entry] ?? 0) + this.stacks.countOf(stack);
  }

  /** @param length of the part of the chain that the entry shows */
  private addPart(entry: number, stack: number, position: number, length: number): void {
    this.#last[entry] = stack;
    this.#total[entry] = (this.#total[entry] ?? 0) + this.stacks.periodOf(stack);
    this.#depth[entry] = Math.max(this.#depth[entry] ?? 0, length);
    if (!this.options.chains) return;
    const part = this.#parts;
    this.#parts += 1;
    if (part >= this.#partEntry.length) {
      this.#partEntry = grown(this.#partEntry, this.#parts, (size) => new Int32Array(size));
      this.#partStack = grown(this.#partStack, this.#parts, (size) => new Int32Array(size));
      this.#partPosition = grown(this.#partPosition, this.#parts, (size) => new Uint16Array(size));
    }
    this.#partEntry[part] = entry;
    this.#partStack[part] = stack;
    this.#partPosition[part] = position;
  }

  private entryOf(words: Uint32Array, from: number, cell: number): number {
    const { keys } = this.options;
    for (let i = 0; i < keys.length; i += 1) this.#key[i] = this.valueOf(keys[i] ?? 'comm', words, from, cell);
    const known = this.#entries.size;
    const entry = this.#entries.intern(this.#key, 0, keys.length);
    if (entry === known) this.begin(entry, cell);
    return entry;
  }

  private begin(entry: number, cell: number): void {
    if (entry >= this.#cell.length) this.grow(entry + 1);
    this.#cell[entry] = cell;
  }

  private grow(size: number): void {
    const double = (length: number) => new Float64Array(length);
    this.#self = grown(this.#self, size, double);
    this.#total = grown(this.#total, size, double);
    this.#samples = grown(this.#samples, size, double);
    this.#last = grown(this.#last, size, (length) => new Int32Array(length).fill(-1));
    this.#depth = grown(this.#depth, size, (length) => new Uint32Array(length));
    this.#cell = grown(this.#cell, size, (length) => new Uint32Array(length));
  }

  private valueOf(key: SortKey, words: Uint32Array, from: number, cell: number): number {
    switch (key) {
      case 'comm':
        return words[from + StackWord.comm] ?? 0;
      case 'pid':
        return words[from + StackWord.pid] ?? 0;
      case 'tid':
        return words[from + StackWord.tid] ?? 0;
      case 'cpu':
        return words[from + StackWord.cpu] ?? 0;
      case 'dso':
        return this.places.cells[cell]?.dso ?? 0;
      case 'sym':
        return cell;
    }
  }
}
