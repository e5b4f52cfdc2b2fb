import { addCounts, type Counts, noCounts } from '../abi/counts';
import { decodeGroupRead, decodeSingleRead, groupReadSize, isWholeSingle, singleReadSize } from '../abi/read-format';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Cpu, Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { EventReads, Kernel, Span, TickerPlan } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { OpenClone } from './opening';
import { settledRead } from './settled-read';
import { type Place, placeName } from './target';

/** The counts of one event at one place, from one clone: a CPU that went and came back has had several. */
export interface Reading {
  /** Index into the gang's events. */
  readonly event: number;
  readonly place: Place;
  readonly counts: Counts;
}

/** Counts taken in one batch, with when that began and ended. */
export interface GangReading extends Span {
  readonly readings: readonly Reading[];
}

/**
 * Reads events on their own one by one and groups through their leaders, so that a group's counts fit together. Of a
 * group whose CPU has just gone, the members that the kernel has torn off are read on their own.
 */
export class GroupReader {
  readonly #heads: readonly OpenClone[];
  readonly #cloneOfId: ReadonlyMap<bigint, OpenClone>;
  readonly #fds: readonly Fd[];
  readonly #size: number;

  /** @param clones that are read together, as long as they are the same */
  constructor(
    private readonly kernel: Kernel,
    private readonly events: readonly ResolvedEvent[],
    readonly clones: readonly OpenClone[],
  ) {
    this.#heads = headsOf(clones);
    this.#fds = this.#heads.map((clone) => clone.fd);
    this.#size = readSize(clones);
    this.#cloneOfId = new Map(clones.flatMap((clone) => (clone.id === undefined ? [] : [[clone.id, clone] as const])));
  }

  /** What a thread that reads at equal intervals needs to know. */
  get tickerReads(): Pick<TickerPlan, 'reads' | 'size'> {
    const members = new Map<string, OpenClone[]>();
    const groupOf = ({ leader, place }: OpenClone) => `${leader}/${place.cpu}/${place.tid}`;
    for (const clone of this.clones) {
      if (clone.leader === undefined) continue;
      const group = members.get(groupOf(clone));
      if (group) group.push(clone);
      else members.set(groupOf(clone), [clone]);
    }
    const reads = this.#heads.map((head) => {
      const isGroup = head.members !== undefined;
      return {
        fd: head.fd,
        isGroup,
        parts: isGroup ? present(members.get(groupOf(head)), 'it is in it itself') : [head],
      };
    });
    return { reads, size: this.#size };
  }

  /**
   * Reads now, and leaves for later what the bytes mean, whatever has happened to the clones by then: with short intervals the
   * second is the greater part.
   */
  read(): GangReading {
    return this.decoded(settledRead(this.kernel, this.#fds, this.#size));
  }

  /** What was read of everything, worked out when somebody looks at it. */
  later(reads: EventReads): GangReading {
    return new LaterReading(reads, () => this.decode(reads).readings);
  }

  /** The same, but where members were torn off, or a read failed: what is left to be read is so only now. */
  decoded(reads: EventReads): GangReading {
    const { results } = reads;
    const isWhole = this.#heads.every(({ members }, i) => {
      const length = lengthOf(results[i]);
      return members === undefined ? isWholeSingle(length) : length === groupReadSize(members);
    });
    return isWhole ? this.later(reads) : this.decode(reads);
  }

  private decode({ results, begin, end }: EventReads): GangReading {
    const readings: Reading[] = [];
    for (const [i, head] of this.#heads.entries()) {
      const bytes = bytesOf(results[i], this.events, head);
      if (head.members === undefined) readings.push(ownReading(head, bytes));
      else this.takeGroup(bytes, readings);
    }
    if (readings.length === this.clones.length) return { begin, end, readings };
    return this.withTornOff({ begin, end, readings });
  }

  private takeGroup(bytes: Uint8Array, readings: Reading[]): void {
    for (const { id, value, timeEnabled, timeRunning } of decodeGroupRead(bytes)) {
      const { event, place } = present(this.#cloneOfId.get(id), 'a group has only our clones');
      readings.push({ event, place, counts: { value, timeEnabled, timeRunning } });
    }
  }

  private withTornOff({ begin, readings }: GangReading): GangReading {
    const places = new Map<Place, Set<number>>();
    for (const { event, place } of readings) places.set(place, (places.get(place) ?? new Set()).add(event));
    const unread = this.clones.filter(({ event, place }) => !places.get(place)?.has(event));
    const alone = readEach(this.kernel, this.events, unread);
    return { begin, end: alone.end, readings: [...readings, ...alone.readings] };
  }
}

/** A reading whose bytes are decoded when somebody looks at it, and then once. */
class LaterReading implements GangReading {
  #readings: readonly Reading[] | undefined;

