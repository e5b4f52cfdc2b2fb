import type { FlameData } from './flame-data';
import type { Box } from './layout';
import { type Selection, selected } from './selection';
import type { FlameTree } from './tree';

/** Selected samples in the order of their time. */
export function inTimeOrder(data: FlameData, selection: Selection): Int32Array {
  const isSelected = selected(data, selection);
  const found: number[] = [];
  const last = data.meta.recordings.length - 1;
  for (let i = 0; i < data.time.length; i += 1) if (data.side[i] === last && isSelected(i)) found.push(i);
  return Int32Array.from(found).sort((a, b) => (data.time[a] ?? 0) - (data.time[b] ?? 0));
}

/** Those of samples whose stacks go through a node. */
export function through(data: FlameData, { parent, endOf }: FlameTree, node: number, samples: Int32Array): Int32Array {
  if (node === 0) return samples;
  const isIn = new Uint8Array(parent.length);
  isIn[node] = 1;
  for (let below = node + 1; below < isIn.length; below += 1) isIn[below] = isIn[parent[below] ?? 0] ?? 0;
  return samples.filter((sample) => isIn[endOf[data.node[sample] ?? 0] ?? 0] === 1);
}

/** So many of them at most, at equal distances. */
export const thinned = (samples: Int32Array, most: number): Int32Array =>
  samples.length <= most
    ? samples
    : Int32Array.from({ length: most }, (_, i) => samples[Math.floor((i * samples.length) / most)] ?? 0);

/** The stacks of samples side by side, a frame that stays being one box. */
export function course(data: FlameData, tree: FlameTree, samples: Int32Array): Box[] {
  const count = samples.length;
  const boxes: Box[] = [{ node: 0, from: 0, to: 1, row: 0 }];
  let open: { node: number; from: number }[] = [];
  const close = (keep: number, to: number) => {
    for (let row = keep; row < open.length; row += 1) {
      const box = open[row];
      if (box) boxes.push({ ...box, to, row: row + 1 });
    }
    open = open.slice(0, keep);
  };
  for (let column = 0; column < count; column += 1) {
    const path = pathOf(tree, tree.endOf[data.node[samples[column] ?? 0] ?? 0] ?? 0);
    let same = 0;
    while (same < path.length && open[same]?.node === path[same]) same += 1;
    close(same, column / count);
    for (const node of path.slice(same)) open.push({ node, from: column / count });
  }
  close(0, 1);
  return boxes.sort((a, b) => a.row - b.row || a.from - b.from);
}

/** Without the root. */
function pathOf(tree: FlameTree, end: number): number[] {
  const path: number[] = [];
  for (let node = end; node > 0; node = tree.parent[node] ?? 0) path.push(node);
  return path.reverse();
}
