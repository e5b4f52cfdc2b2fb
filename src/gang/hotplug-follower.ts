import { isDeepStrictEqual } from 'node:util';
import { SyswideError } from '../base/error';
import { type Cpu, elapsed, type Fd, type MonotonicTime, monotonicTime, type Nanoseconds, ns } from '../base/units';
import { CpuMask } from '../host/cpu-mask';
import { readCpus } from '../host/cpus';
import type { HostFiles } from '../host/host-files';
import type { HotplugNotice, HotplugSource } from '../host/hotplug/hotplug-source';
import type { Standby, StandbyWait } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
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
  /** Since when it runs tasks; undefined while it is offline, and for one that has been online from the start. */
  runsSince?: MonotonicTime;
  /** When the opening of its newest clones began; undefined for those that the gang was opened with. */
  openedSince?: MonotonicTime;
  /** When they were enabled; of a gang that is not armed, when they were opened. */
  coveredSince?: MonotonicTime;
  /** Time it ran tasks without being counted, before it last went offline. */
  uncovered: bigint;
  /** The happening of its coming online, for what becomes known of it later. */
  arrival?: Changeable<Happening>;
}

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Makes a gang follow its CPUs: extends it to those of `wanted` that come online, and keeps the counts of those that go.
 * Idempotent over CPUs: a notice that comes late, twice or out of date does nothing wrong, so a CPU that flaps faster
 * than clones can be opened ends as it is.
 */
export class HotplugFollower {
  readonly happenings: Happening[] = [];
  readonly #states = new Map<Cpu, CpuState>();
  readonly #listeners = new Set<(happening: Happening) => void>();
  #wanted: CpuMask;
  /** Since when the gang counts; undefined while it does not. */
  #armedSince: MonotonicTime | undefined;
  /** When notices were last taken in. */
  #heardUntil: MonotonicTime | undefined;
  /** See `Standby.opening`. */
  readonly #opening = new Int32Array(1);

  constructor(
    private readonly gang: Gang,
    private readonly files: HostFiles,
    private readonly source: HotplugSource,
    wanted: CpuMask,
    /** The places of the gang on a CPU that comes online. */
    private readonly placesOn: (cpu: Cpu) => readonly Place[],
  ) {
    this.#wanted = this.concerned(wanted);
  }

  /** The CPUs that are to be covered whenever they are online; without those on which there is nothing to count. */
  get wanted(): CpuMask {
    return this.#wanted;
  }

