/** How many samples, and the events that they stand for. */
export interface SampleSum {
  readonly samples: number;
  readonly period: number;
}

/** Sums of samples by event. */
export class SampleSums {
  readonly #samples: number[] = [];
  readonly #periods: number[] = [];

  add(event: number, period: number): void {
    this.#samples[event] = (this.#samples[event] ?? 0) + 1;
    this.#periods[event] = (this.#periods[event] ?? 0) + period;
  }

  of(event: number): SampleSum {
    return { samples: this.#samples[event] ?? 0, period: this.#periods[event] ?? 0 };
  }
}
