import { AddressTable } from './address-table';
import { Column } from './column';

/** The node above all others: of a stack without functions. */
export const TRIE_ROOT = 0;

/**
 * Stacks as a tree: a node is a function and whom it was called by, which is a node too. A node comes after its parent, so
 * that whoever goes through them from the last to the first sees children before parents.
 */
export class StackTrie {
  readonly #byParent = new AddressTable();
  readonly #parents = new Column(Int32Array);
  readonly #frames = new Column(Int32Array);
  /** Nodes of the stack that came last, the outermost first: the next one often begins as it does. */
  readonly #last: number[] = [];

  constructor() {
    this.#parents.push(TRIE_ROOT);
    this.#frames.push(-1);
  }

  get size(): number {
    return this.#parents.length;
  }

  /** By node. The root is its own. */
  get parents(): Int32Array {
    return this.#parents.numbers;
  }

  /** By node; -1 for the root. */
  get frames(): Int32Array {
    return this.#frames.numbers;
  }

  childOf(parent: number, frame: number): number {
    const known = this.#byParent.get(0, parent, frame);
    if (known >= 0) return known;
    const child = this.#parents.length;
    this.#parents.push(parent);
    this.#frames.push(frame);
    this.#byParent.set(0, parent, frame, child);
    return child;
  }

  /** The node of a stack: `length` of the frames from `from` on, the innermost first. */
  nodeOf(frames: ArrayLike<number>, from = 0, length = frames.length): number {
    const last = this.#last;
    let [node, depth, left] = [TRIE_ROOT, 0, from + length - 1];
    while (left >= from && depth < last.length && this.#frames.at(last[depth] ?? 0) === frames[left]) {
      node = last[depth] ?? 0;
      depth += 1;
      left -= 1;
    }
    last.length = depth;
    for (; left >= from; left -= 1) {
      node = this.childOf(node, frames[left] ?? 0);
      last.push(node);
    }
    return node;
  }
}
