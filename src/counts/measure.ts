import { elapsed } from '../base/units';
import type { Gang } from '../gang/gang';
import type { LiveGang } from '../gang/live-gang';
import type { GangReading } from '../gang/reading';
import { startedLater } from '../gang/target';
import type { CpuMask } from '../host/cpu-mask';
import { readCpus } from '../host/cpus';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { countsOf } from './counts-of';
import type { CourseEnd } from './course';
import { coverage } from './coverage';
import { tooManyFiles } from './files-needed';
import type { HearsTerminal, MeasureRequest } from './measure-request';
import { mergedCounts } from './merged-counts';
import { openRequested } from './open-requested';
import { OwnCost } from './own-cost';
import { Run } from './run';
import type { StatResult } from './stat-result';

/**
 * Counts once: opens the gang, arms it, lets the command go, waits, reads, and closes everything.
 *
 * @throws SyswideError when the gang or the command cannot be started; nothing is left open then
 */
export async function measure(
  kernel: Kernel,
  asked: MeasureRequest,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<StatResult> {
  const request = placed(asked);
  const { live, notices } = await openRequested(kernel, request, interruption);
  let own: OwnCost | undefined;
  try {
    own = openOwnCost(kernel, live.gang, request);
    live.accompany(own);
    return await countOpened(kernel, request, { live, own, notices }, interruption, hearsTerminal);
  } finally {
    own?.close();
    await live.close();
  }
}

/** What is open for a measurement; stays the caller's. */
interface Opened {
  readonly live: LiveGang;
  readonly own: OwnCost | undefined;
  readonly notices: readonly string[];
}

async function countOpened(
  kernel: Kernel,
  request: MeasureRequest,
  { live, own, notices }: Opened,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<StatResult> {
  const outside = request.openToControl?.(live);
  // The pool's threads start with the first wait, which is not to be among what a whole CPU counts.
  if (own) kernel.wait([], 0).catch(() => {});
  const run = new Run(kernel, request, live, own);
  try {
    const end = await run.throughout(interruption, hearsTerminal);
    const ownCounts = own?.read();
    const reading = await lastReading(live);
    run.tellRest(reading, ownCounts);
    const { notice } = request.lock;
    const told = [...notices, ...(outside?.notices ?? []), ...(notice === undefined ? [] : [notice]), ...run.notices];
    const { start, since, endedBy } = run;
    const countsOn = since !== undefined && countsBesides(request, endedBy);
    const times = {
      start,
      elapsed: elapsed(start, end),
      ...(countsOn ? { counted: elapsed(since, reading.begin) } : {}),
      endedBy,
    };
    return result(request, live, reading, { ...times, notices: told }, ownCounts);
  } finally {
    run.close();
    await outside?.close();
  }
}

/**
 * Whether what is counted goes on beside what sets how long: before a command is let go, and until all is read. The command
 * itself does not, and processes that were waited for have ended.
 */
const countsBesides = ({ subject, target, command }: MeasureRequest, endedBy: CourseEnd['by']): boolean =>
  target.kind === 'cpus' || (subject.kind !== 'command' && (command !== undefined || endedBy !== 'end'));

/** Stops the command behind its exec where events need that; these then start when they are told to. */
function placed(request: MeasureRequest): MeasureRequest {
  const { command, placeInCommand, delay } = request;
  const target = delay === undefined ? request.target : startedLater(request.target);
  if (!command || !placeInCommand) return { ...request, target };
  command.releaseToExec();
  return { ...request, events: placeInCommand(), target: startedLater(target) };
}

function openOwnCost(kernel: Kernel, gang: Gang, request: MeasureRequest): OwnCost | undefined {
  const { ownThreads: threads, excludeOwn: isNeeded } = request;
  if (!threads) return undefined;
  // What syswide does on CPUs that are not counted is no part of the counts.
  const byCpu = isNeeded || request.subject.kind === 'cpus';
  const cpus = byCpu ? ownCpus(request) : undefined;
  const clones = gang.events.length * threads().length * (cpus?.size ?? 1);
  const short = tooManyFiles(request.files, clones);
  // What is only told can be left out; what is to be taken out of the counts cannot.
  if (short && isNeeded) throw short;
  if (short) return undefined;
  return OwnCost.open(kernel, { events: gang.events, missing: gang.missing, threads, cpus, isNeeded });
}

/** Those that are counted now or may be later: events of a thread can be opened on CPUs that are offline. */
const ownCpus = ({ hotplug, files, target }: MeasureRequest): CpuMask | undefined =>
  hotplug ? hotplug.wanted.intersect(readCpus(files).present) : target.cpus;

/**
 * Reads at once, and no longer follows the CPUs. Only if one of them came or went in that very moment it reads again:
 * ending the watch takes a change of threads or four, which are no part of what is measured.
 */
async function lastReading(live: LiveGang): Promise<GangReading> {
  const known = live.follower?.happenings.length;
  const reading = live.read();
  await live.settle();
  return live.follower?.happenings.length === known ? reading : live.read();
}

function result(
  request: MeasureRequest,
  { gang, follower }: LiveGang,
  reading: GangReading,
  { notices, ...times }: Pick<StatResult, 'start' | 'elapsed' | 'counted' | 'endedBy' | 'notices'>,
  own: StatResult['own'],
): StatResult {
  const { command } = request;
  const exit = command?.reap();
  const counts = countsOf(
    gang,
    { readings: () => reading.readings },
    { elapsed: times.elapsed, ...(exit ? { exit } : {}) },
    request,
    own,
  );
  return {
    subject: request.subject,
    ...(command ? { command: command.argv } : {}),
    counts,
    unlisted: new Set(gang.events.filter((event, i) => gang.missing.has(i) && request.unasked.has(event))),
    ...times,
    ...(exit ? { exit } : {}),
    ...(gang.armSpan ? { armSpan: gang.armSpan } : {}),
    coverage: coverage(reading.readings, follower, reading.begin),
    ...(follower ? { hotplug: follower } : {}),
    ...(own ? { own: mergedCounts(own) } : {}),
    ownExcluded: request.excludeOwn,
    notices: [...request.notices, ...notices, ...missingNotice(gang, request), ...dissolvedNotices(gang)],
  };
}

/** One line for all of the default events that this machine does not have. */
function missingNotice(gang: Gang, request: MeasureRequest): string[] {
  const missing = gang.events.filter(
    (event, i) => gang.missing.has(i) && !request.leftOut.has(i) && request.unasked.has(event),
  );
  // In several cgroups, each is there several times.
  const names = [...new Set(missing.map((event) => event.name))].join(', ');
  return missing.length === 0 ? [] : [`no hardware counters here for ${names}`];
}

const dissolvedNotices = ({ dissolved }: Gang): string[] =>
  [...new Set(dissolved)].map(
    (group) => `the weak group ${group} cannot be counted together: its events are counted one by one`,
  );
