import type { FlameTree, TreeWeights } from './tree';

/** A function with what it weighs. */
export interface FunctionRow {
  readonly frame: number;
  readonly self: number;
  readonly total: number;
}

/** All functions that weigh something, given the stacks as they are. */
export function functionRows(tree: FlameTree, { self, total }: TreeWeights, frames: number): FunctionRow[] {
  const [selfs, totals] = [new Float64Array(frames), new Float64Array(frames)];
  for (let node = 1; node < tree.parent.length; node += 1) {
    const frame = tree.frame[node] ?? 0;
    selfs[frame] = (selfs[frame] ?? 0) + (self[node] ?? 0);
    if (tree.isOutermost[node] === 1) totals[frame] = (totals[frame] ?? 0) + (total[node] ?? 0);
  }
  const rows: FunctionRow[] = [];
  for (let frame = 0; frame < frames; frame += 1) {
    if ((totals[frame] ?? 0) > 0) rows.push({ frame, self: selfs[frame] ?? 0, total: totals[frame] ?? 0 });
  }
  return rows;
}

/** A function beside another, and the weight of the stacks in which it is; frame -1: nobody, the stack begins there. */
export interface Neighbour {
  readonly frame: number;
  readonly weight: number;
}

/** Who calls a function, and what it calls, the greatest first. */
export interface Neighbours {
  readonly callers: readonly Neighbour[];
  readonly callees: readonly Neighbour[];
}

/** The nodes of each frame, so that what is beside one is found without a look at all. */
export class FrameNodes {
  /** By frame and by node: the next node of the frame, -1 behind the last one. */
  readonly #first: Int32Array;
  readonly #next: Int32Array;

  constructor(
    private readonly tree: FlameTree,
    frames: number,
  ) {
    this.#first = new Int32Array(frames).fill(-1);
    this.#next = new Int32Array(tree.parent.length);
    for (let node = tree.parent.length - 1; node > 0; node -= 1) {
      const frame = tree.frame[node] ?? 0;
      this.#next[node] = this.#first[frame] ?? -1;
      this.#first[frame] = node;
    }
  }

  neighbours(frame: number, { total }: TreeWeights): Neighbours {
    const { tree } = this;
    const [callers, callees] = [new Map<number, number>(), new Map<number, number>()];
    const add = (map: Map<number, number>, beside: number, node: number) => {
      const weight = total[node] ?? 0;
      if (weight > 0) map.set(beside, (map.get(beside) ?? 0) + weight);
    };
    for (let node = this.#first[frame] ?? -1; node >= 0; node = this.#next[node] ?? -1) {
      if (tree.isOutermost[node] === 1) add(callers, tree.frame[tree.parent[node] ?? 0] ?? -1, node);
      for (let below = tree.firstChild[node] ?? -1; below >= 0; below = tree.nextSibling[below] ?? -1) {
        if (tree.frame[below] !== frame) add(callees, tree.frame[below] ?? -1, below);
      }
    }
    return { callers: inOrder(callers), callees: inOrder(callees) };
  }
}

const inOrder = (map: ReadonlyMap<number, number>): Neighbour[] =>
  [...map].map(([frame, weight]) => ({ frame, weight })).sort((a, b) => b.weight - a.weight || a.frame - b.frame);