  /** Set once the gang has moved. What CPUs do that it has left is not missed. */
  set wanted(mask: CpuMask) {
    const wanted = this.concerned(mask);
    for (const cpu of this.#wanted.minus(wanted)) {
      const uncovered = this.uncovered(cpu, monotonicTime(process.hrtime.bigint()));
      if (this.#states.has(cpu)) this.#states.set(cpu, { uncovered });
    }
    this.#wanted = wanted;
  }

  /** How exact the times are, and where they come from. */
  get heardFrom(): Pick<HotplugSource, 'name' | 'exactTimes'> {
    return this.source;
  }

  /**
   * Extends the gang to CPUs that have come online since it was decided where to open it. For before it is armed. One
   * that cannot be had is listed as one that came and could not be counted.
   */
  catchUp(): void {
    const { online } = readCpus(this.files);
    for (const cpu of this.wanted.intersect(online)) {
      const error = this.cover(cpu);
      if (error) this.arrive(cpu, monotonicTime(process.hrtime.bigint()), error);
    }
  }

  /** Whether the waiting thread has opened clones, or is about to, that are no part of the gang yet. */
  get isOpening(): boolean {
    return Atomics.load(this.#opening, 0) === 1;
  }

  /** What is to be opened, should one of the CPUs that are not covered now come online. */
  prepare(): PreparedCpus {
    const uncovered = [...this.wanted].filter((cpu) => !this.isCovered(cpu) && this.source.watches(cpu));
    const plans = uncovered.flatMap((cpu) => {
      const plan = this.gang.prepare(this.placesOn(cpu));
      return plan ? [{ cpu, plan }] : [];
    });
    const [first] = plans;
    const alike = plans.filter(
      ({ plan }) => first !== undefined && isDeepStrictEqual(plan.filters, first.plan.filters),
    );
    return {
      generation: this.gang.generation,
      cpus: alike,
      standby: {
        cpus: alike.map(({ plan }) => plan.requests),
        filters: first?.plan.filters ?? [],
        outputs: alike.map(({ plan }) => plan.outputs),
        enable: this.gang.state === 'armed',
        opening: this.#opening,
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
      if (this.adoptOn(plan, outcome.fds)) this.covers(cpu, outcome.span.begin, outcome.span.end);
    }
    Atomics.store(this.#opening, 0, 0);
  }

  /** Takes in what has happened since the last call, and tells the listeners. */
  follow(): void {
    const known = this.happenings.length;
    const now = monotonicTime(process.hrtime.bigint());
    const notices = this.source.drain();
    if (notices === 'lost') this.lookAnew();
    else this.takeAll(notices.filter(({ cpu }) => this.wanted.has(cpu)));
    this.#heardUntil = now;
    for (const happening of this.happenings.slice(known)) {
      for (const listener of this.#listeners) tell(listener, happening);
    }
  }

  /**
   * Has `listener` called for every CPU that comes or goes from now on; what it throws is an uncaught exception.
   * @returns what ends that
   */
  onHappening(listener: (happening: Happening) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told when the gang is armed: from now on, time on CPUs that it does not cover is missed. Said twice, the first time counts. */
  armed(now: MonotonicTime): void {
    this.#armedSince ??= now;
    const { online } = readCpus(this.files);
    for (const cpu of this.wanted.intersect(online)) {
      if (!this.isCovered(cpu)) this.stateOf(cpu).runsSince ??= now;
    }
  }

  /** Told when the gang is paused: nothing is missed until it is armed again. */
  paused(now: MonotonicTime): void {
    for (const [cpu, state] of this.#states) state.uncovered += this.gap(cpu, state, now);
    this.#armedSince = undefined;
  }

  /** Time that a CPU ran tasks without being counted, while the gang was armed, up to `now`. */
  uncovered(cpu: Cpu, now: MonotonicTime): Nanoseconds {
    const state = this.#states.get(cpu);
    return state ? ns(state.uncovered + this.gap(cpu, state, now)) : ns(0n);
  }

  /**
   * Opens nothing on a CPU that has gone again: every opening and closing has to wait until no CPU is just going or
   * coming, so that who tried to catch up with a CPU that flaps would only fall further behind.
   */
  private takeAll(notices: readonly HotplugNotice[]): void {
    const gone = new Map(notices.flatMap(({ cpu, step }, i) => (step === 'offline' ? [[cpu, i]] : [])));
    for (const [i, { cpu, step, at }] of notices.entries()) {
      const comes = step === 'countable' || step === 'online';
      const error = comes && i > (gone.get(cpu) ?? -1) ? this.cover(cpu) : undefined;
      if (step === 'offline') this.leave(cpu, at);
      else if (step === 'resting') this.rest(cpu, this.stateOf(cpu), at);
      else if (step === 'online') this.arrive(cpu, at, error);
    }
  }

  /** It runs tasks. Said twice, the first time counts. */
  private arrive(cpu: Cpu, at: MonotonicTime, error: SyswideError | undefined): void {
    const state = this.stateOf(cpu);
    state.runsSince ??= at;
    if (!state.arrival) {
      state.arrival = { cpu, kind: 'online', at };
      this.happenings.push(state.arrival);
    }
    if (error) state.arrival.error = error;
    this.tellGap(cpu, state);
  }

  /** It runs nothing more: the gap before it was counted, if there was one, is over at the latest. */
  private rest(cpu: Cpu, state: CpuState, at: MonotonicTime): void {
    if (state.runsSince === undefined) return;
    const gap = this.gap(cpu, state, at);
    state.uncovered += gap;
    // It went before clones counted that were to: they are not what followed its coming.
    if (state.arrival?.uncovered !== undefined && gap < state.arrival.uncovered) delete state.arrival.uncovered;
    delete state.runsSince;
  }

  /**
   * It is gone, and what it ran before it was counted is known. Clones that count are those of a CPU that is back
   * already: they stay. So do those of tasks, which count on when the CPU comes back.
   */
  private leave(cpu: Cpu, at: MonotonicTime): void {
    const state = this.stateOf(cpu);
    const isBackAlready = this.counts(cpu, state, at);
    this.rest(cpu, state, at);
    delete state.arrival;
    this.happenings.push({ cpu, kind: 'offline', at });
    if (!isBackAlready) this.retire(cpu, state);
  }

  /** Whether its clones count, although it went at that time. */
  private counts(cpu: Cpu, { openedSince }: CpuState, at: MonotonicTime): boolean {
    const ofCpu = (place: Place): boolean => place.cpu === cpu && place.tid === undefined;
    if (!this.gang.places.some(ofCpu)) return false;
    if (this.gang.state === 'armed') return this.gang.deadPlaces(ofCpu).length === 0;
    return this.source.exactTimes && openedSince !== undefined && at < openedSince;
  }

  private retire(cpu: Cpu, state: CpuState): void {
    this.gang.retirePlaces((place) => place.cpu === cpu && place.tid === undefined);
    delete state.openedSince;
    delete state.coveredSince;
  }

  /** Extends the gang to a CPU. That it is gone again is no error: a notice of that will come. */
  private cover(cpu: Cpu): SyswideError | undefined {
    if (this.isCovered(cpu)) return undefined;
    const begin = monotonicTime(process.hrtime.bigint());
    try {
      const span = this.gang.addPlaces(this.placesOn(cpu));
      this.covers(cpu, begin, span?.end ?? begin);
      return undefined;
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      return error.code === 'CPU_OFFLINE' ? undefined : error;
    }
  }

  /** False when what they need to be part of the gang is refused; a notice will come to try it again. */
  private adoptOn(plan: PreparedPlaces, fds: readonly Fd[]): boolean {
    try {
      this.gang.adopt(plan, fds);
      return true;
    } catch (error) {
      this.gang.discard(fds);
      if (!(error instanceof KernelError || error instanceof SyswideError)) throw error;
      return false;
    }
  }

  private covers(cpu: Cpu, openedSince: MonotonicTime, coveredSince: MonotonicTime): void {
    const state = this.stateOf(cpu);
    Object.assign(state, { openedSince, coveredSince });
    this.tellGap(cpu, state);
  }

  private tellGap(cpu: Cpu, state: CpuState): void {
    const { arrival, coveredSince } = state;
    if (!arrival || !this.isCovered(cpu)) return;
    arrival.uncovered = this.gap(cpu, state, coveredSince ?? arrival.at);
    delete arrival.error;
  }

  /** For how long, until then, it has been running tasks without being counted, while the gang was armed. */
  private gap(cpu: Cpu, state: CpuState, until: MonotonicTime): Nanoseconds {
    if (state.runsSince === undefined || this.#armedSince === undefined) return ns(0n);
    const from = later(state.runsSince, this.#armedSince);
    const covered = this.isCovered(cpu) ? (state.coveredSince ?? from) : until;
    return elapsed(from, later(from, earlier(covered, until)));
  }

  /**
   * After lost notices: compares the gang with the CPUs as they are. A CPU that has lost its clones may have run without
   * them ever since the last notices: so much is named, rather too much than too little.
   */
  private lookAnew(): void {
    const { online } = readCpus(this.files);
    const since = this.#heardUntil ?? monotonicTime(process.hrtime.bigint());
    const clones = this.gang.state === 'armed' ? this.gang.deadPlaces(({ tid }) => tid === undefined) : [];
    const dead = new Set(clones.map((place) => place.cpu));
    for (const cpu of this.wanted) {
      if (this.isCovered(cpu) && (dead.has(cpu) || !online.has(cpu))) {
        this.retire(cpu, this.stateOf(cpu));
        this.leave(cpu, since);
      }
      if (!this.isCovered(cpu) && online.has(cpu)) this.arrive(cpu, since, this.cover(cpu));
    }
  }

  private concerned(cpus: CpuMask): CpuMask {
    return CpuMask.of([...cpus].filter((cpu) => this.gang.concerns(cpu)));
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

/** What a listener throws is for its program, as of any other, and no reason to follow CPUs no more. */
function tell(listener: (happening: Happening) => void, happening: Happening): void {
  try {
    listener(happening);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

// Math.max and Math.min take no bigints.
const later = (a: MonotonicTime, b: MonotonicTime): MonotonicTime => (b > a ? b : a);
const earlier = (a: MonotonicTime, b: MonotonicTime): MonotonicTime => (later(a, b) === a ? b : a);
