import type { FlameData } from './flame-data';
import type { FlameTree, TreeWeights } from './tree';

/** What a search has found. */
export interface Found {
  /** By frame: 1 for those whose name fits. */
  readonly frames: Uint8Array;
}

/**
 * Which names an expression fits: 1 for each that it does. A worker runs it too: it must use nothing from outside of it.
 * @param until when to give it up, in ms of `performance.now()`; over a single name it may take for ever: see `mayRunAway`
 * @returns undefined where it was given up
 * @throws SyntaxError for what is no regular expression
 */
export function fitting(names: readonly string[], pattern: string, until: number): Uint8Array | undefined {
  const expression = new RegExp(pattern, 'iu');
  const fits = new Uint8Array(names.length);
  for (let i = 0; i < fits.length; i += 1) {
    if (expression.test(names[i] ?? '')) fits[i] = 1;
    if (i % 64 === 0 && performance.now() > until) return undefined;
  }
  return fits;
}

/** A repeated group may be tried in very many ways, and so may what refers back to one. */
const RUNAWAY = /\)[*+{]|\\[1-9k]/u;

/** Whether an expression may take very long over one name. */
export const mayRunAway = (pattern: string): boolean => RUNAWAY.test(pattern);

/** @param fits by name: see `fitting` */
export function foundBy({ frameName }: FlameData, fits: Uint8Array): Found {
  const frames = new Uint8Array(frameName.length);
  for (let frame = 0; frame < frames.length; frame += 1) frames[frame] = fits[frameName[frame] ?? 0] ?? 0;
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
