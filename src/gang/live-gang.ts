import { assert } from '../base/assert';
import { SyswideError } from '../base/error';
import { type Cpu, monotonicTime } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { isSideBand } from '../events/sampling';
import { CpuMask } from '../host/cpu-mask';
import { checkNotEmpty, readCpus, resolveCpus } from '../host/cpus';
import type { HostFiles } from '../host/host-files';
import type { HotplugSource } from '../host/hotplug/hotplug-source';
import { hotpluggable } from '../host/hotplug/open-source';
import type { Kernel, Span } from '../native/kernel';
import type { BackgroundLoop } from './background-loop';
import type { Controllable, GangChange, GangStatus } from './controllable';
import { changedEvents } from './event-change';
import { Gang, type GangRequest } from './gang';
import type { GangTicker, TickSchedule } from './gang-ticker';
import { HotplugFollower } from './hotplug-follower';
import { watchHotplug } from './hotplug-watch';
import type { GangReading } from './reading';
import type { HostWideLock } from './registry/host-lock';
import { checkBreakpoint } from './slots/breakpoint-check';
import { isBreakpoint } from './slots/registers';
import { type Place, placesOf } from './target';

/** A gang that is to live: what it counts, and how it hears of CPUs. */
export interface LiveGangRequest extends GangRequest {
  /** CPUs that are counted whenever they are online, and how to hear of them; the source stays the caller's. */
  readonly hotplug?: { readonly source: HotplugSource; readonly wanted: CpuMask };
  readonly files: HostFiles;
  /** Held while breakpoints are changed, or opened on other CPUs; absent where none are counted. */
  readonly lock?: Pick<HostWideLock, 'runSync'>;
}

/** What counts the same as a gang, and only while that does. */
export interface Companion {
  arm(): void;
  pause(): void;
  /**
   * Gets ready to count these events instead, on these CPUs; what was counted so far stays.
   * @param cpus absent: where it counts now
   * @returns undefined where nothing changes for it
   * @throws SyswideError when it cannot; then it is as it was
   */
  prepare(events: readonly ResolvedEvent[], cpus: CpuMask | undefined): CompanionChange | undefined;
}

/** A change that only waits to be made, disabled; or to be given up. */
export interface CompanionChange {
  make(): void;
  giveUp(): void;
}

/**
 * A gang with all that keeps it right while it counts: it follows its CPUs, can be changed, and shows how it stands.
 * Owns the gang and the watch; not the hotplug source.
 */
export class LiveGang implements Controllable {
  #watch: BackgroundLoop | undefined;
  #companion: Companion | undefined;
  #onEnabled = () => {};

  private constructor(
    private readonly kernel: Kernel,
    private readonly request: LiveGangRequest,
    readonly gang: Gang,
    readonly follower: HotplugFollower | undefined,
    private readonly onStop: () => void,
  ) {}

  /**
   * Opens the gang, disabled.
   * @param onStop called when somebody asks from outside to end the measurement
   * @throws SyswideError as `Gang.open`
   */
  static open(kernel: Kernel, request: LiveGangRequest, onStop: () => void = () => {}): LiveGang {
    const gang = Gang.open(kernel, request);
    try {
      const follower = followerOf(gang, request);
      follower?.catchUp();
      return new LiveGang(kernel, request, gang, follower, onStop);
    } catch (error) {
      gang.close();
      throw error;
    }
  }

  /** Has something count while this does, and change with it; it stays the caller's. */
  accompany(companion: Companion | undefined): void {
    this.#companion = companion;
  }

  /** Has `listener` called when somebody has enabled it from outside. */
  whenEnabled(listener: () => void): void {
    this.#onEnabled = listener;
  }

  /** Lets it count, and from the first time on follow its CPUs. */
  arm(): Span {
    const span = this.gang.arm();
    this.#companion?.arm();
    this.counting();
    return span;
  }

  /** Told when the command that its clones were waiting for has called exec. */
  armedByExec(): void {
    this.gang.armedByExec();
    this.counting();
  }

  pause(): Span {
    this.#companion?.pause();
    const span = this.gang.pause();
    this.follower?.paused(monotonicTime(process.hrtime.bigint()));
    this.#watch?.wake();
    return span;
  }

  read(): GangReading {
    return this.gang.read();
  }

  /** See `Gang.tick`. */
  tick(schedule: TickSchedule): GangTicker {
    return this.gang.tick(schedule);
  }

  /** Takes in what has happened to the CPUs, and no longer follows them. */
  async settle(): Promise<void> {
    await this.#watch?.stop();
  }

