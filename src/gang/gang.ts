import { assert, present } from '../base/assert';
import type { SyswideError } from '../base/error';
import type { Cpu, Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { EventControl, Kernel, OpenRequest, Span } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { CgroupClocks, clockSetters } from './cgroup-clocks';
import { changeClones, eventsToFilter, eventsToReopen } from './clone-change';
import { GangTicker, type TickSchedule } from './gang-ticker';
import { identified, type OpenClone, type OpeningRequest, openClones, setFilter } from './opening';
import { opensOn, type PlannedClone, planGang } from './plan';
import {
  controlFailed,
  type GangReading,
  GroupReader,
  headsOf,
  lostByCpu,
  merged,
  type Reading,
  readEach,
  withRetired,
} from './reading';
import { modeOf, type OpenMode, type Place, placesOf, type Target } from './target';
import { UndoStack } from './undo';

/**
 * ```
 *            arm()          pause()
 * reserved ────────▶ armed ⇄───────▶ paused      close() from any: closed
 *                          arm()
 * ```
 */
export type GangState = 'reserved' | 'armed' | 'paused' | 'closed';

/** What a gang is asked to count. */
export interface GangRequest extends Omit<OpeningRequest, 'places' | 'mode'> {
  readonly target: Target;
}

/**
 * Clones that could be opened, with the system calls that make them and the filters they then need. Requests beyond the
 * clones are of `CgroupClocks`.
 */
export interface PreparedPlaces {
  readonly clones: readonly PlannedClone[];
  readonly requests: readonly OpenRequest[];
  readonly filters: readonly (string | undefined)[];
  readonly outputs: readonly (Fd | undefined)[];
}

/**
 * The per-place perf events that act as one system-wide event, or several that start and stop together. All of them
 * stand, or none: see `open`. Places can be added and retired while it counts; what retired ones counted stays.
 * Owns its fds until `close`.
 */
export class Gang {
  #state: GangState = 'reserved';
  #armSpan: Span | undefined;
  #generation = 0;
  #events: readonly ResolvedEvent[];
  #live: readonly OpenClone[];
  /** The last counts of clones that are gone. */
  #retired: readonly Reading[] = [];
  /** What they lost, by CPU. */
  #retiredLost: ReadonlyMap<Cpu, bigint> = new Map();
  #reader: GroupReader | undefined;
  #ticker: GangTicker | undefined;
  readonly #clocks: CgroupClocks;

  private constructor(
    private readonly kernel: Kernel,
    private readonly request: GangRequest,
    events: readonly ResolvedEvent[],
    /** By index into `events`: what this machine does not have, and why. */
    readonly missing: ReadonlyMap<number, SyswideError>,
    /** The weak groups that the kernel refused, as written: their events are counted one by one, at every place. */
    readonly dissolved: readonly string[],
    clones: readonly OpenClone[],
  ) {
    this.#events = events;
    this.#live = clones;
    this.#clocks = new CgroupClocks(kernel);
    this.#clocks.cover(events, clones);
  }

  /**
   * Opens every event at every place of the target, disabled.
   * @throws SyswideError naming event, place, errno, cause and remedy; then nothing is left open
   */
  static open(kernel: Kernel, request: GangRequest): Gang {
    const { target } = request;
    const mode = modeOf(target);
    const { events, clones, missing, dissolved } = openClones(kernel, { ...request, places: placesOf(target), mode });
    return new Gang(kernel, request, events, missing, dissolved, clones);
  }

  /** In the order asked for, missing ones included; as they are now, after changes. */
  get events(): readonly ResolvedEvent[] {
    return this.#events;
  }

  get state(): GangState {
    return this.#state;
  }

  /** When the first clone was enabled, and the last; undefined before `arm`, and for what starts at a task's exec. */
  get armSpan(): Span | undefined {
    return this.#armSpan;
  }

  /** Changes whenever what is to be opened on a new place changes. */
  get generation(): number {
    return this.#generation;
  }

  /** How many fds it holds. */
  get size(): number {
    return this.#live.length;
  }

  /** Whether it has anything to count on a CPU: some events are of a few CPUs only, and some are never opened. */
  concerns(cpu: Cpu): boolean {
    return this.#events.some((event, index) => !this.missing.has(index) && opensOn(event, cpu));
  }

  /** Where it counts now. */
  get places(): readonly Place[] {
    return [...new Set(this.#live.map((clone) => clone.place))];
  }

  /**
   * Lets every clone count.
   * @throws SyswideError CONTROL_FAILED; then the gang is as it was
   */
  arm(): Span {
    const span = this.control(this.#live, 'enable');
    // What its task's exec had enabled counted before: this is no beginning.
    if (this.#state === 'reserved') this.#armSpan = span;
    this.become('armed');
    return span;
  }

  /** Told when the task that its clones were waiting for has called exec: the kernel has enabled them. */
  armedByExec(): void {
    this.become('armed');
  }

  /** Stops every clone; counts stay. @throws SyswideError CONTROL_FAILED; then the gang is as it was */
  pause(): Span {
    const span = this.control(this.#live, 'disable');
    this.become('paused');
    return span;
  }

  /** The counts so far of every event at every place, those of retired clones included; worked out when they are looked at. */
  read(): GangReading {
    assert(this.#state !== 'closed', 'a closed gang has no counts');
    return withRetired(this.#retired, this.reader().read());
  }

  /** Reads it at equal intervals from now on, on a thread of its own. The caller stops it, or the gang when it is closed. */
  tick(schedule: TickSchedule): GangTicker {
    assert(this.#state !== 'closed' && !this.#ticker, 'one thread reads a gang');
    const reads = { reader: this.reader(), retired: this.#retired };
    this.#ticker = new GangTicker(this.kernel, schedule, this.#events.length, reads);
    return this.#ticker;
  }

  /** Reads what is open now. */
  private reader(): GroupReader {
    if (this.#reader?.clones !== this.#live) this.#reader = new GroupReader(this.kernel, this.events, this.#live);
    return this.#reader;
  }

  /** Has other clones be the gang's; those that are no more are closed only afterwards. */
  private hold(clones: readonly OpenClone[]): void {
    this.#live = clones;
    this.#clocks.keep(clones);
    this.#ticker?.change({ reader: this.reader(), retired: this.#retired });
  }

  /** By CPU: records that its clones there, gone ones too, could not write for want of room; none where the kernel does not tell. */
  lost(): ReadonlyMap<Cpu, bigint> {
    return lostByCpu(this.kernel, this.#live, this.#retiredLost);
  }

  /**
   * Extends the gang to more places, and lets it count there if it counts elsewhere.
   * @returns when it was enabled there; undefined for a gang that is not armed
   * @throws SyswideError as `open` does, with its code; then the gang is as it was
   */
  addPlaces(places: readonly Place[]): Span | undefined {
    const added = this.openMore({ events: this.events, places });
    try {
      this.#clocks.cover(this.events, added);
      const span = this.#state === 'armed' ? this.control(added, 'enable') : undefined;
      this.hold([...this.#live, ...added]);
      return span;
    } catch (error) {
      this.kernel.closeFds(fdsOf(added));
      throw error;
    }
  }

  /**
   * Changes events while they count: breakpoints and periods where they stand; events whose filter changes, with their
   * groups, are opened anew and take the place of the old ones, whose counts are kept. Of what children inherit, filters
   * are set where they stand, which cannot be taken back, and is therefore done last.
   *
   * @param changed the gang's events, some of them replaced
   * @param more places to extend the gang to at the same time
   * @throws SyswideError when a clone refuses; then all of them are as they were
   */
  changeEvents(changed: readonly ResolvedEvent[], more: readonly Place[] = []): void {
    const added = more.length > 0 ? this.openMore({ events: changed, places: more }) : [];
    try {
      this.changeOpen(changed, added);
    } catch (error) {
      this.kernel.closeFds(fdsOf(added));
      throw error;
    }
    if (added.length > 0) this.hold([...this.#live, ...added]);
    this.#events = changed;
    this.#generation += 1;
  }

  /** @param added clones that are not the gang's yet, to be enabled where it counts */
  private changeOpen(changed: readonly ResolvedEvent[], added: readonly OpenClone[]): void {
    const { inherit } = modeOf(this.request.target);
    const filtered = inherit ? eventsToFilter(this.#events, changed) : new Set<number>();
    const only = inherit ? new Set<number>() : eventsToReopen(this.#events, changed, this.#live);
    this.tryFilters(changed, filtered);
    const fresh = only.size > 0 ? this.openMore({ events: changed, only, places: this.places }) : [];
    try {
      UndoStack.attempt((undo) => {
        const live = { kernel: this.kernel, clones: this.#live, isCounting: this.#state === 'armed' };
        for (const [index, event] of changed.entries()) {
          if (this.missing.has(index) || only.has(index)) continue;
          changeClones({ ...live, mode: this.modeOfAdded() }, undo, this.#events, index, event);
        }
        if (added.length > 0 && this.#state === 'armed') this.control(added, 'enable');
        this.replace(fresh, only, undo);
        for (const clone of this.#live) {
          if (filtered.has(clone.event)) setFilter(this.kernel, present(changed[clone.event], 'it has one'), clone);
        }
      });
    } catch (error) {
      this.kernel.closeFds(fdsOf(fresh));
      throw error;
    }
  }

  /** @throws SyswideError where a filter does not fit its event */
  private tryFilters(events: readonly ResolvedEvent[], filtered: ReadonlySet<number>): void {
    if (filtered.size === 0) return;
    const alone = events.map(({ leader: _, ...event }) => event);
    this.kernel.closeFds(fdsOf(this.openMore({ events: alone, only: filtered, places: this.places.slice(0, 1) })));
  }

  /** Between the last count of the old clones and the first of the new ones nothing is counted twice. */
  private replace(fresh: readonly OpenClone[], replaced: ReadonlySet<number>, undo: UndoStack): void {
    if (fresh.length === 0) return;
    const old = this.#live.filter((clone) => replaced.has(clone.event));
    const isCounting = this.#state === 'armed';
    undo.take(
      () => this.control(old, 'disable'),
      () => isCounting && this.controlQuietly(headsOf(old), 'enable'),
    );
    const { readings } = readEach(this.kernel, this.#events, old);
    const lost = lostByCpu(this.kernel, old, this.#retiredLost);
    if (isCounting) this.control(fresh, 'enable');
    this.#retired = merged([...this.#retired, ...readings]);
    this.#retiredLost = lost;
    this.hold([...this.#live.filter((clone) => !old.includes(clone)), ...fresh]);
    this.kernel.closeFds(fdsOf(old));
  }

  /** What opening at these places takes, for a thread that opens it when it can; undefined where it has no ring there yet. */
  prepare(places: readonly Place[]): PreparedPlaces | undefined {
    const { connector } = this.request;
    const mode = this.modeOfAdded();
    const { clones, requests } = planGang(this.events, places, mode, (event) => !this.missing.has(event));
    const outputs = clones.map((clone) => connector?.outputOf(clone));
    if (connector && outputs.includes(undefined)) return undefined;
    const setters = clockSetters(this.events, clones);
    const none = setters.map(() => undefined);
    return {
      clones,
      requests: [...requests, ...setters],
      filters: [...clones.map((clone) => this.events[clone.event]?.filter), ...none],
      outputs: [...outputs, ...none],
    };
  }

  /** Makes clones that were opened as prepared part of the gang, which owns their fds from now on. */
  adopt({ clones, requests }: PreparedPlaces, fds: readonly Fd[]): void {
    const opened = clones.map((clone, i) => ({ ...clone, fd: present(fds[i], 'an fd per clone') }));
    this.request.connector?.connected(opened);
    this.hold([...this.#live, ...identified(this.kernel, opened)]);
    this.#clocks.adopt(requests.slice(clones.length), fds.slice(clones.length));
  }

  /** Closes clones that were opened as prepared and are not wanted any more. */
  discard(fds: readonly Fd[]): void {
    this.kernel.closeFds(fds);
  }

  /**
   * Takes the gang away from some places. Each clone there is read one last time, on its own: an offlined CPU's groups
   * have been torn apart by the kernel. Clones of a CPU that is gone stay readable for ever with their last counts.
   */
  retirePlaces(leave: (place: Place) => boolean): void {
    const leaving = this.#live.filter((clone) => leave(clone.place));
    if (leaving.length === 0) return;
    // Nothing is to be counted between the last reading and the closing.
    this.control(leaving, 'disable');
    const { readings } = readEach(this.kernel, this.events, leaving);
    this.#retired = merged([...this.#retired, ...readings]);
    this.#retiredLost = lostByCpu(this.kernel, leaving, this.#retiredLost);
    this.hold(this.#live.filter((clone) => !leaving.includes(clone)));
    this.kernel.closeFds(fdsOf(leaving));
  }

  /**
   * Places whose clones should be counting but whose clocks stand still: their CPU went offline, and perhaps came back,
   * unnoticed. Only of an armed gang over CPUs.
   */
  deadPlaces(among: (place: Place) => boolean = () => true): Place[] {
    const heads = headsOf(this.#live).filter((clone) => among(clone.place));
    const clocks = () => readEach(this.kernel, this.events, heads).readings;
    const [before, after] = [clocks(), clocks()];
    const stands = before.filter((reading, i) => after[i]?.counts.timeEnabled === reading.counts.timeEnabled);
    return [...new Set(stands.map((reading) => reading.place))];
  }

  /** Opens clones beside those there are, disabled. @throws SyswideError; then nothing more is open */
  private openMore(more: Pick<OpeningRequest, 'events' | 'places' | 'only'>): readonly OpenClone[] {
    return openClones(this.kernel, {
      ...more,
      leftOut: this.missing,
      mayMiss: () => false,
      mode: this.modeOfAdded(),
      placesMayGo: false,
      groupsMayGo: false,
      context: this.request.context,
      ...(this.request.connector ? { connector: this.request.connector } : {}),
    }).clones;
  }

  /** Clones that are added while it counts are not there for an exec to enable. */
  private modeOfAdded(): OpenMode {
    const { target } = this.request;
    return { ...modeOf(target), enableOnExec: false };
  }

  /** Closes every clone. Harmless when repeated. */
  close(): void {
    if (this.#state === 'closed') return;
    this.become('closed');
    this.#ticker?.stop();
    this.kernel.closeFds(fdsOf(this.#live));
    this.#live = [];
    this.#clocks.keep([]);
  }

  private become(state: GangState): void {
    this.#state = state;
    this.#generation += 1;
  }

  private control(clones: readonly OpenClone[], control: EventControl): Span {
    assert(this.#state !== 'closed', 'a closed gang is not controlled');
    const heads = headsOf(clones).filter(({ event }) => !isImmediate(this.#events[event]));
    try {
      return this.kernel.controlEvents(fdsOf(heads), control);
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      const undo = control === 'enable' ? 'disable' : 'enable';
      // Only what was as the undoing leaves it.
      if ((this.#state === 'armed') === (undo === 'enable'))
        this.controlQuietly(heads.slice(0, error.index ?? 0), undo);
      throw controlFailed(`cannot ${control}`, this.events, heads[error.index ?? 0], error);
    }
  }

  /** Undoes a partial change. A clone that refuses that too is dead, and counts nothing. */
  private controlQuietly(heads: readonly OpenClone[], control: EventControl): void {
    for (const head of heads) {
      try {
        this.kernel.controlEvents([head.fd], control);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    }
  }
}

/** Counts from when it is opened to when it is closed. */
const isImmediate = (event: ResolvedEvent | undefined): boolean => event?.attr.flags?.disabled === false;

const fdsOf = (clones: readonly OpenClone[]): Fd[] => clones.map((clone) => clone.fd);
