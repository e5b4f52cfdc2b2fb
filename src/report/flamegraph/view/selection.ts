import type { FlameData } from './flame-data';

/** Which samples are looked at; what is absent is not asked for. Times in ns since the start, both ends included. */
export interface Selection {
  readonly from?: number;
  readonly to?: number;
  /** Indexes of CPUs. */
  readonly cpus?: ReadonlySet<number>;
  readonly event?: number;
  readonly pid?: number;
  readonly tid?: number;
}

/** What a sample counts for. */
export type Weight = 'samples' | 'period';

/** What the samples of a selection add up to. */
export interface Weighed {
  /** By node: of stacks that end there. */
  readonly self: Float64Array;
  /** The same of the recording that is compared with, scaled to the same sum; undefined without one. */
  readonly base?: Float64Array;
  readonly samples: number;
  readonly total: number;
}

/** By sample: whether it is selected. */
export function selected(data: FlameData, selection: Selection): (sample: number) => boolean {
  const { time, cpu, event, thread } = data;
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, cpus } = selection;
  const cpuMask = data.meta.cpus.map((_, i) => !cpus || cpus.has(i));
  const threadMask = data.meta.threads.map(
    ({ pid, tid }) =>
      (selection.pid === undefined || selection.pid === pid) && (selection.tid === undefined || selection.tid === tid),
  );
  return (i) => {
    const at = time[i] ?? 0;
    return (
      at >= from &&
      at <= to &&
      cpuMask[cpu[i] ?? 0] === true &&
      (selection.event === undefined || event[i] === selection.event) &&
      threadMask[thread[i] ?? 0] === true
    );
  };
}

/** By sample: what it counts for. */
export const weightOf = (data: FlameData, weight: Weight): ((sample: number) => number) =>
  weight === 'samples' ? () => 1 : (i) => data.period[i] ?? 0;

/** Adds up the samples of a selection. */
export function weigh(data: FlameData, selection: Selection, weight: Weight): Weighed {
  const isSelected = selected(data, selection);
  const sides = data.meta.recordings.map(() => new Float64Array(data.parent.length));
  const last = sides.length - 1;
  const amountOf = weightOf(data, weight);
  let samples = 0;
  for (let i = 0; i < data.time.length; i += 1) {
    if (!isSelected(i)) continue;
    addTo(sides[data.side[i] ?? 0], data.node[i] ?? 0, amountOf(i));
    if (data.side[i] === last) samples += 1;
  }
  const self = sides[last] ?? new Float64Array(data.parent.length);
  const total = sum(self);
  const [base] = sides;
  return { self, samples, total, ...(base && base !== self ? { base: scaled(base, total) } : {}) };
}

const sum = (numbers: Float64Array): number => numbers.reduce((all, number) => all + number, 0);

/** So that all of them come to a sum. */
function scaled(numbers: Float64Array, to: number): Float64Array {
  const all = sum(numbers);
  return all === 0 ? numbers : numbers.map((number) => (number * to) / all);
}

function addTo(numbers: Float64Array | undefined, at: number, amount: number): void {
  if (numbers) numbers[at] = (numbers[at] ?? 0) + amount;
}
