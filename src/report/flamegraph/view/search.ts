import type { FlameData } from './flame-data';
import type { FlameTree, TreeWeights } from './tree';

/** What a search has found. */
export interface Found {
  /** By frame: 1 for those whose name fits. */
  readonly frames: Uint8Array;
}

/** @throws SyntaxError for what is no regular expression */
export function search(data: FlameData, pattern: string): Found {
  const expression = new RegExp(pattern, 'iu');
  const { names } = data.meta;
  const fits = new Uint8Array(names.length);
  for (let i = 0; i < fits.length; i += 1) if (expression.test(names[i] ?? '')) fits[i] = 1;
  const frames = new Uint8Array(data.frameName.length);
  for (let frame = 0; frame < frames.length; frame += 1) {
    frames[frame] = fits[data.frameName[frame] ?? 0] ?? 0;
  }
  return { frames };
}

/** How much of what is weighed has a frame that was found in its stack, each stack counted once. */
export function matchedWeight(tree: FlameTree, { self }: TreeWeights, { frames }: Found): number {
  const isCovered = new Uint8Array(tree.parent.length);
  let sum = 0;
  for (let node = 1; node < isCovered.length; node += 1) {
    if (frames[tree.frame[node] ?? 0] === 1 || isCovered[tree.parent[node] ?? 0] === 1) {
      isCovered[node] = 1;
      sum += self[node] ?? 0;
    }
  }
  return sum;
}
