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
  /** The greatest first. */
  readonly children: readonly CallNode[];
}

/** No node. */
const NONE = -1;

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
  #size = 0;
  #byParent = new AddressTable();

  constructor(
    private readonly stacks: Stacks,
    private readonly order: CallOrder,
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
    for (let i = 0; i + 1 < chains.length; i += 2) this.addChain(root, chains[i] ?? 0, chains[i + 1] ?? 0);
    return this.childrenOf(root, least);
  }

  private addChain(root: number, stack: number, position: number): void {
    const { words } = this.stacks;
    const from = this.stacks.startOf(stack) + StackWord.chain;
    const [period, count] = [this.stacks.periodOf(stack), this.stacks.countOf(stack)];
    const [first, last, direction] = range(this.order, position, this.stacks.depthOf(stack));
    let at = root;
    for (let i = first; i !== last; i += direction) {
      at = this.childOf(at, words[from + i] ?? 0);
      this.#total[at] = (this.#total[at] ?? 0) + period;
      this.#samples[at] = (this.#samples[at] ?? 0) + count;
    }
    this.#self[at] = (this.#self[at] ?? 0) + period;
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
  }

  private childrenOf(parent: number, least: number): CallNode[] {
    const found: CallNode[] = [];
    for (let node = this.#firstChild[parent] ?? NONE; node !== NONE; node = this.#nextSibling[node] ?? NONE) {
      if ((this.#total[node] ?? 0) >= least) found.push(this.nodeOf(node, least));
    }
    // The first that came stands first among equal ones.
    return found.reverse().sort((a, b) => b.total - a.total);
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
      children: this.childrenOf(last, least),
    };
  }
}

/** From where to where, the end exclusive, and in which direction. */
function range(order: CallOrder, position: number, depth: number): [first: number, last: number, direction: number] {
  if (order === 'callee') return [position, depth, 1];
  return [position === 0 ? depth - 1 : position, -1, -1];
}
