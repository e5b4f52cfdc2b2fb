import { type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import type { Timer } from './kernel';

/** The longest time setTimeout() takes, in ms. */
const LONGEST_MS = 0x7fffffff;

/**
 * A `Timer` on Node's event loop, which counts in milliseconds: while the loop is free, it rings within one of its time,
 * each time by itself, so that lateness does not add up. A wait on another thread would be more exact and cost ten times as
 * much.
 */
export class LoopTimer implements Timer {
  #pending: NodeJS.Timeout | undefined;
  #next: MonotonicTime;

  /** @param every undefined: it rings once */
  constructor(
    first: MonotonicTime,
    private readonly every: Nanoseconds | undefined,
    private readonly ring: (expirations: bigint) => void,
  ) {
    this.#next = first;
    this.await();
  }

  close(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
  }

  private await(): void {
    const left = (this.#next - process.hrtime.bigint() + 999_999n) / 1_000_000n;
    const delay = Math.min(LONGEST_MS, Math.max(0, Number(left)));
    this.#pending = setTimeout(() => this.expire(delay === LONGEST_MS), delay);
  }

  private expire(isTooEarly: boolean): void {
    if (isTooEarly) {
      this.await();
      return;
    }
    const expirations = this.every === undefined ? 1n : 1n + (process.hrtime.bigint() - this.#next) / this.every;
    if (this.every === undefined) this.#pending = undefined;
    else {
      this.#next = monotonicTime(this.#next + expirations * this.every);
      this.await();
    }
    this.ring(expirations);
  }
}
