import { present } from '../base/assert';
import type { SyswideError } from '../base/error';
import { elapsed, type Fd, type MonotonicTime, type Nanoseconds, type Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Controllable } from '../gang/controllable';
import type { Gang } from '../gang/gang';
import { LiveGang, type LiveGangRequest } from '../gang/live-gang';
import type { OpenContext } from '../gang/open-error';
import type { GangReading } from '../gang/reading';
import type { HostWideLock } from '../gang/registry/host-lock';
import { takeSlots } from '../gang/slots/take';
import { placesOf, type Target } from '../gang/target';
import type { CpuMask } from '../host/cpu-mask';
import { readCpus } from '../host/cpus';
import type { HostFiles } from '../host/host-files';
import type { MeasuredCommand } from '../host/measured-command';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { coverage } from './coverage';
import { aggregate } from './event-count';
import { mergedCounts } from './merged-counts';
import { OwnCost, withoutOwn } from './own-cost';
import type { StatResult, Subject } from './stat-result';
import { withToolCounts } from './tool-counts';

/** What one run of `stat` is to count, where, and until when. */
export interface MeasureRequest {
  readonly subject: Subject;
  readonly events: readonly ResolvedEvent[];
  /** Events that nobody asked for by name: where they are missing, they are not listed. */
  readonly unasked: ReadonlySet<ResolvedEvent>;
  /** By index: events that are known beforehand not to be countable, and why. */
  readonly leftOut: ReadonlyMap<number, SyswideError>;
  /** Whether events that were asked for by name may be missing too, and are listed as `<not supported>`. */
  readonly allowMissing: boolean;
  readonly target: Target;
  /** CPUs that are counted whenever they are online, and how to hear of them; the source stays the caller's. */
  readonly hotplug?: LiveGangRequest['hotplug'];
  readonly files: HostFiles;
  /** Runs an action while no other syswide on the host takes debug registers. */
  readonly lock: HostWideLock;
  /** How long to wait for debug registers that others hold; absent: not at all. */
  readonly waitSlots?: Nanoseconds;
  /** Makes the gang known on the host, and open to control from outside, until it is closed. */
  readonly openToControl?: (gang: Controllable) => { readonly notices: readonly string[]; close(): Promise<void> };
  /** Threads of syswide whose own counts are to be known. */
  readonly ownTids: readonly Tid[];
  /** Whether they are to be taken out of the counts. */
  readonly excludeOwn: boolean;
  readonly permission: OpenContext['permission'];
  readonly fdLimit: OpenContext['fdLimit'];
  /** Runs while it is counted, and ends the measurement. Already at its gate; stays the caller's. */
  readonly command?: MeasuredCommand;
  /** Processes whose end, all of them, ends a measurement without a command. Stay the caller's. */
  readonly until: readonly Fd[];
  /**
   * Places breakpoints whose address is known only once the command has its program in memory: then it is stopped there
   * before its first instruction, and everything is opened.
   */
  readonly placeInCommand?: () => readonly ResolvedEvent[];
  readonly notices: readonly string[];
}

/** Whether the terminal sends Ctrl-C to the command by itself. */
export type HearsTerminal = () => boolean;

/**
 * Counts once: opens the gang, arms it, lets the command go, waits in one blocking call, reads, and closes everything.
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
  const { command } = request;
  const live = await takeSlots(
    { kernel, files: request.files, lock: request.lock.run },
    { events: request.events, places: placesOf(request.target) },
    () => openGang(kernel, request, () => interruption.interrupt()),
    { wait: request.waitSlots, interruption },
  );
  const own = openOwnCost(kernel, live.gang, request);
  live.accompany(own?.gang);
  const outside = request.openToControl?.(live);
  // The pool's threads start with the first wait, which is not to be among what a whole CPU counts.
  if (own) void kernel.wait([], 0);
  try {
    const armed = startsAtExec(request.target) ? undefined : live.arm();
    const start = letGo(request) ?? present(armed, 'without a command, counting starts at once').end;
    if (!armed) live.armedByExec();
    const end = command
      ? await command.end(interruption, hearsTerminal)
      : await processesEnd(kernel, request.until, interruption);
    const ownCounts = own?.read();
    const reading = await lastReading(live);
    const notices = [...(outside?.notices ?? []), ...(request.lock.notice === undefined ? [] : [request.lock.notice])];
    return result(request, live, reading, { start, elapsed: elapsed(start, end), notices }, ownCounts);
  } finally {
    await outside?.close();
    own?.close();
    await live.close();
  }
}

/** Stops the command behind its exec where events need that; these then start when they are told to. */
function placed(request: MeasureRequest): MeasureRequest {
  const { command, placeInCommand, target } = request;
  if (!command || !placeInCommand) return request;
  command.releaseToExec();
  const events = placeInCommand();
  return { ...request, events, target: target.kind === 'tasks' ? { ...target, enableOnExec: false } : target };
}

