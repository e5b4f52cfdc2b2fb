import { AddressTable } from './address-table';
import { type Stacks, StackWord } from './stacks';
import { grown } from './word-table';

/** Which way a call tree grows: from callers to what they call, or the other way round. */
export type CallOrder = 'caller' | 'callee';

/** A node of a call tree: functions one behind the other that are called from nowhere else, and what follows them. */
export interface CallNode {
  /** Numbers of functions. */
  readonly cells: readonly number[];
  /** Period of the chains that end there. */
  readonly self: number;
  /** The same, with what follows. */
  readonly total: number;
  /** Samples of the chains that go through it. */
  readonly samples: number;
  /** Of those that end there. */
  readonly selfSamples: number;
  /** The greatest first. */
  readonly children: readonly CallNode[];
}

/** No node. */
const NONE = -1;

/** Chains on their way into a tree, side by side: where in the words of stacks they go on, and how many functions are left. */
interface Walkers {
  readonly count: number;
  /** Samples of each, and what they stand for: of stacks, which lie far from each other, they are waited for once. */
  readonly samples: Float64Array;
  readonly period: Float64Array;
  readonly node: Int32Array;
  readonly next: Int32Array;
  readonly left: Int32Array;
  /** The function that each comes to next. */
  readonly cell: Int32Array;
}

/**
 * Makes call trees, one after the other, of parts of call chains: of each, what is called from its position on (`caller`), or
 * all callers of it (`callee`). Of a chain from its innermost function on, `caller` has the whole.
 */
export class CallTrees {
  #cell = new Int32Array(1 << 10);
  #firstChild = new Int32Array(1 << 10);
  #nextSibling = new Int32Array(1 << 10);
  #children = new Int32Array(1 << 10);
  #self = new Float64Array(1 << 10);
  #total = new Float64Array(1 << 10);
  #samples = new Float64Array(1 << 10);
  #selfSamples = new Float64Array(1 << 10);
  #size = 0;
  #byParent = new AddressTable();
  /** By function: no node of it can have more. Most functions have so little that their nodes need not be made. */
  #most: Float64Array = new Float64Array(0);

  constructor(
    private readonly stacks: Stacks,
    private readonly order: CallOrder,
    /** Cells that it makes equal are one function; absent: each is one of its own. */
    private readonly functionOf?: (cell: number) => number,
    /** Which of two functions stands first of those with one period; absent: that which came first. */
    private readonly ofEqual: (a: number, b: number) => number = () => 0,
  ) {}

