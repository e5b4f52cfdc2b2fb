import type { Names } from './names';

/** Which samples are wanted; what is absent is not asked for. */
export interface SampleFilter {
  readonly comms?: ReadonlySet<string>;
  readonly pids?: ReadonlySet<number>;
  readonly tids?: ReadonlySet<number>;
  readonly cpus?: ReadonlySet<number>;
  /** From then on, in ns of the recording's clock. */
  readonly from?: number;
  /** Up to then. */
  readonly to?: number;
}

/** What of a sample tells whether it is wanted. */
export interface FilteredSample {
  readonly pid: number;
  readonly tid: number;
  readonly cpu: number;
  /** ns of the recording's clock. */
  readonly time: number;
}

/** @returns whether a sample of a thread with that name is wanted; undefined where all are */
export function sampleFilter(
  filter: SampleFilter,
  comms: Names,
): ((sample: FilteredSample, comm: number) => boolean) | undefined {
  const tests: ((sample: FilteredSample, comm: number) => boolean)[] = [];
  const { comms: names, pids, tids, cpus, from, to } = filter;
  if (names) tests.push((_, comm) => names.has(comms.textOf(comm)));
  if (pids) tests.push(({ pid }) => pids.has(pid));
  if (tids) tests.push(({ tid }) => tids.has(tid));
  if (cpus) tests.push(({ cpu }) => cpus.has(cpu));
  if (from !== undefined) tests.push(({ time }) => time >= from);
  if (to !== undefined) tests.push(({ time }) => time <= to);
  return tests.length === 0 ? undefined : (sample, comm) => tests.every((test) => test(sample, comm));
}
