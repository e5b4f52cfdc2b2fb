import { present } from '../base/assert';
import type { SyswideError } from '../base/error';
import { elapsed, type Fd, type MonotonicTime, type Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { Gang } from '../gang/gang';
import { HotplugFollower } from '../gang/hotplug-follower';
import { HotplugWatch } from '../gang/hotplug-watch';
import type { OpenContext } from '../gang/open-error';
import { placesOf, type Target } from '../gang/target';
import { CpuMask } from '../host/cpu-mask';
import type { HostFiles } from '../host/host-files';
import type { HotplugSource } from '../host/hotplug/hotplug-source';
import type { MeasuredCommand } from '../host/measured-command';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { coverage } from './coverage';
import { aggregate } from './event-count';
import { OwnCost, withoutOwn } from './own-cost';
import type { StatResult, Subject } from './stat-result';

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
  readonly hotplug?: { readonly source: HotplugSource; readonly wanted: CpuMask; readonly files: HostFiles };
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
  request: MeasureRequest,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<StatResult> {
  const { command } = request;
  const gang = openGang(kernel, request);
  const follower = followHotplug(gang, request);
  const own = openOwnCost(kernel, gang, request);
  let watch: HotplugWatch | undefined;
  try {
    const armed = startsAtExec(request.target) ? undefined : gang.arm();
    own?.arm();
    const start = command?.release() ?? present(armed, 'without a command, counting starts at once').end;
    if (!armed) gang.armedByExec();
    if (follower && request.hotplug) watch = new HotplugWatch(kernel, request.hotplug.source, follower);
    if (command) await command.end(interruption, hearsTerminal);
    else await processesEnd(kernel, request.until, interruption);
    const ownCounts = own?.read();
    await watch?.stop();
    return result(request, gang, start, ownCounts, follower);
  } finally {
    await watch?.stop();
    own?.close();
    gang.close();
  }
}

const openGang = (kernel: Kernel, request: MeasureRequest): Gang =>
  Gang.open(kernel, {
    events: request.events,
    target: request.target,
    mayMiss: (event) => request.allowMissing || request.unasked.has(event),
    leftOut: request.leftOut,
    placesMayGo: request.target.kind === 'tasks' || request.hotplug !== undefined,
    context: request,
  });

function followHotplug(gang: Gang, { hotplug, target }: MeasureRequest): HotplugFollower | undefined {
  if (!hotplug) return undefined;
  const follower = new HotplugFollower(gang, hotplug.files, hotplug.source, hotplug.wanted, (cpu) =>
    placesOf({ ...target, cpus: CpuMask.of([cpu]) }),
  );
  follower.catchUp();
  return follower;
}

function openOwnCost(kernel: Kernel, gang: Gang, request: MeasureRequest): OwnCost | undefined {
  if (request.ownTids.length === 0) return undefined;
  const cpus = request.excludeOwn && request.target.cpus ? request.target.cpus : undefined;
  return OwnCost.open(kernel, gang.events, gang.missing, request.ownTids, cpus);
}

function result(
  request: MeasureRequest,
  gang: Gang,
  start: MonotonicTime,
  own: StatResult['own'],
  follower: HotplugFollower | undefined,
): StatResult {
  const { command } = request;
  const reading = gang.read();
  const exit = command?.reap();
  const counts = aggregate(gang.events, reading.readings, gang.missing);
  return {
    subject: request.subject,
    ...(command ? { command: command.argv } : {}),
    counts: own && request.excludeOwn ? withoutOwn(counts, own) : counts,
    unlisted: new Set(gang.events.filter((event, i) => gang.missing.has(i) && request.unasked.has(event))),
    start,
    elapsed: elapsed(start, reading.begin),
    ...(exit ? { exit } : {}),
    ...(gang.armSpan ? { armSpan: gang.armSpan } : {}),
    coverage: coverage(reading.readings, follower, reading.begin),
    ...(follower ? { hotplug: follower } : {}),
    ...(own ? { own } : {}),
    ownExcluded: request.excludeOwn,
    notices: [...request.notices, ...missingNotice(gang, request)],
  };
}

const startsAtExec = (target: Target): boolean => target.kind === 'tasks' && target.enableOnExec;

/** Waits until all of them have ended, or for an interruption; without any, only for that. */
async function processesEnd(kernel: Kernel, pidfds: readonly Fd[], interruption: Interruption): Promise<void> {
  let running = [...pidfds];
  do {
    const ready = await kernel.wait([...running, interruption.fd]);
    if (ready.includes(interruption.fd)) return;
    running = running.filter((pidfd) => !ready.includes(pidfd));
  } while (running.length > 0);
}

/** One line for all of the default events that this machine does not have. */
function missingNotice(gang: Gang, request: MeasureRequest): string[] {
  const missing = gang.events.filter(
    (event, i) => gang.missing.has(i) && !request.leftOut.has(i) && request.unasked.has(event),
  );
  const names = missing.map((event) => event.name).join(', ');
  return missing.length === 0 ? [] : [`no hardware counters here for ${names}`];
}
