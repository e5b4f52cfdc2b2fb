import type { EventCount } from './event-count';

/** Stretches that are kept apart at most. */
const MOST_STRETCHES = 256;

/**
 * How counts went up from interval to interval, for a picture of it: however long it goes on, it is kept in so many
 * stretches of equal length, each of some intervals.
 */
export class IntervalHistory {
  /** By event: what each finished stretch counted. */
  #stretches: bigint[][] = [];
  /** Intervals that one stretch takes. */
  #length = 1;
  #intervals = 0;

  /** Takes in what one interval counted. */
  add(counts: readonly EventCount[]): void {
    const isNew = this.#intervals % this.#length === 0;
    for (const [event, { total }] of counts.entries()) {
      const series = this.#stretches[event] ?? [];
      this.#stretches[event] = series;
      if (isNew) series.push(total.value);
      else series.push((series.pop() ?? 0n) + total.value);
    }
    this.#intervals += 1;
    if ((this.#stretches[0]?.length ?? 0) > MOST_STRETCHES) this.halve();
  }

  /** How many intervals there were. */
  get intervals(): number {
    return this.#intervals;
  }

  /** What each stretch of time counted of one event, by its position; the last stretch may be shorter. */
  of(event: number): readonly bigint[] {
    return this.#stretches[event] ?? [];
  }

  private halve(): void {
    this.#length *= 2;
    this.#stretches = this.#stretches.map((series) => {
      const halved: bigint[] = [];
      for (let i = 0; i < series.length; i += 2) halved.push((series[i] ?? 0n) + (series[i + 1] ?? 0n));
      return halved;
    });
  }
}
