import { CallTreeTable } from '../native/call-tree-table';
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

/**
 * Makes call trees, one after the other, of parts of call chains: of each, what is called from its position on (`caller`), or
 * all callers of it (`callee`). Of a chain from its innermost function on, `caller` has the whole. The chains are put together
 * in C, which can ask for the memory of many ahead: here they would be waited for, one look-up after the other.
 */
export class CallTrees {
  /** Made when the first tree is: it needs the shim. */
  #table: CallTreeTable | undefined;

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
   * @throws KernelError ENOMEM
   */
  tree(chains: Int32Array, least: number): CallNode[] {
    this.#table ??= this.newTable();
    this.#table.make(chains, least);
    return this.childrenOf(this.#table, this.#table.root);
  }

  private newTable(): CallTreeTable {
    const { stacks, order, functionOf } = this;
    return new CallTreeTable(stacks.arrays, order === 'callee', functionOf && functionsOf(stacks, functionOf));
  }

  private childrenOf(table: CallTreeTable, parent: number): CallNode[] {
    const first = table.firstChildOf(parent);
    const found = Array.from({ length: table.keptOf(parent) }, (_, i) => this.nodeOf(table, first + i));
    return found.sort((a, b) => b.total - a.total || this.ofEqual(a.cells[0] ?? 0, b.cells[0] ?? 0));
  }

  /** Puts functions together for as long as one follows the other and no chain ends in between. */
  private nodeOf(table: CallTreeTable, first: number): CallNode {
    const cells = [table.cellOf(first)];
    let last = first;
    while (table.selfOf(last) === 0 && table.childrenOf(last) === 1 && table.keptOf(last) === 1) {
      last = table.firstChildOf(last);
      cells.push(table.cellOf(last));
    }
    return {
      cells,
      self: table.selfOf(last),
      total: table.totalOf(first),
      samples: table.samplesOf(first),
      selfSamples: table.selfSamplesOf(last),
      children: this.childrenOf(table, last),
    };
  }
}

/** By cell, of all that stacks have: its function. */
function functionsOf(stacks: Stacks, functionOf: (cell: number) => number): Int32Array {
  const { words } = stacks;
  const none = (size: number) => new Int32Array(size).fill(-1);
  let functions = none(1 << 10);
  for (let stack = 0; stack < stacks.size; stack += 1) {
    const from = stacks.startOf(stack) + StackWord.chain;
    for (let i = from; i < from + stacks.depthOf(stack); i += 1) {
      const cell = words[i] ?? 0;
      if (cell >= functions.length) functions = grown(functions, cell + 1, none);
      if (functions[cell] === -1) functions[cell] = functionOf(cell);
    }
  }
  return functions;
}