  /**
   * @param chains stack and position in turn
   * @param least nodes with a smaller period are left out
   * @returns the roots, the greatest first
   */
  tree(chains: Int32Array, least: number): CallNode[] {
    this.#size = 0;
    this.#byParent = new AddressTable();
    const root = this.add(NONE, NONE);
    const level = this.walkersOf(chains, root);
    if (this.#most.length === 0) this.#most = this.mostOf();
    for (let count = level.count; count > 0; count = this.goOn(level, count, least));
    return this.childrenOf(root, least);
  }

  /** The period of all stacks that a function is in, counted each time that it is. */
  private mostOf(): Float64Array {
    const { stacks, functionOf } = this;
    const { words } = stacks;
    let most = new Float64Array(1 << 10);
    for (let stack = 0; stack < stacks.size; stack += 1) {
      const from = stacks.startOf(stack) + StackWord.chain;
      const period = stacks.periodOf(stack);
      for (let i = from; i < from + stacks.depthOf(stack); i += 1) {
        const cell = words[i] ?? 0;
        const own = functionOf ? functionOf(cell) : cell;
        if (own >= most.length) most = grown(most, own + 1, (size) => new Float64Array(size));
        most[own] = (most[own] ?? 0) + period;
      }
    }
    return most;
  }

  /** All chains at the root. */
  private walkersOf(chains: Int32Array, root: number): Walkers {
    const count = chains.length >> 1;
    const walkers = {
      count,
      samples: new Float64Array(count),
      period: new Float64Array(count),
      node: new Int32Array(count).fill(root),
      next: new Int32Array(count),
      left: new Int32Array(count),
      cell: new Int32Array(count),
    };
    for (let i = 0; i < count; i += 1) {
      const [stack, position] = [chains[i * 2] ?? 0, chains[i * 2 + 1] ?? 0];
      const depth = this.stacks.depthOf(stack);
      const isCallee = this.order === 'callee';
      const first = isCallee ? position : position === 0 ? depth - 1 : position;
      walkers.samples[i] = this.stacks.countOf(stack);
      walkers.period[i] = this.stacks.periodOf(stack);
      walkers.next[i] = this.stacks.startOf(stack) + StackWord.chain + first;
      walkers.left[i] = isCallee ? depth - position : first + 1;
    }
    return walkers;
  }

  /**
   * Goes one function further with each chain that is on its way. What has come to a node that is too small to be shown is
   * left there: most chains soon are.
   * @returns how many go on; they stand first
   */
  private goOn(walkers: Walkers, count: number, least: number): number {
    const walking = this.step(walkers, count, least);
    let going = 0;
    for (let i = 0; i < walking; i += 1) {
      if ((this.#total[walkers.node[i] ?? 0] ?? 0) < least) continue;
      moved(walkers, i, going);
      going += 1;
    }
    return going;
  }

  /** @returns how many chains have not ended, and have not come to a function that has too little; they stand first */
  private step(walkers: Walkers, going: number, least: number): number {
    const { node, next, left, cell } = walkers;
    const { words } = this.stacks;
    // One after the other, so that they are waited for together: they lie far from each other.
    for (let i = 0; i < going; i += 1) cell[i] = words[next[i] ?? 0] ?? 0;
    this.toFunctions(cell, going);
    const direction = this.order === 'callee' ? 1 : -1;
    let walking = 0;
    for (let i = 0; i < going; i += 1) {
      const child = this.arrive(walkers, i, least);
      if (child === NONE) continue;
      moved(walkers, i, walking);
      node[walking] = child;
      next[walking] = (next[walking] ?? 0) + direction;
      left[walking] = (left[walking] ?? 0) - 1;
      walking += 1;
    }
    return walking;
  }

  /** Counts a chain at the node that it comes to, if there is to be one. @returns that node; `NONE` for a chain that is over */
  private arrive({ samples, period, node, left, cell }: Walkers, i: number, least: number): number {
    const [parent, to, count, weight] = [node[i] ?? 0, cell[i] ?? 0, samples[i] ?? 0, period[i] ?? 0];
    if (left[i] === 0) {
      this.#self[parent] = (this.#self[parent] ?? 0) + weight;
      this.#selfSamples[parent] = (this.#selfSamples[parent] ?? 0) + count;
      return NONE;
    }
    if ((this.#most[to] ?? 0) < least) {
      // Whoever looks at the parent has to know that it is not all.
      this.#children[parent] = (this.#children[parent] ?? 0) + 1;
      return NONE;
    }
    const child = this.childOf(parent, to);
    this.#total[child] = (this.#total[child] ?? 0) + weight;
    this.#samples[child] = (this.#samples[child] ?? 0) + count;
    return child;
  }

  private toFunctions(cells: Int32Array, count: number): void {
    if (!this.functionOf) return;
    for (let i = 0; i < count; i += 1) cells[i] = this.functionOf(cells[i] ?? 0);
  }

  private childOf(parent: number, cell: number): number {
    const known = this.#byParent.get(parent, cell, 0);
    if (known >= 0) return known;
    const child = this.add(parent, cell);
    this.#byParent.set(parent, cell, 0, child);
    return child;
  }

  private add(parent: number, cell: number): number {
    const node = this.#size;
    this.#size += 1;
    if (node >= this.#cell.length) this.grow();
    this.#cell[node] = cell;
    this.#firstChild[node] = NONE;
    this.#children[node] = 0;
    this.#self[node] = 0;
    this.#total[node] = 0;
    this.#samples[node] = 0;
    this.#selfSamples[node] = 0;
    this.#nextSibling[node] = parent === NONE ? NONE : (this.#firstChild[parent] ?? NONE);
    if (parent !== NONE) {
      this.#firstChild[parent] = node;
      this.#children[parent] = (this.#children[parent] ?? 0) + 1;
    }
    return node;
  }

  private grow(): void {
    const [whole, double] = [(size: number) => new Int32Array(size), (size: number) => new Float64Array(size)];
    const size = this.#size;
    this.#cell = grown(this.#cell, size, whole);
    this.#firstChild = grown(this.#firstChild, size, whole);
    this.#nextSibling = grown(this.#nextSibling, size, whole);
    this.#children = grown(this.#children, size, whole);
    this.#self = grown(this.#self, size, double);
    this.#total = grown(this.#total, size, double);
    this.#samples = grown(this.#samples, size, double);
    this.#selfSamples = grown(this.#selfSamples, size, double);
  }

  private childrenOf(parent: number, least: number): CallNode[] {
    const found: CallNode[] = [];
    for (let node = this.#firstChild[parent] ?? NONE; node !== NONE; node = this.#nextSibling[node] ?? NONE) {
      if ((this.#total[node] ?? 0) >= least) found.push(this.nodeOf(node, least));
    }
    return found.reverse().sort((a, b) => b.total - a.total || this.ofEqual(a.cells[0] ?? 0, b.cells[0] ?? 0));
  }

  /** Puts functions together for as long as one follows the other and no chain ends in between. */
  private nodeOf(first: number, least: number): CallNode {
    const cells = [this.#cell[first] ?? 0];
    let last = first;
    while (this.#self[last] === 0 && this.#children[last] === 1) {
      last = this.#firstChild[last] ?? NONE;
      cells.push(this.#cell[last] ?? 0);
    }
    return {
      cells,
      self: this.#self[last] ?? 0,
      total: this.#total[first] ?? 0,
      samples: this.#samples[first] ?? 0,
      selfSamples: this.#selfSamples[last] ?? 0,
      children: this.childrenOf(last, least),
    };
  }
}

function moved({ samples, period, node, next, left }: Walkers, from: number, to: number): void {
  samples[to] = samples[from] ?? 0;
  period[to] = period[from] ?? 0;
  node[to] = node[from] ?? 0;
  next[to] = next[from] ?? 0;
  left[to] = left[from] ?? 0;
}
