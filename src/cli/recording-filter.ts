import { PerfType, SoftwareId } from '../abi/perf-event';
import { SyswideError } from '../base/error';
import { CpuMask } from '../host/cpu-mask';
import type { RecordedEvent, RecordedEvents } from '../profile/recorded-event';
import type { Recording } from '../profile/recording';
import type { SampleFilter } from '../profile/sample-filter';
import { askedTimes, type TimePart, timesOfParts, timesSince } from './time-spans';
import { usage } from './usage-error';

/** The option values as commander hands them over. */
export interface RawFilterOptions {
  readonly comms?: string;
  readonly pid?: string;
  readonly tid?: string;
  readonly cpu?: string;
  readonly time?: string;
}

/** Which samples are wanted of whatever recording. */
export interface RecordingFilter extends SampleFilter {
  /** Those of parts of its time: then there are no `times`. */
  readonly parts?: readonly TimePart[];
  /** Whether `times` count from the first sample. */
  readonly isSinceFirst?: boolean;
}

/** Which samples of a recording are wanted. @throws SyswideError USAGE for what makes no sense */
export function recordingFilter({ comms, pid, tid, cpu, time }: RawFilterOptions): RecordingFilter {
  return {
    ...(comms === undefined ? {} : { comms: new Set(comms.split(',')) }),
    ...(pid === undefined ? {} : { pids: numbers('--pid', pid) }),
    ...(tid === undefined ? {} : { tids: numbers('--tid', tid) }),
    ...(cpu === undefined ? {} : { cpus: cpusOf(cpu) }),
    ...(time === undefined ? {} : askedTimes(time)),
  };
}

/**
 * Which samples of one recording are wanted. Where parts of its time are, it may have to be gone through.
 * What samples do not tell cannot be asked for: all of them would seem to be from CPU 0, or from the beginning of time.
 * Source: perf_session__cpu_bitmap() in tools/perf/util/session.c, Linux 6.18.
 *
 * @throws SyswideError BAD_FILE
 */
export function filterFor({ parts, isSinceFirst, ...filter }: RecordingFilter, recording: Recording): SampleFilter {
  const { cpus, times } = filter;
  checkTold({ cpus, times: times ?? parts }, recording.events);
  if (!parts && !(times && isSinceFirst)) return filter;
  const { first, last } = recording.sampleTimes() ?? { first: 0, last: 0 };
  return { ...filter, times: parts ? timesOfParts(parts, first, last) : timesSince(first, times ?? []) };
}

function checkTold({ cpus, times }: { readonly cpus: unknown; readonly times: unknown }, events: RecordedEvents): void {
  const isTold = (field: 'cpu' | 'time') => events.all.every((event) => event.offsets[field] >= 0 || isDummy(event));
  if (cpus && !isTold('cpu')) {
    throw untold('-C', 'it does not tell on which CPUs its samples were taken', 'record it with --sample-cpu');
  }
  if (times && !isTold('time')) {
    throw untold('--time', 'it does not tell when its samples were taken', 'record it with -T');
  }
}

const untold = (option: string, why: string, remedy: string): SyswideError =>
  new SyswideError('BAD_FILE', { what: `cannot take samples of the recording by ${option}`, why, remedy });

/** The one that has no samples, and only tells of tasks. */
export const isDummy = ({ type, config }: RecordedEvent): boolean =>
  type === PerfType.software && config === BigInt(SoftwareId.dummy);

/**
 * As perf has it, samples of other CPUs and times are no part of what shares are of; those of other commands, processes and
 * threads are, unless shares are to be relative.
 */
export function sharesFilter(
  filter: SampleFilter,
  isRelative: boolean,
): { filter: SampleFilter; hiding: SampleFilter } {
  if (isRelative) return { filter, hiding: {} };
  const { comms, pids, tids, ...rest } = filter;
  return {
    filter: rest,
    hiding: { ...(comms ? { comms } : {}), ...(pids ? { pids } : {}), ...(tids ? { tids } : {}) },
  };
}

function numbers(option: string, text: string): Set<number> {
  const words = text.split(',');
  if (words.every((word) => /^\d{1,9}$/.test(word))) return new Set(words.map(Number));
  throw usage(`${option} '${text}'`, 'that is no list of numbers', `write them with commas: ${option} 4711,4712`);
}

function cpusOf(text: string): Set<number> {
  try {
    return new Set([...CpuMask.parse(text)].map(Number));
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    throw usage(`-C '${text}'`, 'that is no list of CPUs', 'write numbers and ranges: -C 0-3,8');
  }
}
