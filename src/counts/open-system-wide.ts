import { isMainThread } from 'node:worker_threads';
import { SyswideError } from '../base/error';
import { ns } from '../base/units';
import type { EventSpec } from '../events/event-spec';
import { parseEvents } from '../events/parse';
import { resolveEvents } from '../events/resolve-events';
import type { ResolvedEvent } from '../events/resolved-event';
import { LiveGang, type LiveGangRequest } from '../gang/live-gang';
import { refusalContext } from '../gang/refusal-context';
import { HostWideLock } from '../gang/registry/host-lock';
import { markedByHits } from '../gang/slots/hits';
import { takeSlots } from '../gang/slots/take';
import { placesOf } from '../gang/target';
import type { CpuMask } from '../host/cpu-mask';
import { checkNotEmpty, resolveCpus } from '../host/cpus';
import { type Host, LocalHost } from '../host/host';
import type { HotplugSource } from '../host/hotplug/hotplug-source';
import { openHotplugSourceFor } from '../host/hotplug/open-source';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { outOfResources } from '../native/out-of-resources';
import { RealKernel } from '../native/real-kernel';
import { checkFiles } from './files-needed';

/** What to count, and where. */
export interface SystemWideEventOptions {
  /** As the text of `-e`, or parsed by `parseEvents`: one event or several that start, stop and are read together. */
  readonly events: string | readonly EventSpec[];
  /** The CPUs to cover whenever they are online; by default all that the machine can have. */
  readonly cpus?: CpuMask;
  /** How long to wait for debug registers that others hold, in ns; by default not at all. */
  readonly waitSlots?: bigint;
  /** What `syswide ps` shows as its command; by default this process's arguments. */
  readonly command?: readonly string[];
}

/** What an event works with besides its gang, given back together. */
export class Held {
  source: HotplugSource | undefined;

  private constructor(
    readonly kernel: Kernel,
    readonly host: Host,
  ) {}

  static on(kernel: Kernel): Held {
    return new Held(kernel, new LocalHost(kernel));
  }

  close(): void {
    this.source?.close();
    this.source = undefined;
    this.host.close();
  }
}

/** What differs for events that sample. */
export interface SampledOpening {
  /** The events as they are to be opened. */
  readonly events: (asked: readonly ResolvedEvent[]) => readonly ResolvedEvent[];
  readonly connector: LiveGangRequest['connector'];
  /** Called when `syswide ctl` asks to end it. */
  readonly onStop: () => void;
}

/**
 * Opens events on all CPUs that are asked for, not counting yet, and follows these CPUs from then on.
 * @throws SyswideError; nothing is left open then but what `held` has, which stays the caller's
 */
export async function openSystemWide(
  held: Held,
  options: SystemWideEventOptions,
  sampled?: SampledOpening,
): Promise<LiveGang> {
  const { kernel, host } = held;
  const specs = typeof options.events === 'string' ? parseEvents(options.events) : options.events;
  // What is opened beside the events would fail for a reason that is not told.
  checkFiles(host.files, specs.length, 0);
  const asked = resolveEvents(specs, host, { use: sampled ? 'sample' : 'count' });
  const events = sampled?.events(asked) ?? asked;
  const wanted = options.cpus ?? host.cpus().possible;
  checkNotEmpty(wanted);
  held.source = openHotplugSourceFor(kernel, host, wanted);
  const { online } = resolveCpus(wanted, host.cpus());
  if (online.isEmpty) throw allOffline(wanted);
  checkFiles(host.files, events.length * online.size, sampled ? 2 * online.size : 0);
  const target = { kind: 'cpus', cpus: online } as const;
  const lock = new HostWideLock(kernel);
  const request = {
    events,
    target,
    files: host.files,
    ...(held.source ? { hotplug: { source: held.source, wanted } } : {}),
    mayMiss: () => false,
    placesMayGo: held.source !== undefined,
    context: refusalContext(host),
    lock,
    ...(sampled?.connector ? { connector: sampled.connector } : {}),
  };
  return await takeSlots(
    { kernel, files: host.files, lock: lock.run },
    { events, places: placesOf(target) },
    (areHit) =>
      LiveGang.open(kernel, { ...request, events: markedByHits(events, areHit) }, sampled?.onStop ?? refuseStop),
    { wait: options.waitSlots === undefined ? undefined : ns(options.waitSlots) },
  );
}

/** @throws SyswideError NOT_SUPPORTED on a worker thread, whose end would crash the process; SHIM */
export function kernelForPrograms(): RealKernel {
  if (isMainThread) return RealKernel.shared();
  throw new SyswideError('NOT_SUPPORTED', {
    what: 'cannot open events on a worker thread',
    why: 'what calls the kernel does not outlive one',
    remedy: 'open them on the main thread, and send the worker what it is to know',
  });
}

/** What failed beside the events themselves, for whoever asked for them. */
export const asUserError = (error: unknown): unknown =>
  error instanceof KernelError ? (outOfResources(error) ?? error) : error;

/** For what is asked of an event after its `close`. */
export const closedEvent = (): SyswideError =>
  new SyswideError('USAGE', {
    what: 'cannot use an event that is closed',
    why: 'it has given everything back',
    remedy: 'do this before close(), or open another one',
  });

/** Its counts are nowhere but with the program. */
function refuseStop(): never {
  throw new SyswideError('CONTROL_FAILED', {
    what: 'cannot stop what a program counts with the library',
    why: 'the program itself reads and closes it',
    remedy: 'hold the counts with disable, or end the program',
  });
}

const allOffline = (wanted: CpuMask): SyswideError =>
  new SyswideError('CPU_OFFLINE', {
    what: `cannot count on CPU ${wanted}`,
    why: 'it is offline',
    remedy: 'choose CPUs of which at least one is online',
  });
