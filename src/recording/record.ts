import type { SyswideError } from '../base/error';
import { type MonotonicTime, monotonicTime } from '../base/units';
import { Course, type CourseEnd } from '../counts/course';
import type { HearsTerminal } from '../counts/measure-request';
import type { Gang } from '../gang/gang';
import type { HotplugFollower } from '../gang/hotplug-follower';
import { startedLater } from '../gang/target';
import type { Interruption } from '../native/interruption';
import type { CommandExit, Kernel } from '../native/kernel';
import type { EndedFile, RecordRequest } from './record-request';
import { Recorder } from './recorder';
import type { Totals } from './tally';

/** What came of a recording. */
export interface RecordResult extends Totals {
  /** How many files there are, or were. */
  readonly files: number;
  /** The last of them; absent where it could not be begun, or ended in order. */
  readonly file?: EndedFile;
  /** Bytes of records, in all of them. */
  readonly bytes: number;
  /** Samples left out, as they were older than the moment at which all CPUs counted. */
  readonly premature: number;
  /** Of each ring, in bytes. */
  readonly ringBytes: number;
  readonly endedBy: CourseEnd['by'];
  readonly exit?: CommandExit;
  readonly hotplug?: HotplugFollower;
  /** Whether there are tracepoints among its events: they alone can be filtered. */
  readonly hasTracepoints: boolean;
  /** Why it ended before it was asked to. */
  readonly failure?: SyswideError;
  readonly notices: readonly string[];
}

/**
 * Records once: opens the gang and its rings, writes what runs, arms, lets the command go, waits, and finishes the file.
 * A disk that fills up ends it in order; what was written can be read, and `failure` tells.
 *
 * @throws SyswideError when the gang, the file or the command cannot be started; nothing is left open then
 */
export async function record(
  kernel: Kernel,
  asked: RecordRequest,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<RecordResult> {
  const isLater = asked.delay !== undefined || asked.commandIsLoaded;
  const request = isLater ? { ...asked, target: startedLater(asked.target) } : asked;
  const recorder = await Recorder.open(kernel, request, interruption);
  try {
    const outside = request.openToControl?.(recorder.live);
    const watch = request.watch?.(() => recorder.output.progress);
    const heard = request.hearRotation?.(() => recorder.rotate());
    try {
      const endedBy = await throughout(kernel, request, recorder, interruption, hearsTerminal);
      watch?.close();
      await recorder.stop();
      return resultOf(request, recorder, endedBy, outside?.notices ?? []);
    } finally {
      watch?.close();
      heard?.close();
      await outside?.close();
    }
  } finally {
    await recorder.close();
  }
}

async function throughout(
  kernel: Kernel,
  request: RecordRequest,
  recorder: Recorder,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<CourseEnd['by']> {
  const { command, until, timeout, delay } = request;
  const start = begin(request, recorder);
  recorder.start();
  const course = new Course(
    kernel,
    {
      ends: command ? [command.pidfd] : until,
      interruption,
      ...(typeof delay === 'bigint' ? { delay: { for: delay, onOver: () => recorder.armLate() } } : {}),
      ...(timeout === undefined ? {} : { timeout }),
    },
    start,
  );
  try {
    const { by } = await course.end();
    if (command && by !== 'end') await command.stop(interruption, hearsTerminal);
    course.stop();
    return by;
  } finally {
    course.close();
  }
}

/** Everything stands: lets it sample and the command run, in the order that its target asks for. */
function begin(request: RecordRequest, recorder: Recorder): MonotonicTime {
  const { delay, target } = request;
  const now = () => monotonicTime(process.hrtime.bigint());
  if (delay !== undefined) return letGo(request) ?? now();
  if (target.kind === 'tasks' && target.enableOnExec) {
    const released = letGo(request) ?? now();
    recorder.live.armedByExec();
    return released;
  }
  const armed = recorder.arm();
  return letGo(request) ?? armed;
}

/** @returns when the command began to run; undefined without one */
const letGo = ({ command, commandIsLoaded }: RecordRequest): MonotonicTime | undefined =>
  commandIsLoaded ? command?.resume() : command?.release();

function resultOf(
  { command, notices }: RecordRequest,
  recorder: Recorder,
  endedBy: CourseEnd['by'],
  more: readonly string[],
): RecordResult {
  const { live, lastFile, rings, failure } = recorder;
  const { totals, files, bytes } = recorder.output;
  const exit = command?.reap();
  return {
    ...totals,
    files,
    ...(lastFile ? { file: lastFile } : {}),
    bytes,
    premature: rings.premature,
    ringBytes: rings.ringBytes,
    endedBy,
    ...(exit ? { exit } : {}),
    ...(live.follower ? { hotplug: live.follower } : {}),
    hasTracepoints: live.gang.events.some(({ kind }) => kind === 'tracepoint'),
    ...(failure ? { failure } : {}),
    notices: [...notices, ...missingNotice(live.gang), ...recorder.notices, ...more],
  };
}

function missingNotice({ events, missing }: Gang): string[] {
  const names = events.filter((_, index) => missing.has(index)).map(({ name }) => name);
  return names.length === 0 ? [] : [`not sampled, as this machine does not have it: ${names.join(', ')}`];
}
