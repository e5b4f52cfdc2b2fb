import type { FlameTree } from './tree';

/** A frame as it is drawn: from where to where in the shares of the width, and in which row. */
export interface Box {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly row: number;
}

/** How boxes beside each other are put in order: the greatest first, or by name. */
export type BoxOrder = 'weight' | 'name';

/** What is to be laid out. */
export interface LayoutRequest {
  readonly tree: FlameTree;
  /** By node. */
  readonly total: Float64Array;
  /** Fills the width; those above it do so, too. */
  readonly zoomed: number;
  readonly order: BoxOrder;
  /** Frames by the order of their names. */
  readonly rank: Int32Array;
  /** What is narrower, in shares of the width, is left out. */
  readonly least: number;
}

/** The boxes that can be seen, row by row from the root. What is too narrow costs nothing, however much is below it. */
export function layout(request: LayoutRequest): Box[] {
  const { tree, total, zoomed, least } = request;
  const path = pathTo(tree, zoomed);
  const boxes: Box[] = path.map((node, row) => ({ node, from: 0, to: 1, row }));
  const whole = total[zoomed] ?? 0;
  if (whole <= 0) return boxes;
  const first = boxes.length - 1;
  for (let next = first; next < boxes.length; next += 1) {
    const above = boxes[next];
    if (!above) break;
    let from = above.from;
    for (const node of childrenInOrder(request, above.node, least * whole)) {
      const to = from + (total[node] ?? 0) / whole;
      boxes.push({ node, from, to, row: above.row + 1 });
      from = to;
    }
  }
  return boxes;
}

/** From the root to a node. */
export function pathTo(tree: FlameTree, node: number): number[] {
  const path = [node];
  for (let at = node; at > 0; ) {
    at = tree.parent[at] ?? 0;
    path.push(at);
  }
  return path.reverse();
}

/** @param least of their totals */
function childrenInOrder({ tree, total, order, rank }: LayoutRequest, above: number, least: number): number[] {
  const children: number[] = [];
  for (let node = tree.firstChild[above] ?? -1; node >= 0; node = tree.nextSibling[node] ?? -1) {
    if ((total[node] ?? 0) > 0 && (total[node] ?? 0) >= least) children.push(node);
  }
  const rankOf = (node: number) => rank[tree.frame[node] ?? 0] ?? 0;
  return order === 'weight'
    ? children.sort((a, b) => (total[b] ?? 0) - (total[a] ?? 0) || rankOf(a) - rankOf(b))
    : children.sort((a, b) => rankOf(a) - rankOf(b));
}