/** Lets the command run. @returns when; undefined without one */
const letGo = ({ command, placeInCommand }: MeasureRequest): MonotonicTime | undefined =>
  placeInCommand ? command?.resume() : command?.release();

const openGang = (kernel: Kernel, request: MeasureRequest, onStop: () => void): LiveGang =>
  LiveGang.open(
    kernel,
    {
      events: request.events,
      target: request.target,
      leftOut: request.leftOut,
      files: request.files,
      lock: request.lock,
      ...(request.hotplug ? { hotplug: request.hotplug } : {}),
      mayMiss: (event) => request.allowMissing || request.unasked.has(event),
      placesMayGo: request.target.kind === 'tasks' || request.hotplug !== undefined,
      context: request,
    },
    onStop,
  );

function openOwnCost(kernel: Kernel, gang: Gang, request: MeasureRequest): OwnCost | undefined {
  if (request.ownTids.length === 0) return undefined;
  // What syswide does on CPUs that are not counted is no part of the counts.
  const byCpu = request.excludeOwn || request.subject.kind === 'cpus';
  const cpus = byCpu ? ownCpus(request) : undefined;
  return OwnCost.open(kernel, gang.events, gang.missing, request.ownTids, cpus);
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
  { notices, ...times }: Pick<StatResult, 'start' | 'elapsed' | 'notices'>,
  own: StatResult['own'],
): StatResult {
  const { command } = request;
  const exit = command?.reap();
  const opened = aggregate(gang.events, reading.readings, gang.missing);
  const { elapsed } = times;
  const counts = withToolCounts(opened, { elapsed, ...(exit ? { exit } : {}) });
  return {
    subject: request.subject,
    ...(command ? { command: command.argv } : {}),
    counts: mergedCounts(own && request.excludeOwn ? withoutOwn(counts, own) : counts),
    unlisted: new Set(gang.events.filter((event, i) => gang.missing.has(i) && request.unasked.has(event))),
    ...times,
    ...(exit ? { exit } : {}),
    ...(gang.armSpan ? { armSpan: gang.armSpan } : {}),
    coverage: coverage(reading.readings, follower, reading.begin),
    ...(follower ? { hotplug: follower } : {}),
    ...(own ? { own: mergedCounts(own) } : {}),
    ownExcluded: request.excludeOwn,
    notices: [...request.notices, ...notices, ...missingNotice(gang, request)],
  };
}

const startsAtExec = (target: Target): boolean => target.kind === 'tasks' && target.enableOnExec;

/** Waits until all of them have ended, or for an interruption; without any, only for that. Tells when that was. */
async function processesEnd(kernel: Kernel, pidfds: readonly Fd[], interruption: Interruption): Promise<MonotonicTime> {
  let running = [...pidfds];
  for (;;) {
    const { ready, at } = await kernel.waitTimed([...running, interruption.fd]);
    running = running.filter((pidfd) => !ready.includes(pidfd));
    if ((pidfds.length > 0 && running.length === 0) || ready.includes(interruption.fd)) return at;
  }
}

/** One line for all of the default events that this machine does not have. */
function missingNotice(gang: Gang, request: MeasureRequest): string[] {
  const missing = gang.events.filter(
    (event, i) => gang.missing.has(i) && !request.leftOut.has(i) && request.unasked.has(event),
  );
  const names = missing.map((event) => event.name).join(', ');
  return missing.length === 0 ? [] : [`no hardware counters here for ${names}`];
}
