import { bytesOf, scratch } from './foreign-library';
import { checked } from './kernel-error';
import { sharedShim } from './shim';
import type { StackMemory } from './stack-memory';
import { wholeMemory } from './whole-memory';

/** Bytes. */
const WORD = 4;

/** What of stacks makes their tree. */
export type TreeStacks = Pick<StackMemory, 'size' | 'words' | 'starts' | 'depths'>;

/** The node above all others: of a stack without functions. */
export const TREE_ROOT = 0;

/**
 * Stacks as a tree: a node is a function and whom it was called by, which is a node too. A node comes after its parent, so that
 * whoever goes through them from the last to the first sees children before parents.
 */
export interface StackTree {
  /** By node. The root is its own. */
  readonly parents: Int32Array;
  /** By node: its function; -1 for the root. */
  readonly frames: Int32Array;
  /** By stack: where it ends. */
  readonly nodes: Int32Array;
}

/**
 * Makes the tree, its nodes numbered as they first come, stack after stack, from the outermost function of each on.
 * @param count functions that there are: all are numbers below it
 * @param functions by cell: its function; absent: each is one of its own
 * @throws KernelError ENOMEM
 */
export function stackTree(stacks: TreeStacks, count: number, functions?: Int32Array): StackTree {
  const { words, starts, depths, size } = stacks;
  const capacity = depths.subarray(0, size).reduce((sum, depth) => sum + depth, 1);
  const [parents, frames] = [
    new Int32Array(wholeMemory(capacity * WORD)),
    new Int32Array(wholeMemory(capacity * WORD)),
  ];
  const nodes = new Int32Array(size);
  const returned = sharedShim().sw_stack_tree(
    bytesOf(words),
    words.length,
    bytesOf(starts),
    bytesOf(depths),
    size,
    functions ? bytesOf(functions) : scratch(1),
    functions?.length ?? 0,
    count,
    bytesOf(parents),
    bytesOf(frames),
    capacity,
    bytesOf(nodes),
  );
  const made = checked('sw_stack_tree', returned);
  return { parents: parents.subarray(0, made), frames: frames.subarray(0, made), nodes };
}
