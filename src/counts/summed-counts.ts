import { present } from '../base/assert';
import type { Cpu, Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { STEP_WORDS } from '../native/kernel';
import { asReported, type Count, type EventCount, notCounted, notSupported } from './event-count';

/** What a gang is of: its events, and by index those that this machine does not have. */
export interface GangEvents {
  readonly events: readonly ResolvedEvent[];
  readonly missing: { has(event: number): boolean };
}

/** What events counted, summed over their places, none of which has to be scaled: see `TickRead`. */
export interface Sums extends GangEvents {
  /** By event value, time enabled and time running; nothing is known of one that was enabled nowhere. */
  readonly words: BigUint64Array;
}

/**
 * One count per event.
 * @param byPlace the same counts from what each place counted: most reports split nothing
 */
export function summedCounts({ events, missing, words }: Sums, byPlace: () => readonly EventCount[]): EventCount[] {
  const split = new Split(byPlace);
  return events.map((event, i) => {
    return new SummedCount(
      event,
      missing.has(i) ? notSupported : asReported(event, total(words, i * STEP_WORDS)),
      split,
      i,
    );
  });
}

function total(words: BigUint64Array, at: number): Count {
  const [value, timeEnabled, timeRunning] = [words[at] ?? 0n, words[at + 1] ?? 0n, words[at + 2] ?? 0n];
  return timeEnabled === 0n ? notCounted : { status: 'counted', value, raw: { value, timeEnabled, timeRunning } };
}

/** The counts place by place, made once, and only if somebody looks at them. */
class Split {
  #counts: readonly EventCount[] | undefined;

  constructor(private readonly byPlace: () => readonly EventCount[]) {}

  at(index: number): EventCount {
    this.#counts ??= this.byPlace();
    return present(this.#counts[index], 'a count per event');
  }
}

class SummedCount implements EventCount {
  constructor(
    readonly event: ResolvedEvent,
    readonly total: Count,
    private readonly split: Split,
    private readonly index: number,
  ) {}

  get perCpu(): ReadonlyMap<Cpu, Count> {
    return this.split.at(this.index).perCpu;
  }

  get perThread(): ReadonlyMap<Tid, Count> {
    return this.split.at(this.index).perThread;
  }
}
