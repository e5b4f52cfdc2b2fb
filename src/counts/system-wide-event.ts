import { SyswideError } from '../base/error';
import type { Cpu, Nanoseconds } from '../base/units';
import { elapsed } from '../base/units';
import type { EventSpec } from '../events/event-spec';
import { parseEvents } from '../events/parse';
import { resolveEvents } from '../events/resolve-events';
import type { GangChange } from '../gang/controllable';
import type { GangState } from '../gang/gang';
import type { Happening } from '../gang/hotplug-follower';
import { LiveGang } from '../gang/live-gang';
import { refusalContext } from '../gang/refusal-context';
import { HostWideLock } from '../gang/registry/host-lock';
import { type Registration, registerGang } from '../gang/registry/register';
import { takeSlots } from '../gang/slots/take';
import { placesOf } from '../gang/target';
import type { CpuMask } from '../host/cpu-mask';
import { resolveCpus } from '../host/cpus';
import { type Host, LocalHost } from '../host/host';
import type { HotplugSource } from '../host/hotplug/hotplug-source';
import { hotpluggable, openHotplugSource } from '../host/hotplug/open-source';
import type { Kernel } from '../native/kernel';
import { RealKernel } from '../native/real-kernel';
import { type CpuCoverage, coverage } from './coverage';
import { aggregate, type EventCount } from './event-count';

/** What to count, and where. */
export interface SystemWideEventOptions {
  /** As the text of `-e`, or parsed by `parseEvents`: one event or several that start, stop and are read together. */
  readonly events: string | readonly EventSpec[];
  /** The CPUs to cover whenever they are online; by default all that the machine can have. */
  readonly cpus?: CpuMask;
  /** How long to wait for debug registers that others hold, in ns; by default not at all. */
  readonly waitSlots?: Nanoseconds;
  /** What `syswide ps` shows as its command; by default this process's arguments. */
  readonly command?: readonly string[];
}

/** The counts of a system-wide event at one moment. */
export interface SystemWideCounts {
  /** One per event, in their order. */
  readonly counts: readonly EventCount[];
  /** By CPU: how long it was counted, and how long it ran uncounted. */
  readonly coverage: ReadonlyMap<Cpu, CpuCoverage>;
  /** How long the reading itself took. */
  readonly readTime: Nanoseconds;
}

/**
 * One event over a set of CPUs, presented as one: open on every CPU that is online or on none, counting from the same
 * moment, following CPUs that go and come, listed by `syswide ps`, changeable while it counts.
 *
 * ```ts
 * await using event = await SystemWideEvent.open({ events: 'context-switches' });
 * event.arm();
 * await work();
 * console.log(event.read().counts[0].total.value);
 * ```
 *
 * Main thread only. Owns everything it opens until `close`.
 */
export class SystemWideEvent implements AsyncDisposable {
  private constructor(
    private readonly live: LiveGang,
    private readonly registration: Registration,
    private readonly release: () => void,
  ) {}

  /**
   * Opens it, not counting yet.
   * @throws SyswideError saying which event, on which CPU, why, and what to do; then nothing is left open
   */
  static async open(options: SystemWideEventOptions): Promise<SystemWideEvent> {
    const kernel = RealKernel.shared();
    const host = new LocalHost(kernel);
    const held = new Held(kernel, host);
    try {
      const live = await openLive(kernel, host, held, options);
      const command = options.command ?? process.argv;
      return new SystemWideEvent(live, registerGang(kernel, { command, controllable: live }), () => held.close());
    } catch (error) {
      held.close();
      throw error;
    }
  }

  get state(): GangState {
    return this.live.gang.state;
  }

  /** What `syswide ctl` calls it; undefined where it cannot be listed. */
  get id(): string | undefined {
    return this.registration.id;
  }

  /** Lets it count. @returns the time between enabling the first and the last CPU */
  arm(): Nanoseconds {
    const { begin, end } = this.live.arm();
    return elapsed(begin, end);
  }

  /** Stops counting; counts stay. */
  pause(): void {
    this.live.pause();
  }

  /** The counts so far, those of CPUs that have gone included. */
  read(): SystemWideCounts {
    const { gang, follower } = this.live;
    const { readings, begin, end } = this.live.read();
    return {
      counts: aggregate(gang.events, readings, gang.missing),
      coverage: coverage(readings, follower, begin),
      readTime: elapsed(begin, end),
    };
  }

  /**
   * Changes CPUs, breakpoints, filters or periods while it counts.
   * @throws SyswideError when a CPU refuses; then everything is as it was
   */
  modify(change: GangChange): void {
    this.live.set(change);
  }

  /** Has `listener` called whenever a CPU comes or goes. @returns what ends that */
  onCpu(listener: (happening: Happening) => void): () => void {
    return this.live.follower?.onHappening(listener) ?? (() => {});
  }

  /** Gives everything back. Harmless when repeated. */
  async close(): Promise<void> {
    this.registration.close();
    await this.live.close();
    this.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What an event works with besides its gang, given back together. */
class Held {
  source: HotplugSource | undefined;

  constructor(
    readonly kernel: Kernel,
    private readonly host: Host,
  ) {}

  close(): void {
    this.source?.close();
    this.source = undefined;
    this.host.close();
  }
}

async function openLive(kernel: Kernel, host: Host, held: Held, options: SystemWideEventOptions): Promise<LiveGang> {
  const specs = typeof options.events === 'string' ? parseEvents(options.events) : options.events;
  const events = resolveEvents(specs, host);
  const wanted = options.cpus ?? host.cpus().possible;
  const changeable = hotpluggable(host, wanted);
  if (!changeable.isEmpty) held.source = openHotplugSource(kernel, host, changeable);
  const { online } = resolveCpus(wanted, host.cpus());
  if (online.isEmpty) throw allOffline(wanted);
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
  };
  return await takeSlots(
    { kernel, files: host.files, lock: lock.run },
    { events, places: placesOf(target) },
    () => LiveGang.open(kernel, request),
    { wait: options.waitSlots },
  );
}

const allOffline = (wanted: CpuMask): SyswideError =>
  new SyswideError('CPU_OFFLINE', {
    what: `cannot count on CPU ${wanted}`,
    why: 'it is offline',
    remedy: 'choose CPUs of which at least one is online',
  });