  constructor(
    private readonly span: Span,
    private readonly decode: () => readonly Reading[],
  ) {}

  get begin() {
    return this.span.begin;
  }

  get end() {
    return this.span.end;
  }

  get readings(): readonly Reading[] {
    this.#readings ??= this.decode();
    return this.#readings;
  }
}

/** A reading with the last counts of clones that are gone. */
export const withRetired = (retired: readonly Reading[], reading: GangReading): GangReading =>
  retired.length === 0 ? reading : new LaterReading(reading, () => [...retired, ...reading.readings]);

/** Leaders and events outside of groups: what is enabled and read; members go with their leader. */
export const headsOf = (clones: readonly OpenClone[]): OpenClone[] =>
  clones.filter(({ event, leader }) => leader === undefined || leader === event);

/** Reads each clone for itself: the kernel tears the groups of an offlined CPU apart. */
export function readEach(kernel: Kernel, events: readonly ResolvedEvent[], clones: readonly OpenClone[]): GangReading {
  const fds = clones.map((clone) => clone.fd);
  const { results, begin, end } = settledRead(kernel, fds, readSize(clones));
  const readings = clones.map((clone, i) => ownReading(clone, bytesOf(results[i], events, clone)));
  return { readings, begin, end };
}

const lengthOf = (result: EventReads['results'][number] | undefined): number =>
  result instanceof Uint8Array ? result.length : 0;

/** @throws SyswideError CONTROL_FAILED for a clone that could not be read */
function bytesOf(
  result: EventReads['results'][number] | undefined,
  events: readonly ResolvedEvent[],
  clone: OpenClone,
): Uint8Array {
  if (result instanceof Uint8Array) return result;
  throw controlFailed('cannot read', events, clone, new KernelError('read', present(result, 'a result each').errno));
}

/**
 * By CPU: records that clones could not write for want of room, as far as the kernel tells; not those read as groups.
 * @param earlier what is to be added to
 */
export function lostByCpu(
  kernel: Kernel,
  clones: readonly OpenClone[],
  earlier: ReadonlyMap<Cpu, bigint>,
): Map<Cpu, bigint> {
  const alone = clones.filter(({ members }) => members === undefined);
  const fds = alone.map(({ fd }) => fd);
  const lost = new Map(earlier);
  for (const [i, result] of kernel.readEvents(fds, singleReadSize).results.entries()) {
    const on = alone[i]?.place.cpu;
    const records = (result instanceof Uint8Array ? decodeSingleRead(result)?.lost : undefined) ?? 0n;
    if (on !== undefined && records > 0n) lost.set(on, (lost.get(on) ?? 0n) + records);
  }
  return lost;
}

/** What a clone counted itself, also when reading it gave its whole group. Nothing for a pinned one off its counter. */
function ownReading({ event, place, id, members }: OpenClone, bytes: Uint8Array): Reading {
  const read =
    members !== undefined ? decodeGroupRead(bytes).find((member) => member.id === id) : decodeSingleRead(bytes);
  const { value, timeEnabled, timeRunning } = read ?? noCounts;
  return { event, place, counts: { value, timeEnabled, timeRunning } };
}

/** Bytes that the largest read gives. */
function readSize(clones: readonly OpenClone[]): number {
  const largest = clones.reduce((most, { members = 0 }) => Math.max(most, members), 0);
  return largest > 0 ? groupReadSize(largest) : singleReadSize;
}

/**
 * Adds up readings of the same event and place where that loses nothing: clones that ran all the time need no scaling.
 * Keeps a gang whose CPUs come and go for ever from growing.
 */
export function merged(readings: readonly Reading[]): Reading[] {
  const sums = new Map<string, Reading>();
  for (const [i, reading] of readings.entries()) {
    const { event, place, counts } = reading;
    const exact = counts.timeRunning === counts.timeEnabled;
    const key = exact ? `${event}/${place.cpu}/${place.tid}` : `scaled ${i}`;
    const earlier = sums.get(key);
    sums.set(key, earlier ? { ...reading, counts: addCounts(earlier.counts, counts) } : reading);
  }
  return [...sums.values()];
}

/** The error for a user when the kernel refuses something to a clone that is open. */
export function controlFailed(
  what: string,
  events: readonly ResolvedEvent[],
  clone: OpenClone | undefined,
  cause: KernelError,
): SyswideError {
  const where = clone ? ` ${events[clone.event]?.name} on ${placeName(clone.place)}` : '';
  return new SyswideError('CONTROL_FAILED', {
    what: `${what}${where}`,
    why: `the kernel refused it (${cause.errnoName})`,
    remedy: 'see perf_event_open(2) for this errno',
    cause,
  });
}