  async close(): Promise<void> {
    try {
      await this.settle();
    } finally {
      this.gang.close();
    }
  }

  status(): GangStatus {
    const cpus = this.gang.places.flatMap((place) => (place.cpu === undefined ? [] : [place.cpu]));
    const counted = this.gang.events.filter((event, i) => !this.gang.missing.has(i) && !isSideBand(event));
    return {
      state: this.gang.state,
      events: counted.map((event) => event.name),
      cpus: this.request.target.cpus === undefined ? undefined : CpuMask.of(cpus),
      slots: counted.filter(isBreakpoint).length,
      lost: 0n,
    };
  }

  enable(): void {
    if (this.gang.state === 'armed') return;
    this.arm();
    this.#onEnabled();
  }

  /** Also of a gang that is to be armed later: then it is not, until it is enabled. */
  disable(): void {
    if (this.gang.state !== 'paused') this.pause();
  }

  stop(): void {
    this.onStop();
  }

  set(change: GangChange): void {
    assert(this.gang.state !== 'closed', 'a closed gang is not changed');
    const { lock } = this.request;
    if (lock && this.gang.events.some(isBreakpoint)) lock.runSync(() => this.change(change));
    else this.change(change);
    this.#watch?.wake();
  }

  private change(change: GangChange): void {
    const changed = changedEvents(this.gang.events, change);
    const machine = { files: this.request.files, architecture: process.arch };
    // The kernel's own refusal would not say what is wrong with it.
    if (change.breakpoint)
      for (const { name, attr } of changed.filter(isBreakpoint)) checkBreakpoint(name, attr, machine);
    const online = change.cpus && this.onlineOf(change.cpus);
    this.accompanied(changed, change.cpus, () => {
      if (change.cpus && online) this.moveTo(change.cpus, online, changed);
      else this.gang.changeEvents(changed);
    });
  }

  /** Has the companion make the same change, which counts nothing meanwhile: all that it counts is to be in the whole. */
  private accompanied(events: readonly ResolvedEvent[], cpus: CpuMask | undefined, change: () => void): void {
    const companion = this.#companion;
    const same = companion?.prepare(events, cpus?.intersect(readCpus(this.request.files).present));
    if (!companion || !same) {
      change();
      return;
    }
    const isCounting = this.gang.state === 'armed';
    try {
      if (isCounting) companion.pause();
      change();
      same.make();
    } catch (error) {
      same.giveUp();
      throw error;
    } finally {
      if (isCounting) companion.arm();
    }
  }

  private counting(): void {
    const { hotplug } = this.request;
    this.follower?.armed(monotonicTime(process.hrtime.bigint()));
    if (this.follower && hotplug && !this.#watch) {
      this.#watch = watchHotplug(this.kernel, hotplug.source, this.follower);
    } else this.#watch?.wake();
  }

  /** @throws SyswideError NO_SUCH_CPU, BAD_CPU_LIST; USAGE for what counts tasks */
  private onlineOf(wanted: CpuMask): CpuMask {
    const { target, files } = this.request;
    if (target.cpus === undefined) {
      throw new SyswideError('USAGE', {
        what: `cannot move to CPUs ${wanted}`,
        why: 'this gang counts tasks wherever they run',
        remedy: 'leave cpus= out',
      });
    }
    checkNotEmpty(wanted);
    return resolveCpus(wanted, readCpus(files)).online;
  }

  /** Extends the gang before it leaves, and before its events change: if a new CPU refuses, nothing has been given up. */
  private moveTo(wanted: CpuMask, online: CpuMask, changed: readonly ResolvedEvent[]): void {
    const { target, files, hotplug } = this.request;
    // What comes and goes from now on is heard of before it is counted.
    hotplug?.source.watch(hotpluggable(files, wanted));
    const covered = new Set(this.gang.places.map((place) => place.cpu));
    const added = [...online].filter((cpu) => !covered.has(cpu));
    this.gang.changeEvents(changed, added.length > 0 ? placesOf({ ...target, cpus: CpuMask.of(added) }) : []);
    this.gang.retirePlaces((place) => place.cpu !== undefined && !wanted.has(place.cpu));
    if (this.follower) this.follower.wanted = wanted;
  }
}

function followerOf(gang: Gang, { hotplug, target, files }: LiveGangRequest): HotplugFollower | undefined {
  if (!hotplug) return undefined;
  const placesOn = (cpu: Cpu): Place[] => placesOf({ ...target, cpus: CpuMask.of([cpu]) });
  return new HotplugFollower(gang, files, hotplug.source, hotplug.wanted, placesOn);
}
