import type { SyswideError } from '../base/error';
import { type MonotonicTime, monotonicTime } from '../base/units';
import { Course, type CourseEnd } from '../counts/course';
import type { HearsTerminal } from '../counts/measure-request';
import type { Gang } from '../gang/gang';
import type { HotplugFollower } from '../gang/hotplug-follower';
import type { Target } from '../gang/target';
import type { Interruption } from '../native/interruption';
import type { CommandExit, Kernel } from '../native/kernel';
import type { RecordRequest } from './record-request';
import { recordedBuilds } from './recorded-builds';
import { Recorder } from './recorder';
import { type Survey, survey } from './survey';

/** What came of a recording. */
export interface RecordResult extends Survey {
  /** Bytes of records. */
  readonly bytes: number;
  /** Samples left out, as they were older than the moment at which all CPUs counted. */
  readonly premature: number;
  /** Of each ring, in bytes. */
  readonly ringBytes: number;
  readonly endedBy: CourseEnd['by'];
  readonly exit?: CommandExit;
  readonly hotplug?: HotplugFollower;
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
  const request = asked.delay === undefined ? asked : { ...asked, target: startedLater(asked.target) };
  const recorder = await Recorder.open(kernel, request, interruption);
  try {
    const outside = request.openToControl?.(recorder.live);
    try {
      const endedBy = await throughout(kernel, request, recorder, interruption, hearsTerminal);
      await recorder.stop();
      return finish(request, recorder, endedBy, outside?.notices ?? []);
    } finally {
      await outside?.close();
    }
  } finally {
    await recorder.close();
  }
}

/** Not with the command's exec, but when it is armed. */
const startedLater = (target: Target): Target =>
  target.kind === 'tasks' ? { ...target, enableOnExec: false } : target;

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
      ...(typeof delay === 'bigint' ? { delay: { for: delay, onOver: () => recorder.arm() } } : {}),
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
function begin({ command, delay, target }: RecordRequest, recorder: Recorder): MonotonicTime {
  const now = () => monotonicTime(process.hrtime.bigint());
  if (delay !== undefined) return command?.release() ?? now();
  if (target.kind === 'tasks' && target.enableOnExec) {
    const released = command?.release() ?? now();
    recorder.live.armedByExec();
    return released;
  }
  const armed = recorder.arm();
  return command?.release() ?? armed;
}

function finish(
  request: RecordRequest,
  recorder: Recorder,
  endedBy: CourseEnd['by'],
  notices: readonly string[],
): RecordResult {
  const found = survey(request.path);
  const { live, dataSize: bytes, premature, rings } = recorder;
  const exit = request.command?.reap();
  const failure = recorder.failure ?? finishFile(recorder, request, found);
  return {
    ...found,
    bytes,
    premature,
    ringBytes: rings.ringBytes,
    endedBy,
    ...(exit ? { exit } : {}),
    ...(live.follower ? { hotplug: live.follower } : {}),
    ...(failure ? { failure } : {}),
    notices: [...request.notices, ...missingNotice(live.gang), ...recorder.notices, ...notices],
  };
}

function missingNotice({ events, missing }: Gang): string[] {
  const names = events.filter((_, index) => missing.has(index)).map(({ name }) => name);
  return names.length === 0 ? [] : [`not sampled, as this machine does not have it: ${names.join(', ')}`];
}

/** What the file says of itself, at its end. @returns why it could not be written */
function finishFile(
  recorder: Recorder,
  { buildIds, files }: RecordRequest,
  { sampleTime, programs }: Survey,
): SyswideError | undefined {
  const builds = buildIds ? recordedBuilds(files, programs) : [];
  return recorder.attempt(() => recorder.writer.finish({ builds, ...(sampleTime ? { sampleTime } : {}) }));
}
