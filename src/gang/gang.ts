import { addCounts, type Counts, noCounts } from '../abi/counts';
import { decodeGroupRead, decodeSingleRead, groupReadSize, singleReadSize } from '../abi/read-format';
import { assert, present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { EventControl, Kernel, Span } from '../native/kernel';
import { errnoName, KernelError } from '../native/kernel-error';
import { type GangRequest, type OpenClone, openClones } from './opening';
import { isMember, leadsGroup } from './plan';
import { type Place, placeName } from './target';

/**
 * ```
 *            arm()          pause()
 * reserved ────────▶ armed ⇄───────▶ paused      close() from any: closed
 *                          arm()
 * ```
 */
export type GangState = 'reserved' | 'armed' | 'paused' | 'closed';

/** The counts of one event at one place. */
export interface Reading {
  /** Index into the gang's events. */
  readonly event: number;
  readonly place: Place;
  readonly counts: Counts;
}

/** The counts of a whole gang, taken in one batch. */
export interface GangReading extends Span {
  readonly readings: readonly Reading[];
}

/**
 * The per-place perf events that act as one system-wide event, or several that start and stop together.
 * All of them stand, or none: see `open`. Owns their fds until `close`.
 */
export class Gang {
  #state: GangState = 'reserved';
  #armSpan: Span | undefined;

  private constructor(
    private readonly kernel: Kernel,
    /** In the order asked for, missing ones included. */
    readonly events: readonly ResolvedEvent[],
    /** By index into `events`: what this machine does not have, and why. */
    readonly missing: ReadonlyMap<number, SyswideError>,
    private readonly clones: readonly OpenClone[],
    /** Kernel ids of the members of groups; empty when there are no groups. */
    private readonly cloneOfId: ReadonlyMap<bigint, OpenClone>,
  ) {}

  /**
   * Opens every event at every place of the target, disabled.
   * @throws SyswideError naming event, place, errno, cause and remedy; then nothing is left open
   */
  static open(kernel: Kernel, request: GangRequest): Gang {
    const { events, clones, missing } = openClones(kernel, request);
    try {
      return new Gang(kernel, events, missing, clones, groupIds(kernel, events, clones));
    } catch (error) {
      kernel.closeFds(clones.map((clone) => clone.fd));
      throw error;
    }
  }

  get state(): GangState {
    return this.#state;
  }

  /** When the first clone was enabled, and the last; undefined before `arm`, and for what starts at a task's exec. */
  get armSpan(): Span | undefined {
    return this.#armSpan;
  }

  /** How many fds it holds. */
  get size(): number {
    return this.#state === 'closed' ? 0 : this.clones.length;
  }

  /**
   * Lets every clone count.
   * @throws SyswideError CONTROL_FAILED; then every clone is disabled again
   */
  arm(): Span {
    const span = this.control('enable', 'armed');
    this.#armSpan ??= span;
    return span;
  }

  /** Stops every clone; counts stay. */
  pause(): Span {
    return this.control('disable', 'paused');
  }

  /** The counts so far of every event at every place. */
  read(): GangReading {
    assert(this.#state !== 'closed', 'a closed gang has no counts');
    const readers = this.heads();
    const { results, begin, end } = this.kernel.readEvents(fdsOf(readers), this.readSize());
    const readings = results.flatMap((result, i) => this.decode(present(readers[i], 'a result per reader'), result));
    return { readings, begin, end };
  }

  /** Closes every clone. Harmless when repeated. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.kernel.closeFds(fdsOf(this.clones));
  }

  private control(control: EventControl, next: GangState): Span {
    assert(this.#state !== 'closed', 'a closed gang is not controlled');
    const heads = this.heads();
    try {
      const span = this.kernel.controlEvents(fdsOf(heads), control, true);
      this.#state = next;
      return span;
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      if (control === 'enable') this.disableQuietly(heads.slice(0, error.index ?? 0));
      throw this.failure(`cannot ${control}`, heads[error.index ?? 0], error.errno, error);
    }
  }

  /** Undoes a partial enable. A clone that refuses that too is dead, and counts nothing. */
  private disableQuietly(heads: readonly OpenClone[]): void {
    for (const head of heads) {
      try {
        this.kernel.controlEvents([head.fd], 'disable', true);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    }
  }

  /** Leaders and events outside of groups: what is enabled and read; members go with their leader. */
  private heads(): OpenClone[] {
    return this.clones.filter((clone) => !isMember(this.eventOf(clone), clone.event));
  }

  private readSize(): number {
    const members = Math.max(...this.events.map((_, i) => this.events.filter((event) => event.leader === i).length));
    return members > 1 ? groupReadSize(members) : singleReadSize;
  }

  private decode(head: OpenClone, result: Uint8Array | { readonly errno: number }): Reading[] {
    if (!(result instanceof Uint8Array)) throw this.failure('cannot read', head, result.errno);
    if (!leadsGroup(this.events, head.event)) {
      return [{ event: head.event, place: head.place, counts: decodeSingleRead(result) ?? noCounts }];
    }
    return decodeGroupRead(result).map((value) => {
      const clone = present(this.cloneOfId.get(value.id), 'a group has only our clones');
      return { event: clone.event, place: clone.place, counts: value };
    });
  }

  private failure(what: string, clone: OpenClone | undefined, errno: number, cause?: unknown): SyswideError {
    const where = clone ? ` ${this.eventOf(clone).name} on ${placeName(clone.place)}` : '';
    return new SyswideError('CONTROL_FAILED', {
      what: `${what}${where}`,
      why: `the kernel refused it (${errnoName(errno)})`,
      remedy: 'see perf_event_open(2) for this errno',
      cause,
    });
  }

  private eventOf(clone: OpenClone): ResolvedEvent {
    return present(this.events[clone.event], 'a clone has an event');
  }
}

const fdsOf = (clones: readonly OpenClone[]): Fd[] => clones.map((clone) => clone.fd);

function groupIds(
  kernel: Kernel,
  events: readonly ResolvedEvent[],
  clones: readonly OpenClone[],
): Map<bigint, OpenClone> {
  const grouped = clones.filter((clone) => events[clone.event]?.leader !== undefined);
  if (grouped.length === 0) return new Map();
  const ids = kernel.eventIds(fdsOf(grouped));
  return new Map(grouped.map((clone, i) => [present(ids[i], 'an id each'), clone]));
}

/** Sums readings of the same event, as `addCounts` does. */
export const sumCounts = (readings: Iterable<Reading>): Counts => {
  let sum = noCounts;
  for (const reading of readings) sum = addCounts(sum, reading.counts);
  return sum;
};
