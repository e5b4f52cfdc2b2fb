import { SyswideError } from '../base/error';
import { type Cpu, elapsed, type MonotonicTime, monotonicTime, type Nanoseconds, ns } from '../base/units';
import type { CpuMask } from '../host/cpu-mask';
import { readCpus } from '../host/cpus';
import type { HostFiles } from '../host/host-files';
import type { HotplugNotice, HotplugSource } from '../host/hotplug/hotplug-source';
import type { Standby, StandbyWait } from '../native/kernel';
import type { Gang, PreparedPlaces } from './gang';
import type { Place } from './target';

/** A CPU that came or went while a gang was open. */
export interface Happening {
  readonly cpu: Cpu;
  readonly kind: 'online' | 'offline';
  readonly at: MonotonicTime;
  /** Of `online`: how long it ran tasks before it was counted. Absent while it is not counted. */
  readonly uncovered?: Nanoseconds;
  /** Why it could not be counted at all. */
  readonly error?: SyswideError;
}

/** What the waiting thread was given to open, and when that was right. */
export interface PreparedCpus {
  readonly generation: number;
  readonly cpus: readonly { readonly cpu: Cpu; readonly plan: PreparedPlaces }[];
  readonly standby: Standby;
}

/** How one CPU stands with the gang. */
interface CpuState {
  /** Since when it runs tasks without being counted; undefined while it is counted or offline. */
  uncoveredSince?: MonotonicTime;
  /** When its newest clones were enabled. */
  coveredSince?: MonotonicTime;
  /** Time it ran tasks without being counted, in spans that are over. */
  uncovered: bigint;
}

/**
 * Makes a gang follow its CPUs: extends it to those of `wanted` that come online, and keeps the counts of those that go.
 * Idempotent over CPUs: a notice that comes late, twice or out of date does nothing wrong, so a CPU that flaps faster
 * than clones can be opened ends as it is.
 */
export class HotplugFollower {
  readonly happenings: Happening[] = [];
  readonly #states = new Map<Cpu, CpuState>();

  constructor(
    private readonly gang: Gang,
    private readonly files: HostFiles,
    private readonly source: HotplugSource,
    public wanted: CpuMask,
    /** The places of the gang on a CPU that comes online. */
    private readonly placesOn: (cpu: Cpu) => readonly Place[],
  ) {}

  /** How exact the times are, and where they come from. */
  get heardFrom(): Pick<HotplugSource, 'name' | 'exactTimes'> {
    return this.source;
  }

  /** Extends the gang to CPUs that have come online since it was decided where to open it. For before it is armed. */
  catchUp(): void {
    const { online } = readCpus(this.files);
    for (const cpu of this.wanted.intersect(online)) this.cover(cpu);
  }

  /** What is to be opened, should one of the CPUs that are not covered now come online. */
  prepare(): PreparedCpus {
    const uncovered = [...this.wanted].filter((cpu) => !this.isCovered(cpu) && this.source.watches(cpu));
    const plans = uncovered.map((cpu) => ({ cpu, plan: this.gang.prepare(this.placesOn(cpu)) }));
    const alike = plans.filter(({ plan }) => plan.filters.length === plans[0]?.plan.filters.length);
    return {
      generation: this.gang.generation,
      cpus: alike,
      standby: {
        cpus: alike.map(({ plan }) => plan.requests),
        filters: plans[0]?.plan.filters ?? [],
        enable: this.gang.state === 'armed',
      },
    };
  }

  /**
   * Makes clones that were opened by the waiting thread part of the gang; closes those that came too late, because the
   * gang was changed meanwhile or covers the CPU already.
   */
  adopt(prepared: PreparedCpus, outcomes: StandbyWait['outcomes']): void {
    for (const [i, outcome] of outcomes.entries()) {
      const candidate = prepared.cpus[i];
      if (!candidate || !outcome || 'errno' in outcome) continue;
      const { cpu, plan } = candidate;
      if (prepared.generation !== this.gang.generation || this.isCovered(cpu)) {
        this.gang.discard(outcome.fds);
        continue;
      }
      this.gang.adopt(plan, outcome.fds);
      if (prepared.standby.enable) this.stateOf(cpu).coveredSince = outcome.span.end;
    }
  }

