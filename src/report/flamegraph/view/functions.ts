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
export function neighbours(
  tree: FlameTree,
  { total }: TreeWeights,
  frame: number,
): { readonly callers: Neighbour[]; readonly callees: Neighbour[] } {
  const [callers, callees] = [new Map<number, number>(), new Map<number, number>()];
  for (let node = 1; node < tree.parent.length; node += 1) {
    const [weight, above] = [total[node] ?? 0, tree.parent[node] ?? 0];
    if (weight === 0) continue;
    if (tree.frame[node] === frame && tree.isOutermost[node] === 1) add(callers, tree.frame[above] ?? -1, weight);
    if (tree.frame[above] === frame && tree.frame[node] !== frame) add(callees, tree.frame[node] ?? -1, weight);
  }
  return { callers: inOrder(callers), callees: inOrder(callees) };
}

function add(map: Map<number, number>, frame: number, weight: number): void {
  map.set(frame, (map.get(frame) ?? 0) + weight);
}

const inOrder = (map: ReadonlyMap<number, number>): Neighbour[] =>
  [...map].map(([frame, weight]) => ({ frame, weight })).sort((a, b) => b.weight - a.weight || a.frame - b.frame);
