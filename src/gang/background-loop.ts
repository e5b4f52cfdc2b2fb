import type { Fd } from '../base/units';
import type { Kernel, Wakeup } from '../native/kernel';

/**
 * Repeats a step that waits, beside whatever else is going on: each wait takes one thread of the pool, and no CPU time
 * while nothing happens.
 */
export class BackgroundLoop {
  readonly #wakeup: Wakeup;
  readonly #done: Promise<void>;
  #stopped = false;

  /** @param step waits for its fds and `wakeup`, and does what there is to do; false: nothing will come any more */
  constructor(kernel: Kernel, step: (wakeup: Fd) => Promise<boolean>) {
    this.#wakeup = kernel.createWakeup();
    this.#done = this.run(step);
    // A failure is told to whoever stops the loop, not to the process.
    this.#done.catch(() => {});
  }

  /** Has the step that waits begin anew. */
  wake(): void {
    this.#wakeup.signal();
  }

  /** Ends it after the step that is under way. Harmless when repeated. @throws what a step threw, if one did */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.wake();
    try {
      await this.#done;
    } finally {
      this.#wakeup.close();
    }
  }

  private async run(step: (wakeup: Fd) => Promise<boolean>): Promise<void> {
    while (!this.#stopped && (await step(this.#wakeup.fd))) this.#wakeup.clear();
  }
}
