import { type Counts, noCounts } from '../abi/counts';
import type { Cpu, Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Reading } from '../gang/reading';
import type { Place } from '../gang/target';
import { inQuadrature, squaredError } from './estimate-error';
import { scaled } from './scale';
import { timesOnCpus } from './task-times';

/**
 * `counted`: there is a value. `not counted`: it was open but never on a counter, or what it counts is not reported here.
 * `not supported`: the machine does not have it.
 */
export type CountStatus = 'counted' | 'not counted' | 'not supported';

/** One number with where it comes from: an event over some places. */
export interface Count {
  readonly status: CountStatus;
  /** Scaled, in units of the event itself (ns for the clocks); 0 unless counted. */
  readonly value: bigint;
  /**
   * Where the value was scaled, the half-width of the band in which the true count lies with about 95 %, in the units of
   * `value`: see `squaredError`. Absent for exact counts.
   */
  readonly error?: bigint;
  /** What the kernel said, summed over the places and not scaled; for a task split by CPU, see `timesOnCpus`. */
  readonly raw: Counts;
  /** Where `value` is the mean of several runs: what each of them counted. */
  readonly samples?: readonly bigint[];
}

/** A system-wide event after counting: one count, and how it is spread. */
export interface EventCount {
  readonly event: ResolvedEvent;
  /** Over all places. */
  readonly total: Count;
  /** Over the places of each CPU, by ascending CPU; empty when it counted tasks wherever they ran. */
  readonly perCpu: ReadonlyMap<Cpu, Count>;
  /** Over the places of each thread that it was opened for, by ascending id; empty when it counted whole CPUs. */
  readonly perThread: ReadonlyMap<Tid, Count>;
}

/** How readings become counts. */
export interface AggregateOptions {
  /** Whether counts of multiplexed events are extrapolated; otherwise they are what was seen, as with `--no-scale`. */
  readonly scale?: boolean;
}

/**
 * Turns the readings of a gang into one count per event. Each place is scaled on its own and then summed: places are
 * multiplexed independently, and scaling the sum would weigh a busy CPU with an idle one's share.
 *
 * @param missing indexes of events that this machine does not have
 */
export function aggregate(
  events: readonly ResolvedEvent[],
  readings: readonly Reading[],
  missing: { has(event: number): boolean },
  { scale = true }: AggregateOptions = {},
): EventCount[] {
  const byEvent: Reading[][] = events.map(() => []);
  for (const reading of timesOnCpus(events, readings)) byEvent[reading.event]?.push(reading);
  const count = scale ? scaledCount : seenCount;
  return events.map((event, index) => {
    if (missing.has(index)) return { event, total: notSupported, perCpu: new Map(), perThread: new Map() };
    return new PlacedCount(event, byEvent[index] ?? [], (own) => asReported(event, count(own)));
  });
}

/** Most reports split nothing, and with short intervals that would be most of the work: it is done when asked for. */
class PlacedCount implements EventCount {
  readonly total: Count;
  #perCpu: ReadonlyMap<Cpu, Count> | undefined;
  #perThread: ReadonlyMap<Tid, Count> | undefined;

  readonly #own: readonly Reading[];
  readonly #count: (readings: readonly Reading[]) => Count;

  constructor(
    readonly event: ResolvedEvent,
    own: readonly Reading[],
    count: (readings: readonly Reading[]) => Count,
  ) {
    this.#own = own;
    this.#count = count;
    this.total = count(own);
  }

  get perCpu(): ReadonlyMap<Cpu, Count> {
    this.#perCpu ??= split(this.#own, ({ cpu }) => cpu, this.#count);
    return this.#perCpu;
  }

  get perThread(): ReadonlyMap<Tid, Count> {
    this.#perThread ??= split(this.#own, ({ tid }) => tid, this.#count);
    return this.#perThread;
  }
}

/** Of an event that this machine does not have, and of one that was never on a counter. */
export const notSupported: Count = { status: 'not supported', value: 0n, raw: noCounts };
export const notCounted: Count = { status: 'not counted', value: 0n, raw: noCounts };

/** The counts by a part of their place, ascending; without those whose place lacks it. */
function split<Part extends number>(
  readings: readonly Reading[],
  partOf: (place: Place) => Part | undefined,
  count: (readings: readonly Reading[]) => Count,
): Map<Part, Count> {
  const parts = groupBy(readings, ({ place }) => partOf(place));
  const known = [...parts].flatMap(([part, own]) => (part === undefined ? [] : [[part, count(own)] as const]));
  return new Map(known.sort(([a], [b]) => a - b));
}

function scaledCount(readings: readonly Reading[]): Count {
  const sum = sumOf(readings, scaled);
  if (sum.raw.timeRunning === sum.raw.timeEnabled) return sum;
  const error = inQuadrature(readings.map(({ counts }) => squaredError(counts)));
  return error === undefined ? sum : { ...sum, error };
}

/** What never ran is unknown, and not 0, also when nothing is scaled. */
const seenCount = (readings: readonly Reading[]): Count =>
  sumOf(readings, ({ value, timeRunning }) => (timeRunning === 0n ? undefined : value));

/** What is known of a count: 0 of a breakpoint says nothing where no hit is reported. */
export const asReported = ({ isNeverHit }: ResolvedEvent, count: Count): Count =>
  isNeverHit && count.value === 0n ? { ...count, status: 'not counted' } : count;

/** @param partOf what a place counted; undefined when that is not known */
function sumOf(readings: readonly Reading[], partOf: (counts: Counts) => bigint | undefined): Count {
  let [seen, timeEnabled, timeRunning, value] = [0n, 0n, 0n, 0n];
  let status: CountStatus = 'not counted';
  for (const { counts } of readings) {
    seen += counts.value;
    timeEnabled += counts.timeEnabled;
    timeRunning += counts.timeRunning;
    const part = partOf(counts);
    if (part === undefined) continue;
    value += part;
    status = 'counted';
  }
  return { status, value, raw: { value: seen, timeEnabled, timeRunning } };
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}
