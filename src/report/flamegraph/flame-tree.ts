import { type StackTree, stackTree, type TreeStacks } from '../../native/stack-tree';
import { StackWord } from '../../profile/stacks';

/** Stacks of a recording, and the frame of each of its cells. */
export interface FramedStacks {
  readonly stacks: TreeStacks;
  readonly frames: Int32Array;
}

/**
 * One tree of the stacks of all recordings; in `nodes`, those of one stand behind those of the one before.
 * @param count frames that there are
 */
export function flameTree(all: readonly FramedStacks[], count: number): StackTree {
  const [first, ...others] = all;
  if (first && others.length === 0) return stackTree(first.stacks, count, first.frames);
  return stackTree(joined(all), count);
}

/** All of them, of frames in place of cells. */
function joined(all: readonly FramedStacks[]): TreeStacks {
  const sum = (of: (one: FramedStacks) => number) => all.reduce((before, one) => before + of(one), 0);
  const size = sum(({ stacks }) => stacks.size);
  const words = new Int32Array(sum(({ stacks }) => stacks.words.length));
  const [starts, depths] = [new Int32Array(size), new Int32Array(size)];
  let [at, stack] = [0, 0];
  for (const { stacks, frames } of all) {
    for (let id = 0; id < stacks.size; id += 1) {
      const from = (stacks.starts[id] ?? 0) + StackWord.chain;
      const depth = stacks.depths[id] ?? 0;
      starts[stack] = at;
      depths[stack] = depth;
      at += StackWord.chain;
      for (let i = from; i < from + depth; i += 1) words[at++] = frames[stacks.words[i] ?? 0] ?? 0;
      stack += 1;
    }
  }
  return { size, words, starts, depths };
}
