import { addCounts, type Counts, noCounts } from '../abi/counts';
import { elapsed, type MonotonicTime, type Nanoseconds } from '../base/units';
import type { GangReading, Reading } from '../gang/reading';
import type { EventCount } from './event-count';
import type { Sums } from './summed-counts';

/** What was counted in one interval. */
export interface Tick {
  /** From the start of counting until the counts were read. */
  readonly at: Nanoseconds;
  /** How long the interval really was. */
  readonly elapsed: Nanoseconds;
  readonly counts: readonly EventCount[];
  /** The same as sums, where nothing was scaled. */
  readonly sums?: Sums | undefined;
}

/** A tick whose counts are made when somebody looks at them. */
export class LaterTick implements Tick {
  #counts: readonly EventCount[] | undefined;

  constructor(
    readonly at: Nanoseconds,
    readonly elapsed: Nanoseconds,
    readonly sums: Sums | undefined,
    private readonly count: () => readonly EventCount[],
  ) {}

  get counts(): readonly EventCount[] {
    this.#counts ??= this.count();
    return this.#counts;
  }
}

/** What came between two readings of the same gang. */
export interface ReadingStep {
  readonly at: Nanoseconds;
  readonly elapsed: Nanoseconds;
  /** From the end of the step before to its own, as they are told; the first begins with the start. */
  readonly duration: Nanoseconds;
  /** Place by place, worked out when somebody looks at it. */
  readonly readings: () => readonly Reading[];
}

/** When intervals begin. */
export interface StepTimes {
  /** What `at` counts from. */
  readonly start: MonotonicTime;
  /** When everything was counted: before the start where whole CPUs are. */
  readonly since: MonotonicTime;
}

/** Turns readings, which count from the beginning, into steps from one to the next. */
export class ReadingSteps {
  #before: GangReading | undefined;
  #last: MonotonicTime;
  #toldLast: MonotonicTime;

  readonly #start: MonotonicTime;

  constructor({ start, since }: StepTimes) {
    this.#start = start;
    this.#last = since;
    this.#toldLast = start;
  }

  /** What has come since the last call, or since the beginning. */
  next(now: GangReading): ReadingStep {
    const times = {
      at: elapsed(this.#start, now.begin),
      elapsed: elapsed(this.#last, now.begin),
      duration: elapsed(this.#toldLast, now.begin),
    };
    const before = this.#before;
    this.#before = now;
    this.#last = now.begin;
    this.#toldLast = now.begin;
    return { ...times, readings: () => readingsSince(before?.readings ?? [], now.readings) };
  }
}

/**
 * The difference of two readings, place by place, before anything is scaled: what happened in an interval is scaled by
 * the interval's own times. Readings come in the same order as long as no CPU comes or goes, which is nearly always.
 */
function readingsSince(before: readonly Reading[], now: readonly Reading[]): readonly Reading[] {
  if (before.length === 0) return now;
  if (before.length !== now.length) return differences(before, now);
  const since: Reading[] = [];
  for (const [i, { event, place, counts }] of now.entries()) {
    const earlier = before[i];
    // Less than before is another clone: that one has been retired since, and stands where another one stood.
    const isSame = earlier?.event === event && earlier.place === place;
    if (!isSame || isLess(counts, earlier.counts)) return differences(before, now);
    since.push({ event, place, counts: minus(counts, earlier.counts) });
  }
  return since;
}

const isLess = (a: Counts, b: Counts): boolean => a.timeEnabled < b.timeEnabled || a.value < b.value;

/** A CPU that went and came back has several clones: they are one place, whose counts only grow. */
function differences(before: readonly Reading[], now: readonly Reading[]): Reading[] {
  const earlier = sums(before);
  return [...sums(now)].map(([key, reading]) => {
    const counts = minus(reading.counts, earlier.get(key)?.counts ?? noCounts);
    return { ...reading, counts };
  });
}

function sums(readings: readonly Reading[]): Map<string, Reading> {
  const byPlace = new Map<string, Reading>();
  for (const reading of readings) {
    const { event, place, counts } = reading;
    const key = `${event}/${place.cpu}/${place.tid}`;
    const known = byPlace.get(key);
    byPlace.set(key, known ? { ...known, counts: addCounts(known.counts, counts) } : reading);
  }
  return byPlace;
}

/** The kernel was seen to take back a little of what an inherited group had counted, while a child ended: not below 0. */
const minus = (a: Counts, b: Counts): Counts => ({
  value: a.value > b.value ? a.value - b.value : 0n,
  timeEnabled: a.timeEnabled - b.timeEnabled,
  timeRunning: a.timeRunning - b.timeRunning,
});
