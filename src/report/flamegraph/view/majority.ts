import type { FlameTree } from './tree';

/** By node of a tree: the key that has most of what the node weighs, -1 where it weighs nothing, and how much that is. */
export interface Majorities {
  readonly key: Int32Array;
  readonly weight: Float64Array;
}

/** Weights by key, and the greatest of them; of equal ones, that of the lower key. */
class Sums {
  readonly #byKey = new Map<number, number>();
  best = -1;
  most = 0;

  get size(): number {
    return this.#byKey.size;
  }

  add(key: number, weight: number): void {
    const sum = (this.#byKey.get(key) ?? 0) + weight;
    this.#byKey.set(key, sum);
    if (sum < this.most || (sum === this.most && key > this.best)) return;
    this.best = key;
    this.most = sum;
  }

  addAll(other: Sums): void {
    for (const [key, weight] of other.#byKey) this.add(key, weight);
  }
}

/**
 * Goes up a tree from its leaves, and puts what comes together the smaller into the larger: each weight is moved only a few
 * times, however high the tree is.
 * @param samples told one by one: the node of the tree that it ends in, its key, its weight
 */
export function majorities(
  tree: FlameTree,
  samples: (tell: (node: number, key: number, weight: number) => void) => void,
): Majorities {
  const sums: (Sums | undefined)[] = new Array(tree.parent.length);
  samples((node, key, weight) => {
    const own = sums[node] ?? new Sums();
    sums[node] = own;
    own.add(key, weight);
  });
  const [keys, weights] = [new Int32Array(sums.length).fill(-1), new Float64Array(sums.length)];
  for (let node = sums.length - 1; node >= 0; node -= 1) {
    const own = sums[node];
    if (!own) continue;
    keys[node] = own.best;
    weights[node] = own.most;
    sums[node] = undefined;
    if (node > 0) giveTo(sums, tree.parent[node] ?? 0, own);
  }
  return { key: keys, weight: weights };
}

function giveTo(sums: (Sums | undefined)[], above: number, own: Sums): void {
  const before = sums[above];
  if (before && before.size >= own.size) before.addAll(own);
  else {
    if (before) own.addAll(before);
    sums[above] = own;
  }
}
