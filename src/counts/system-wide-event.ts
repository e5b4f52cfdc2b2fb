import type { Cpu, Nanoseconds } from '../base/units';
import { elapsed } from '../base/units';
import type { GangChange } from '../gang/controllable';
import type { GangState } from '../gang/gang';
import type { Happening } from '../gang/hotplug-follower';
import type { LiveGang } from '../gang/live-gang';
import { type Registration, registerGang } from '../gang/registry/register';
import { type CpuCoverage, coverage } from './coverage';
import { aggregate, type EventCount } from './event-count';
import {
  asUserError,
  closedEvent,
  Held,
  kernelForPrograms,
  openSystemWide,
  type SystemWideEventOptions,
} from './open-system-wide';

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
 * Main thread only. Owns everything it opens until `close`; what is called afterwards, but `close` itself, throws.
 */
export class SystemWideEvent implements AsyncDisposable {
  #closing: Promise<void> | undefined;

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
    const kernel = kernelForPrograms();
    const held = Held.on(kernel);
    try {
      const live = await openSystemWide(held, options);
      const command = options.command ?? process.argv;
      return new SystemWideEvent(live, registerGang(kernel, { command, controllable: live }), () => held.close());
    } catch (error) {
      held.close();
      throw asUserError(error);
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
    const { begin, end } = this.open.arm();
    return elapsed(begin, end);
  }

  /** Stops counting; counts stay. */
  pause(): void {
    this.open.pause();
  }

  /** The counts so far, those of CPUs that have gone included. */
  read(): SystemWideCounts {
    const { gang, follower } = this.open;
    const { readings, begin, end } = this.open.read();
    return {
      counts: aggregate(gang.events, readings, gang.missing),
      coverage: coverage(readings, follower, begin),
      readTime: elapsed(begin, end),
    };
  }

  /**
   * Changes CPUs, breakpoints, filters or periods while it counts.
   * @throws SyswideError when a CPU refuses, or the change fits no event; then everything is as it was
   */
  modify(change: GangChange): void {
    this.open.set(change);
  }

  /** Has `listener` called whenever a CPU comes or goes; what it throws is an uncaught exception. @returns what ends that */
  onCpu(listener: (happening: Happening) => void): () => void {
    return this.open.follower?.onHappening(listener) ?? (() => {});
  }

  /** Gives everything back. Harmless when repeated, also while it is under way. */
  close(): Promise<void> {
    this.#closing ??= this.giveBack();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private get open(): LiveGang {
    if (this.#closing) throw closedEvent();
    return this.live;
  }

  /** The hotplug source last: a thread may be waiting for it until the gang is closed. */
  private async giveBack(): Promise<void> {
    try {
      this.registration.close();
      await this.live.close();
    } finally {
      this.release();
    }
  }
}
