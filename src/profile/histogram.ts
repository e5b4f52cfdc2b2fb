import type { CallOrder } from './call-tree';
import { Names } from './names';
import { NO_PARENT, type Parents } from './parents';
import type { Places } from './places';
import type { SampleSum } from './sample-sums';
import type { StackKeys } from './stack-collector';
import { type Stacks, StackWord } from './stacks';
import { grown, WordTable } from './word-table';

/** What entries of a histogram can be told apart by. */
export const sortKeys = ['event', 'comm', 'pid', 'tid', 'cpu', 'socket', 'dso', 'sym', 'srcline', 'parent'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What samples have to be told apart by for that. */
export const stackKeysFor = (keys: readonly SortKey[]): StackKeys => ({
  event: true,
  comm: true,
  pid: keys.includes('pid'),
  tid: keys.includes('tid'),
  cpu: keys.includes('cpu') || keys.includes('socket'),
});

/** How samples are put into entries. */
export interface HistogramOptions {
  readonly keys: readonly SortKey[];
  /** Whether callers have a share of what they call. */
  readonly children: boolean;
  /** Whether entries remember which call chains they are of, and of what calls itself which call: the outermost or innermost. */
  readonly chains: CallOrder | undefined;
  /** Events that entries have a share of each; 1 where it is not said. */
  readonly members?: number;
  /** Of an event: samples that are part of the whole, and of no entry. */
  readonly hiddenOf?: (event: number) => SampleSum;
  /** Whether the whole is only what entries have: what is not accepted is no part of it. */
  readonly isRelative?: boolean;
  /** Where `parent` is a key. */
  readonly parents?: Parents;
  /** The socket of each CPU, as the recording tells; -1 for those of which it does not. */
  readonly sockets?: ReadonlyMap<number, number>;
}

/** Of no command. */
const NO_COMM = -1;

/**
 * How much of one event's samples, or of those of several, is of what. In an entry are those whose keys are equal; with
 * `children`, a sample is also in the entries of all its callers, once in each.
 */
export class Histogram {
  readonly #entries = new WordTable();
  readonly #key: Int32Array;
  readonly #members: number;
  /** By entry, and in it by member. */
  #self = new Float64Array(1 << 10);
  #total = new Float64Array(1 << 10);
  #samples = new Float64Array(1 << 10);
  /** Of `self`, what was sampled in the kernel. */
  #kernel = new Float64Array(1 << 10);
  /** The stack that an entry has been counted for last: see `addPosition`. */
  #last = new Int32Array(1 << 10).fill(-1);
  /** Of the longest call chain that the entry shows. */
  #depth = new Int32Array(1 << 10);
  /** A function that the entry is of. */
  #cell = new Int32Array(1 << 10);
  /** Which parts of call chains entries are of, one beside the other. */
  #parts = 0;
  #partEntry = new Int32Array(1 << 10);
  #partStack = new Int32Array(1 << 10);
  #partPosition = new Uint16Array(1 << 10);
  /** Whether the kernel's part of stacks is counted once for all that have it in common: no entry is of both parts then. */
  readonly #sharesKernelStacks: boolean;
  #lastKernelStack = -1;
  /** Whether an entry is told by its command and its function, and by function the command that came last, and its entry. */
  readonly #isOfComms: boolean;
  readonly #lastComm: Int32Array;
  readonly #lastEntry: Int32Array;
  /** Which one is being added. */
  #member = 0;
  /** Of each member, and of each event. */
  readonly #periods: number[] = [];
  readonly #eventPeriods = new Map<number, number>();
  readonly #hasEventKey: boolean;
  readonly #lines = new Names();
  /** Of all samples. */
  period = 0;
  count = 0;

  constructor(
    private readonly stacks: Stacks,
    private readonly places: Places,
    private readonly options: HistogramOptions,
    private readonly accepts: (cell: number) => boolean = () => true,
  ) {
    this.#key = new Int32Array(options.keys.length);
    // Who called the kernel may tell who the parent is.
    this.#sharesKernelStacks = options.keys.includes('sym') && !options.keys.includes('parent');
    this.#isOfComms = options.keys.every((key) => key === 'comm' || key === 'dso' || key === 'sym');
    this.#lastComm = new Int32Array(this.#isOfComms ? places.size : 0).fill(NO_COMM);
    this.#lastEntry = new Int32Array(this.#lastComm.length);
    this.#hasEventKey = options.keys.includes('event');
    this.#members = options.members ?? 1;
  }

  /** Counts the stacks of an event, as one of the members. */
  add(event: number, member = 0): void {
    const { words } = this.stacks;
    const before = this.period;
    this.#member = member;
    this.#lastKernelStack = -1;
    const hidden = this.options.hiddenOf?.(event);
    this.period += hidden?.period ?? 0;
    this.count += hidden?.samples ?? 0;
    for (let stack = 0; stack < this.stacks.size; stack += 1) {
      const from = this.stacks.startOf(stack);
      if (words[from + StackWord.event] !== event) continue;
      if (!this.options.isRelative || this.accepts(words[from + StackWord.chain] ?? 0)) {
        this.period += this.stacks.periodOf(stack);
        this.count += this.stacks.countOf(stack);
      }
      this.addStack(stack, words, from);
    }
    this.#periods[member] = (this.#periods[member] ?? 0) + this.period - before;
    this.#eventPeriods.set(event, this.period - before);
  }

  get members(): number {
    return this.#members;
  }

  /** What the shares of an entry are of: the period of a member, or of the entry's own event where that is a key. */
  wholeOf(entry: number, member = 0): number {
    if (!this.#hasEventKey) return this.#periods[member] ?? 0;
    return this.#eventPeriods.get(this.keyOf(entry, 'event')) ?? 0;
  }

  /** Of a member. */
  periodOf(member: number): number {
    return this.#periods[member] ?? 0;
  }

  /** Whether the shares of all entries are of the same. */
  get hasOneWhole(): boolean {
    return !this.#hasEventKey;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Period of what was sampled in the entry itself. */
  selfOf(entry: number, member = 0): number {
    return this.#self[entry * this.#members + member] ?? 0;
  }

  /** The part of that which was sampled in the kernel. */
  kernelOf(entry: number, member = 0): number {
    return this.#kernel[entry * this.#members + member] ?? 0;
  }

  /** The same, with what it called. */
  totalOf(entry: number, member = 0): number {
    return this.#total[entry * this.#members + member] ?? 0;
  }

  /** How many functions the longest call chain has that it shows. */
  depthOf(entry: number): number {
    return this.#depth[entry] ?? 0;
  }

  /** Samples in the entry itself. */
  samplesOf(entry: number, member = 0): number {
    return this.#samples[entry * this.#members + member] ?? 0;
  }

  /**
   * The value of a key: an event, a comm, a pid, a tid, a CPU, a socket, see `Parents`; of `dso`, `sym` and `srcline` the number of a
   * cell.
   */
  keyOf(entry: number, key: SortKey): number {
    if (key === 'dso' || key === 'sym' || key === 'srcline') return this.#cell[entry] ?? 0;
    return this.#entries.words[this.#entries.startOf(entry) + this.options.keys.indexOf(key)] ?? 0;
  }

  /** The name of an entry's parent; undefined for one without. */
  parentOf(entry: number): string | undefined {
    return this.options.parents?.nameOf(this.keyOf(entry, 'parent'));
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

  private addStack(stack: number, words: Int32Array, from: number): void {
    const whole = this.stacks.depthOf(stack);
    const depth = this.options.children ? whole : 1;
    // Where it was sampled comes first.
    this.addPosition(stack, stack, words[from + StackWord.chain] ?? 0, 0, whole);
    if (this.options.chains !== 'caller') {
      for (let i = 1; i < depth; i += 1) {
        this.addPosition(stack, stack, words[from + StackWord.chain + i] ?? 0, i, whole - i);
      }
      return;
    }
    const kernelStack = this.#sharesKernelStacks ? this.stacks.kernelStackOf(stack) : -1;
    const kernelDepth = kernelStack < 0 ? 1 : this.stacks.depthOf(kernelStack);
    for (let i = depth - 1; i >= kernelDepth; i -= 1) {
      this.addPosition(stack, stack, words[from + StackWord.chain + i] ?? 0, i, i + 1);
    }
    // What is called from within the kernel has been counted with the first of the stacks that have it in common.
    if (depth === 1 || kernelStack <= this.#lastKernelStack) return;
    this.#lastKernelStack = kernelStack;
    for (let i = kernelDepth - 1; i > 0; i -= 1) {
      this.addPosition(kernelStack, stack, words[from + StackWord.chain + i] ?? 0, i, i + 1);
    }
  }

  /**
   * Counts a stack for the entry that one of its positions is in.
   * @param of the stack, or its kernel stack for all that have it in common
   * @param visit a number that all of a stack's positions have in common, and those of no other
   * @param length of the part of the chain that the entry shows
   */
  private addPosition(of: number, visit: number, cell: number, position: number, length: number): void {
    if (!this.accepts(cell)) return;
    const entry = this.entryOf(of, cell);
    if (position === 0) this.addSelf(entry, of, cell);
    // What calls itself has no more of it than once.
    if (this.#last[entry] === visit) return;
    this.#last[entry] = visit;
    this.addPart(entry, of, position, length);
  }

  private addSelf(entry: number, stack: number, cell: number): void {
    const at = entry * this.#members + this.#member;
    const period = this.stacks.periodOf(stack);
    this.#self[at] = (this.#self[at] ?? 0) + period;
    this.#samples[at] = (this.#samples[at] ?? 0) + this.stacks.countOf(stack);
    if (this.places.isKernelAt(cell)) this.#kernel[at] = (this.#kernel[at] ?? 0) + period;
  }

  private addPart(entry: number, stack: number, position: number, length: number): void {
    const at = entry * this.#members + this.#member;
    this.#total[at] = (this.#total[at] ?? 0) + this.stacks.periodOf(stack);
    this.#depth[entry] = Math.max(this.#depth[entry] ?? 0, length);
    // Of several events, call chains are those of the first.
    if (!this.options.chains || this.#member > 0) return;
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

  private entryOf(stack: number, cell: number): number {
    const { words } = this.stacks;
    const from = this.stacks.startOf(stack);
    if (!this.#isOfComms) return this.lookUp(stack, words, from, cell);
    const comm = words[from + StackWord.comm] ?? 0;
    if (this.#lastComm[cell] === comm) return this.#lastEntry[cell] ?? 0;
    const entry = this.lookUp(stack, words, from, cell);
    this.#lastComm[cell] = comm;
    this.#lastEntry[cell] = entry;
    return entry;
  }

  private lookUp(stack: number, words: Int32Array, from: number, cell: number): number {
    const { keys } = this.options;
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] ?? 'comm';
      this.#key[i] =
        key === 'parent' ? (this.options.parents?.of(stack) ?? NO_PARENT) : this.valueOf(key, words, from, cell);
    }
    const known = this.#entries.size;
    const entry = this.#entries.intern(this.#key, 0, keys.length);
    if (entry === known) this.begin(entry, cell);
    return entry;
  }

  private begin(entry: number, cell: number): void {
    if (entry >= this.#cell.length || (entry + 1) * this.#members > this.#self.length) this.grow(entry + 1);
    this.#cell[entry] = cell;
  }

  private grow(size: number): void {
    const double = (length: number) => new Float64Array(length);
    const cells = size * this.#members;
    this.#self = grown(this.#self, cells, double);
    this.#total = grown(this.#total, cells, double);
    this.#samples = grown(this.#samples, cells, double);
    this.#kernel = grown(this.#kernel, cells, double);
    this.#last = grown(this.#last, size, (length) => new Int32Array(length).fill(-1));
    this.#depth = grown(this.#depth, size, (length) => new Int32Array(length));
    this.#cell = grown(this.#cell, size, (length) => new Int32Array(length));
  }

  /** A number for each line; what has none is different from all others. */
  private lineOf(cell: number): number {
    const line = this.places.cell(cell)?.line;
    return line === undefined ? -1 - cell : this.#lines.idOf(line);
  }

  private valueOf(key: Exclude<SortKey, 'parent'>, words: Int32Array, from: number, cell: number): number {
    switch (key) {
      case 'comm':
        return words[from + StackWord.comm] ?? 0;
      case 'pid':
        return words[from + StackWord.pid] ?? 0;
      case 'tid':
        return words[from + StackWord.tid] ?? 0;
      case 'cpu':
        return words[from + StackWord.cpu] ?? 0;
      case 'event':
        return words[from + StackWord.event] ?? 0;
      case 'socket':
        return this.options.sockets?.get(words[from + StackWord.cpu] ?? 0) ?? -1;
      case 'dso':
        return this.places.dsoOf(cell);
      case 'sym':
        return this.places.functionOf(cell);
      case 'srcline':
        return this.lineOf(cell);
    }
  }
}
