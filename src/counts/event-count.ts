import { addCounts, type Counts, noCounts } from '../abi/counts';
import type { Cpu, Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Reading } from '../gang/reading';
import type { Place } from '../gang/target';
import { scaled } from './scale';
import { timesOnCpus } from './task-times';

/**
 * `counted`: there is a value. `not counted`: it was open but never on a counter. `not supported`: the machine does
 * not have it.
 */
export type CountStatus = 'counted' | 'not counted' | 'not supported';

/** One number with where it comes from: an event over some places. */
export interface Count {
  readonly status: CountStatus;
  /** Scaled, in units of the event itself (ns for the clocks); 0 unless counted. */
  readonly value: bigint;
  /** What the kernel said, summed over the places and not scaled; for a task split by CPU, see `timesOnCpus`. */
  readonly raw: Counts;
  /** Where `value` is the mean of several runs: what each of them counted. */
  readonly samples?: readonly bigint[];
  readonly error?: bigint;
}

/** A system-wide event after counting: one count, and how it is spread. */
export interface EventCount {
  readonly event: ResolvedEvent;
  /** Over all places. */
  readonly total: Count;
  /** Over the places of each CPU, by ascending CPU; empty when it counted tasks wherever they ran. */
  readonly perCpu: ReadonlyMap<Cpu, Count>;
  readonly perThread: ReadonlyMap<Tid, Count>;
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
): EventCount[] {
  const byEvent = groupBy(timesOnCpus(events, readings), (reading) => reading.event);
  return events.map((event, index) => {
    if (missing.has(index)) return { event, total: notSupported, perCpu: new Map(), perThread: new Map() };
    const own = byEvent.get(index) ?? [];
    return { event, total: countOf(own), perCpu: perCpu(own), perThread: perThread(own) };
  });
}

const notSupported: Count = { status: 'not supported', value: 0n, raw: noCounts };

function perCpu(readings: readonly Reading[]): Map<Cpu, Count> {
  const onCpus = readings.filter((reading): reading is Reading & { place: Place & { cpu: Cpu } } => {
    return reading.place.cpu !== undefined;
  });
  const byCpu = groupBy(onCpus, (reading) => reading.place.cpu);
  return new Map([...byCpu].sort(([a], [b]) => a - b).map(([cpu, own]) => [cpu, countOf(own)]));
}

function perThread(readings: readonly Reading[]): Map<Tid, Count> {
  const onTids = readings.filter((reading): reading is Reading & { place: Place & { tid: Tid } } => {
    return reading.place.tid !== undefined;
  });
  const byTid = groupBy(onTids, (reading) => reading.place.tid);
  return new Map([...byTid].map(([tid, own]) => [tid, countOf(own)]));
}

function countOf(readings: readonly Reading[]): Count {
  let [raw, value, counted] = [noCounts, 0n, false];
  for (const { counts } of readings) {
    raw = addCounts(raw, counts);
    const part = scaled(counts);
    if (part === undefined) continue;
    value += part;
    counted = true;
  }
  return { status: counted ? 'counted' : 'not counted', value, raw };
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
