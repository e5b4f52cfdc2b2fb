import type { Nanoseconds } from '../../base/units';
import type { Interruption } from '../../native/interruption';
import type { Kernel } from '../../native/kernel';

/** Sleeps in ms: the first, and where growing ends. A register that comes free is taken within the longest one. */
const FIRST_SLEEP = 5;
const LONGEST_SLEEP = 100;
const GROWTH = 1.5;

/**
 * The pauses between the attempts of one wait. The kernel tells nobody that a debug register came free, so it has to be
 * asked again and again; the pauses grow, so that a long wait costs next to nothing.
 */
export class SlotWait {
  readonly #deadline: bigint;
  #sleepMs = FIRST_SLEEP;

  constructor(
    private readonly kernel: Kernel,
    /** From now; undefined for no wait at all. */
    wait: Nanoseconds | undefined,
    private readonly interruption: Interruption | undefined,
    private readonly now: () => bigint,
  ) {
    this.#deadline = now() + (wait ?? 0n);
  }

  /** Whether a signal or a control command ended the wait. */
  get interrupted(): boolean {
    return this.interruption?.pending ?? false;
  }

  /**
   * Sleeps until the next attempt is due, the last time until the deadline.
   * @returns false when there is to be no further attempt
   */
  async sleep(): Promise<boolean> {
    const leftMs = Number(this.#deadline - this.now()) / 1e6;
    if (leftMs <= 0 || this.interrupted) return false;
    await this.kernel.wait(this.interruption ? [this.interruption.fd] : [], Math.min(this.#sleepMs, leftMs));
    this.#sleepMs = Math.min(this.#sleepMs * GROWTH, LONGEST_SLEEP);
    return !this.interrupted;
  }
}