  /** Takes in what has happened since the last call. */
  follow(): void {
    const notices = this.source.drain();
    if (notices === 'lost') this.lookAnew();
    else for (const notice of notices) if (this.wanted.has(notice.cpu)) this.take(notice);
  }

  /** Told when the gang is armed: from now on, time on CPUs that it does not cover is missed. */
  armed(now: MonotonicTime): void {
    const { online } = readCpus(this.files);
    for (const cpu of this.wanted.intersect(online)) {
      if (!this.isCovered(cpu)) this.stateOf(cpu).uncoveredSince ??= now;
    }
  }

  /** Told when the gang is paused: nothing is missed until it is armed again. */
  paused(now: MonotonicTime): void {
    for (const state of this.#states.values()) closeGap(state, now);
  }

  /** Time that a CPU ran tasks without being counted, while the gang was armed, up to `now`. */
  uncovered(cpu: Cpu, now: MonotonicTime): Nanoseconds {
    const state = this.#states.get(cpu);
    if (!state) return ns(0n);
    return ns(state.uncovered + (state.uncoveredSince === undefined ? 0n : elapsed(state.uncoveredSince, now)));
  }

  private take({ cpu, step, at }: HotplugNotice): void {
    if (step === 'offline') this.leave(cpu, at);
    else if (step === 'countable') this.cover(cpu);
    else this.online(cpu, at);
  }

  /** It runs tasks. What it ran before it was counted is the gap. */
  private online(cpu: Cpu, at: MonotonicTime): void {
    const error = this.isCovered(cpu) ? undefined : this.cover(cpu);
    const state = this.stateOf(cpu);
    const covered = this.isCovered(cpu);
    const gap = covered && state.coveredSince !== undefined ? positive(elapsed(at, state.coveredSince)) : undefined;
    if (gap !== undefined) state.uncovered += gap;
    else if (!covered && this.gang.state === 'armed') state.uncoveredSince = at;
    this.happenings.push({
      cpu,
      kind: 'online',
      at,
      ...(gap === undefined ? {} : { uncovered: gap }),
      ...(error ? { error } : {}),
    });
  }

  private leave(cpu: Cpu, at: MonotonicTime): void {
    this.gang.retirePlaces((place) => place.cpu === cpu);
    const state = this.stateOf(cpu);
    closeGap(state, at);
    delete state.coveredSince;
    this.happenings.push({ cpu, kind: 'offline', at });
  }

  /** Extends the gang to a CPU. That it is gone again is no error: a notice of that will come. */
  private cover(cpu: Cpu): SyswideError | undefined {
    if (this.isCovered(cpu)) return undefined;
    try {
      const span = this.gang.addPlaces(this.placesOn(cpu));
      const state = this.stateOf(cpu);
      if (span) state.coveredSince = span.end;
      return undefined;
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      return error.code === 'CPU_OFFLINE' ? undefined : error;
    }
  }

  /** After lost notices: compares the gang with the CPUs as they are. */
  private lookAnew(): void {
    const { online } = readCpus(this.files);
    const now = monotonicTime(process.hrtime.bigint());
    const dead = new Set(this.gang.state === 'armed' ? this.gang.deadPlaces().map((place) => place.cpu) : []);
    for (const cpu of this.wanted) {
      if (this.isCovered(cpu) && (dead.has(cpu) || !online.has(cpu))) this.leave(cpu, now);
      if (!this.isCovered(cpu) && online.has(cpu)) this.online(cpu, now);
    }
  }

  private isCovered(cpu: Cpu): boolean {
    return this.gang.places.some((place) => place.cpu === cpu);
  }

  private stateOf(cpu: Cpu): CpuState {
    let state = this.#states.get(cpu);
    if (!state) {
      state = { uncovered: 0n };
      this.#states.set(cpu, state);
    }
    return state;
  }
}

function closeGap(state: CpuState, at: MonotonicTime): void {
  if (state.uncoveredSince !== undefined) state.uncovered += positive(elapsed(state.uncoveredSince, at));
  delete state.uncoveredSince;
}

const positive = (time: Nanoseconds): Nanoseconds => (time > 0n ? time : ns(0n));
