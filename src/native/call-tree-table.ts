import { constants } from 'node:os';
import { assert } from '../base/assert';
import { bytesOf, scratch } from './foreign-library';
import { KernelError } from './kernel-error';
import { callNodeLayout as layout } from './layout';
import { sharedShim } from './shim';
import type { StackMemory } from './stack-memory';

/** Nodes and functions that there is room for at first. What is too small is made larger, and the tree once more. */
const [FIRST_NODES, FIRST_FUNCTIONS, GROWTH] = [1 << 16, 1 << 18, 4];

/** Doubles and 32-bit integers of a node. */
const [DOUBLES, WORDS] = [layout.size / 8, layout.size / 4];

/**
 * Call trees that the shim makes, one after the other, each in the memory of the last. Its nodes are numbered; what is asked of
 * one that there is not is 0.
 */
export class CallTreeTable {
  /** The number of the root. */
  readonly root = 0;
  #numbers = new Float64Array(FIRST_NODES * DOUBLES);
  /** The same memory. */
  #words = new Int32Array(this.#numbers.buffer);
  #places = new Int32Array(FIRST_FUNCTIONS);
  readonly #least = new Float64Array(1);
  readonly #arrays: readonly [words: Buffer, starts: Buffer, depths: Buffer, counts: Buffer, periods: Buffer];
  readonly #functions: Buffer;

  constructor(
    private readonly stacks: StackMemory,
    private readonly isCallee: boolean,
    /** By cell: its function; absent: each is one of its own. */
    private readonly functions?: Int32Array,
  ) {
    const { words, starts, depths, counts, periods } = stacks;
    const isEven = [depths, counts, periods].every(({ length }) => length === starts.length);
    assert(isEven, 'arrays of stacks have an entry for each');
    this.#arrays = [bytesOf(words), bytesOf(starts), bytesOf(depths), bytesOf(counts), bytesOf(periods)];
    this.#functions = functions ? bytesOf(functions) : scratch(1);
  }

  /**
   * Makes the tree of parts of call chains.
   * @param chains stack and position in turn
   * @param least nodes with a smaller total are left out
   * @throws KernelError ENOMEM
   */
  make(chains: Int32Array, least: number): void {
    this.#least[0] = least;
    for (let result = this.call(chains); result < 0; result = this.call(chains)) this.enlarge(-result);
  }

  /** The function that it is. */
  cellOf(node: number): number {
    return this.#words[node * WORDS + layout.cell / 4] ?? 0;
  }

  /** How many functions follow it, with those that are left out. */
  childrenOf(node: number): number {
    return this.#words[node * WORDS + layout.children / 4] ?? 0;
  }

  /** How many follow it that are not left out: they have successive numbers, in the order in which chains come to them. */
  keptOf(node: number): number {
    return this.#words[node * WORDS + layout.kept / 4] ?? 0;
  }

  firstChildOf(node: number): number {
    return this.#words[node * WORDS + layout.firstChild / 4] ?? 0;
  }

  /** The period of the chains that go through it. */
  totalOf(node: number): number {
    return this.#numbers[node * DOUBLES + layout.total / 8] ?? 0;
  }

  samplesOf(node: number): number {
    return this.#numbers[node * DOUBLES + layout.samples / 8] ?? 0;
  }

  /** The period of the chains that end there. */
  selfOf(node: number): number {
    return this.#numbers[node * DOUBLES + layout.self / 8] ?? 0;
  }

  selfSamplesOf(node: number): number {
    return this.#numbers[node * DOUBLES + layout.selfSamples / 8] ?? 0;
  }

  private call(chains: Int32Array): number {
    const { words, starts } = this.stacks;
    const [wordBytes, ...stackBytes] = this.#arrays;
    return sharedShim().sw_call_tree(
      wordBytes,
      words.length,
      ...stackBytes,
      starts.length,
      bytesOf(chains),
      chains.length >> 1,
      Number(this.isCallee),
      this.#functions,
      this.functions?.length ?? 0,
      bytesOf(this.#places),
      this.#places.length,
      bytesOf(this.#least),
      bytesOf(this.#numbers),
      this.#numbers.length / DOUBLES,
    );
  }

  private enlarge(errno: number): void {
    if (errno === constants.errno.ENOSPC) {
      this.#numbers = new Float64Array(this.#numbers.length * GROWTH);
      this.#words = new Int32Array(this.#numbers.buffer);
    } else if (errno === constants.errno.ERANGE) this.#places = new Int32Array(this.#places.length * GROWTH);
    else throw new KernelError('sw_call_tree', errno);
  }
}
