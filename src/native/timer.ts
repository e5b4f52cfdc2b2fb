import { type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import type { Timer } from './kernel';

/** The longest time setTimeout() takes, in ms. */
const LONGEST_MS = 0x7fffffff;

/**
 * A `Timer` on Node's event loop. The loop counts in milliseconds, so it wakes one early, and the rest is slept through:
 * that costs a tenth of a wait on another thread, and hits the time as well.
 */
export class LoopTimer implements Timer {
  #pending: NodeJS.Timeout | undefined;
  #next: MonotonicTime;

  /**
   * @param sleepUntil blocks the main thread until then
   * @param every undefined: it rings once
   */
  constructor(
    private readonly sleepUntil: (time: MonotonicTime) => void,
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
    const early = (this.#next - process.hrtime.bigint()) / 1_000_000n - 1n;
    const delay = Math.min(LONGEST_MS, Math.max(0, Number(early)));
    this.#pending = setTimeout(() => this.expire(delay === LONGEST_MS), delay);
  }

  private expire(isTooEarly: boolean): void {
    if (isTooEarly) {
      this.await();
      return;
    }
    this.sleepUntil(this.#next);
    const expirations = this.every === undefined ? 1n : 1n + (process.hrtime.bigint() - this.#next) / this.every;
    if (this.every === undefined) this.#pending = undefined;
    else {
      this.#next = monotonicTime(this.#next + expirations * this.every);
      this.await();
    }
    this.ring(expirations);
  }
}
