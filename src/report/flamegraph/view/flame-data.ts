/** Of a frame: in the kernel, inlined into its caller. */
export const FrameFlag = { kernel: 1, inlined: 2 } as const;

export const isKernelAt = (flags: Int32Array, frame: number): boolean => ((flags[frame] ?? 0) & FrameFlag.kernel) !== 0;

export const isInlinedAt = (flags: Int32Array, frame: number): boolean =>
  ((flags[frame] ?? 0) & FrameFlag.inlined) !== 0;

/** A span of a CPU of which the recording says why samples are missing; ns since the start. */
export interface TroubleSpan {
  readonly kind: 'lost' | 'throttled' | 'offline';
  readonly cpu: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Index of its recording. */
  readonly side: number;
}

/** What a page says of its recording in words. */
export interface FlameMeta {
  readonly schema: 'syswide.flamegraph/1';
  readonly title: string;
  /** Names of the recordings: one, or base and new. */
  readonly recordings: readonly string[];
  /** ns of the recording's clock, to which all times are relative: one for each recording. */
  readonly starts: readonly number[];
  /** How many each recording has. */
  readonly samples: readonly number[];
  /** ns from there to the last sample, of the longest. */
  readonly duration: number;
  readonly events: readonly string[];
  /** -1: samples that do not tell. */
  readonly cpus: readonly number[];
  readonly names: readonly string[];
  readonly dsos: readonly string[];
  readonly threads: readonly { readonly pid: number; readonly tid: number; readonly comm: string }[];
  readonly troubles: readonly TroubleSpan[];
  readonly notices: readonly string[];
}

/** Everything that a page shows. Samples of a recording stand behind those of the one before. */
export interface FlameModel {
  readonly meta: FlameMeta;
  /** By frame: the index of its name and of its program, and `FrameFlag`s. */
  readonly frameName: Int32Array;
  readonly frameDso: Int32Array;
  readonly frameFlags: Int32Array;
  /** By node of the tree of stacks, parents first. Node 0 is the root, of frame -1. */
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  /** By sample: ns since the start, index among the CPUs, threads and events, node of its stack, period. */
  readonly time: Float64Array;
  readonly cpu: Int32Array;
  readonly thread: Int32Array;
  readonly event: Int32Array;
  readonly node: Int32Array;
  readonly period: Float64Array;
}

/** The same on the page. */
export interface FlameData extends FlameModel {
  /** By sample: index of its recording. */
  readonly side: Int32Array;
}

/** A model with what its order tells. */
export function withSides(model: FlameModel): FlameData {
  const side = new Int32Array(model.time.length);
  let at = 0;
  for (const [recording, count] of model.meta.samples.entries()) {
    side.fill(recording, at, at + count);
    at += count;
  }
  return { ...model, side };
}
