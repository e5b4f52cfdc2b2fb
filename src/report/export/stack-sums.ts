import { type FlameModel, isInlinedAt } from '../flamegraph/view/flame-data';

/** Samples with one stack, of what is the same in them by a key. */
export interface StackSum {
  /** A sample of them, from which the rest can be had. */
  readonly sample: number;
  readonly node: number;
  readonly samples: number;
  readonly period: number;
}

/**
 * Puts samples with equal stacks together, in the order in which they come first.
 * @param keyOf a number of at most 20 bits by which samples are told apart besides
 */
export function stackSums(
  data: Pick<FlameModel, 'time' | 'node' | 'period' | 'parent'>,
  keyOf: (sample: number) => number,
): StackSum[] {
  const sums = new Map<number, { sample: number; node: number; samples: number; period: number }>();
  for (let sample = 0; sample < data.time.length; sample += 1) {
    const node = data.node[sample] ?? 0;
    const key = keyOf(sample) * data.parent.length + node;
    const sum = sums.get(key);
    const period = data.period[sample] ?? 0;
    if (sum) {
      sum.samples += 1;
      sum.period += period;
    } else sums.set(key, { sample, node, samples: 1, period });
  }
  return [...sums.values()];
}

/** The frames of a stack, the outermost first. */
export function framesOf({ parent, frame }: Pick<FlameModel, 'parent' | 'frame'>, node: number): number[] {
  const frames: number[] = [];
  for (let at = node; at > 0; at = parent[at] ?? 0) frames.push(frame[at] ?? 0);
  return frames.reverse();
}

export const frameName = ({ meta, frameName: names }: FlameModel, frame: number): string =>
  meta.names[names[frame] ?? 0] ?? '';

/** The same, marked as stackcollapse-perf.pl marks functions that the compiler put into others. */
export const markedName = (data: FlameModel, frame: number): string =>
  `${frameName(data, frame)}${isInlinedAt(data.frameFlags, frame) ? '_[i]' : ''}`;

export const frameDso = ({ meta, frameDso: dsos }: FlameModel, frame: number): string =>
  meta.dsos[dsos[frame] ?? 0] ?? '';

export const threadOf = ({ meta, thread }: FlameModel, sample: number): { pid: number; tid: number; comm: string } =>
  meta.threads[thread[sample] ?? 0] ?? { pid: 0, tid: 0, comm: '' };
