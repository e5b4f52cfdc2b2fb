import { addCounts, type Counts, noCounts } from '../abi/counts';
import { decodeGroupRead, decodeSingleRead, groupReadSize, singleReadSize } from '../abi/read-format';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Kernel, Span } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { OpenClone } from './opening';
import { isMember, leadsGroup } from './plan';
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
export function readGroups(
  kernel: Kernel,
  events: readonly ResolvedEvent[],
  clones: readonly OpenClone[],
): GangReading {
  const cloneOfId = new Map(clones.flatMap((clone) => (clone.id === undefined ? [] : [[clone.id, clone] as const])));
  const unread = new Set(clones);
  const heads = clones.filter((clone) => !isMember(present(events[clone.event], 'a clone has an event'), clone.event));
  const together = readClones(kernel, events, heads, (head, bytes) => {
    unread.delete(head);
    if (!leadsGroup(events, head.event)) return [ownReading(events, head, bytes)];
    return decodeGroupRead(bytes).map(({ id, ...counts }) => {
      const clone = present(cloneOfId.get(id), 'a group has only our clones');
      unread.delete(clone);
      return { event: clone.event, place: clone.place, counts };
    });
  });
  if (unread.size === 0) return together;
  const alone = readEach(kernel, events, [...unread]);
  return { begin: together.begin, end: alone.end, readings: [...together.readings, ...alone.readings] };
}

/** Reads each clone for itself: the kernel tears the groups of an offlined CPU apart. */
export function readEach(kernel: Kernel, events: readonly ResolvedEvent[], clones: readonly OpenClone[]): GangReading {
  return readClones(kernel, events, clones, (clone, bytes) => [ownReading(events, clone, bytes)]);
}

function readClones(
  kernel: Kernel,
  events: readonly ResolvedEvent[],
  clones: readonly OpenClone[],
  decode: (clone: OpenClone, bytes: Uint8Array) => Reading[],
): GangReading {
  const { results, begin, end } = kernel.readEvents(
    clones.map((clone) => clone.fd),
    readSize(events),
  );
  const readings = results.flatMap((result, i) => {
    const clone = present(clones[i], 'a result per clone');
    if (result instanceof Uint8Array) return decode(clone, result);
    throw controlFailed('cannot read', events, clone, new KernelError('read', result.errno));
  });
  return { readings, begin, end };
}

/** What a clone counted itself, also when reading it gave its whole group. Nothing for a pinned one off its counter. */
function ownReading(events: readonly ResolvedEvent[], { event, place, id }: OpenClone, bytes: Uint8Array): Reading {
  const read = leadsGroup(events, event)
    ? decodeGroupRead(bytes).find((member) => member.id === id)
    : decodeSingleRead(bytes);
  const { value, timeEnabled, timeRunning } = read ?? noCounts;
  return { event, place, counts: { value, timeEnabled, timeRunning } };
}

function readSize(events: readonly ResolvedEvent[]): number {
  const sizes = events.map((_, i) => events.filter((event) => event.leader === i).length);
  const largest = Math.max(0, ...sizes);
  return largest > 1 ? groupReadSize(largest) : singleReadSize;
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
