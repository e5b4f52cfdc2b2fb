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

/** Adds up the samples of a selection. */
export function weigh(data: FlameData, selection: Selection, weight: Weight): Weighed {
  const isSelected = selected(data, selection);
  const sides = data.meta.recordings.map(() => new Float64Array(data.parent.length));
  const totals = sides.map(() => 0);
  const last = sides.length - 1;
  let samples = 0;
  for (let i = 0; i < data.time.length; i += 1) {
    if (!isSelected(i)) continue;
    const [side, node] = [data.side[i] ?? 0, data.node[i] ?? 0];
    const amount = weight === 'samples' ? 1 : (data.period[i] ?? 0);
    const self = sides[side];
    if (self) self[node] = (self[node] ?? 0) + amount;
    totals[side] = (totals[side] ?? 0) + amount;
    if (side === last) samples += 1;
  }
  const [self = new Float64Array(data.parent.length), total = 0] = [sides[last], totals[last]];
  const [base, baseTotal = 0] = [sides.length > 1 ? sides[0] : undefined, totals[0]];
  if (base && baseTotal > 0) for (let i = 0; i < base.length; i += 1) base[i] = ((base[i] ?? 0) * total) / baseTotal;
  return { self, samples, total, ...(base ? { base } : {}) };
}
