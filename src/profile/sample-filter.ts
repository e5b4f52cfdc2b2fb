import type { Names } from './names';

/** A span of time, in ns of a recording's clock, ends included. */
export interface TimeSpan {
  readonly from?: number;
  readonly to?: number;
  /** Whether `to` itself is no part of it. */
  readonly isOpen?: boolean;
}

/** Which samples are wanted; what is absent is not asked for. */
export interface SampleFilter {
  readonly comms?: ReadonlySet<string>;
  readonly pids?: ReadonlySet<number>;
  readonly tids?: ReadonlySet<number>;
  readonly cpus?: ReadonlySet<number>;
  /** Those taken in any of these. */
  readonly times?: readonly TimeSpan[];
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
  const { comms: names, pids, tids, cpus, times } = filter;
  if (names) tests.push((_, comm) => names.has(comms.textOf(comm)));
  if (pids) tests.push(({ pid }) => pids.has(pid));
  if (tids) tests.push(({ tid }) => tids.has(tid));
  if (cpus) tests.push(({ cpu }) => cpus.has(cpu));
  if (times) tests.push(({ time }) => times.some((span) => isWithin(time, span)));
  return tests.length === 0 ? undefined : (sample, comm) => tests.every((test) => test(sample, comm));
}

const isWithin = (time: number, span: TimeSpan): boolean => time >= (span.from ?? 0) && isBefore(time, span);

/** Whether a stretch of time, ends included, has a part in any of these spans; undefined: in all there is. */
export const touches = (from: number, to: number, times: readonly TimeSpan[] | undefined): boolean =>
  times?.some((span) => to >= (span.from ?? 0) && isBefore(from, span)) ?? true;

const isBefore = (time: number, { to = Number.POSITIVE_INFINITY, isOpen }: TimeSpan): boolean =>
  isOpen ? time < to : time <= to;
