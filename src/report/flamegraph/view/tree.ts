import type { FlameData } from './flame-data';

/** A tree of frames that samples are put into: the stacks as they are, or another view of them. Parents come first. */
export interface FlameTree {
  readonly parent: Int32Array;
  /** -1 of the root, node 0. */
  readonly frame: Int32Array;
  /** By node of the stacks: the node here that their samples end in. */
  readonly endOf: Int32Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** 1 where no node above has the same frame, so that totals of a frame count nothing twice. */
  readonly isOutermost: Uint8Array;
}

/** Which view of stacks. */
export interface TreeShape {
  /** From the innermost function to its callers. */
  readonly reversed: boolean;
  /** A function that calls itself is one frame. */
  readonly merged: boolean;
}

/** Nodes by parent and frame, as they are asked for. */
class TreeBuilder {
  readonly parents: number[] = [0];
  readonly frames: number[] = [-1];
  readonly #children = new Map<number, number>();

  constructor(private readonly frameCount: number) {}

  childOf(parent: number, frame: number): number {
    const key = parent * this.frameCount + frame;
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    const node = this.parents.length;
    this.parents.push(parent);
    this.frames.push(frame);
    this.#children.set(key, node);
    return node;
  }
}

export function flameTree(data: FlameData, shape: TreeShape): FlameTree {
  const { parent, frame } = data;
  if (!(shape.reversed || shape.merged))
    return linked(
      parent,
      frame,
      Int32Array.from(parent, (_, i) => i),
    );
  const builder = new TreeBuilder(data.frameName.length + 1);
  const endOf = shape.reversed ? reversedEnds(data, shape.merged, builder) : mergedEnds(data, builder);
  return linked(Int32Array.from(builder.parents), Int32Array.from(builder.frames), endOf);
}

function mergedEnds({ parent, frame }: FlameData, builder: TreeBuilder): Int32Array {
  const endOf = new Int32Array(parent.length);
  for (let node = 1; node < parent.length; node += 1) {
    const [above, own] = [endOf[parent[node] ?? 0] ?? 0, frame[node] ?? 0];
    endOf[node] = builder.frames[above] === own ? above : builder.childOf(above, own);
  }
  return endOf;
}

/** Only of stacks that samples end with. */
function reversedEnds(data: FlameData, merged: boolean, builder: TreeBuilder): Int32Array {
  const { parent, frame } = data;
  const endOf = new Int32Array(parent.length);
  for (const leaf of new Set(data.node)) {
    let end = 0;
    for (let node = leaf; node > 0; node = parent[node] ?? 0) {
      const own = frame[node] ?? 0;
      if (!(merged && builder.frames[end] === own)) end = builder.childOf(end, own);
    }
    endOf[leaf] = end;
  }
  return endOf;
}

function linked(parent: Int32Array, frame: Int32Array, endOf: Int32Array): FlameTree {
  const firstChild = new Int32Array(parent.length).fill(-1);
  const nextSibling = new Int32Array(parent.length).fill(-1);
  const isOutermost = new Uint8Array(parent.length);
  for (let node = parent.length - 1; node > 0; node -= 1) {
    const above = parent[node] ?? 0;
    nextSibling[node] = firstChild[above] ?? -1;
    firstChild[above] = node;
  }
  for (let node = 1; node < parent.length; node += 1) {
    let above = parent[node] ?? 0;
    while (above > 0 && frame[above] !== frame[node]) above = parent[above] ?? 0;
    isOutermost[node] = above > 0 ? 0 : 1;
  }
  return { parent, frame, endOf, firstChild, nextSibling, isOutermost };
}

/** By node of a tree: samples that end there, and those that go through it. */
export interface TreeWeights {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** @param weights by node of the stacks */
export function treeWeights(tree: FlameTree, weights: Float64Array): TreeWeights {
  const self = new Float64Array(tree.parent.length);
  for (let node = 0; node < weights.length; node += 1) {
    const weight = weights[node] ?? 0;
    const end = tree.endOf[node] ?? 0;
    if (weight !== 0) self[end] = (self[end] ?? 0) + weight;
  }
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node -= 1) {
    const above = tree.parent[node] ?? 0;
    total[above] = (total[above] ?? 0) + (total[node] ?? 0);
  }
  return { self, total };
}
