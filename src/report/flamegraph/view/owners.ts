import type { FlameData } from './flame-data';
import type { Box } from './layout';
import { type Majorities, majorities } from './majority';
import { type Selection, selected, type Weight, weightOf } from './selection';
import type { FlameTree } from './tree';

/** Whose a frame is for the most part. */
export interface Owner {
  /** The name of the threads that have most of it, and how much of it they have, from 0 to 1. */
  readonly comm: string;
  readonly share: number;
  /** Which it is of all names, by how many samples of the recording each has: see `ownerColour`. */
  readonly rank: number;
  /** The thread that has more than half of it; absent where none does. */
  readonly thread?: { readonly pid: number; readonly tid: number };
}

/** What is looked at. */
export interface OwnersRequest {
  readonly data: FlameData;
  readonly tree: FlameTree;
  /** By node. */
  readonly total: Float64Array;
  readonly selection: Selection;
  readonly weight: Weight;
}

/** Threads by the frames that they have most of, in the recording that is drawn. */
export class Owners {
  readonly #comms: readonly string[];
  readonly #commOf: Int32Array;
  readonly #byComm: Majorities;
  readonly #byThread: Majorities;

  constructor(private readonly request: OwnersRequest) {
    const { data, tree } = request;
    const { threads } = data.meta;
    const ids = ranksOf(data);
    this.#comms = [...ids.keys()];
    this.#commOf = Int32Array.from(threads, ({ comm }) => ids.get(comm) ?? 0);
    const by = (keyOf: (thread: number) => number) =>
      majorities(tree, (tell) =>
        this.eachSample((i, amount) => tell(tree.endOf[data.node[i] ?? 0] ?? 0, keyOf(data.thread[i] ?? 0), amount)),
      );
    this.#byComm = by((thread) => this.#commOf[thread] ?? 0);
    this.#byThread = by((thread) => thread);
  }

  /** Of a frame with all that it weighs; undefined where that is nothing. */
  of(node: number): Owner | undefined {
    const whole = this.request.total[node] ?? 0;
    const comm = this.#byComm.key[node] ?? -1;
    if (comm < 0 || whole <= 0) return undefined;
    const isOneThread = (this.#byThread.weight[node] ?? 0) * 2 > whole;
    const share = (this.#byComm.weight[node] ?? 0) / whole;
    return this.owner(comm, share, isOneThread ? (this.#byThread.key[node] ?? -1) : -1);
  }

  /** Of a box that stands for a stretch of samples. @param columns the samples that are drawn, side by side */
  ofStretch({ from, to }: Box, columns: Int32Array): Owner | undefined {
    const [first, end] = [Math.round(from * columns.length), Math.round(to * columns.length)];
    const [comms, threads] = [new Map<number, number>(), new Map<number, number>()];
    for (let column = first; column < end; column += 1) {
      const thread = this.request.data.thread[columns[column] ?? 0] ?? 0;
      count(threads, thread);
      count(comms, this.#commOf[thread] ?? 0);
    }
    const [comm, samples] = greatest(comms);
    const [thread, own] = greatest(threads);
    return samples === 0 ? undefined : this.owner(comm, samples / (end - first), own * 2 > end - first ? thread : -1);
  }

  /** The names of threads and what the samples of each weigh, the greatest first. */
  comms(): readonly { readonly comm: string; readonly rank: number; readonly weight: number }[] {
    const sums = new Float64Array(this.#comms.length);
    this.eachSample((i, amount) => {
      const comm = this.#commOf[this.request.data.thread[i] ?? 0] ?? 0;
      sums[comm] = (sums[comm] ?? 0) + amount;
    });
    return this.#comms
      .map((comm, rank) => ({ comm, rank, weight: sums[rank] ?? 0 }))
      .sort((a, b) => b.weight - a.weight);
  }

  private eachSample(visit: (sample: number, amount: number) => void): void {
    const { data, selection, weight } = this.request;
    const isSelected = selected(data, selection);
    const amountOf = weightOf(data, weight);
    const last = data.meta.recordings.length - 1;
    for (let i = 0; i < data.time.length; i += 1) {
      if (data.side[i] === last && isSelected(i)) visit(i, amountOf(i));
    }
  }

  private owner(comm: number, share: number, thread: number): Owner {
    const one = this.request.data.meta.threads[thread];
    return { comm: this.#comms[comm] ?? '', rank: comm, share, ...(one ? { thread: one } : {}) };
  }
}

/** The names of threads in the order of how many samples each has in all. */
function ranksOf({ meta, thread }: FlameData): ReadonlyMap<string, number> {
  const counts = new Map(meta.threads.map(({ comm }) => [comm, 0]));
  for (const id of thread) {
    const { comm } = meta.threads[id] ?? {};
    if (comm !== undefined) count(counts, comm);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a).map(([comm], rank) => [comm, rank]));
}

function count<T>(counts: Map<T, number>, key: T): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const greatest = (counts: ReadonlyMap<number, number>): readonly [key: number, count: number] =>
  [...counts].reduce<readonly [number, number]>((most, one) => (one[1] > most[1] ? one : most), [-1, 0]);
