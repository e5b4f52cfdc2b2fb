import type { Fd } from '../base/units';
import type { Kernel, Wakeup } from '../native/kernel';

/** Something that is to be served whenever its fd is readable. */
export interface Watched {
  readonly fd: Fd;
  /** Takes in all there is. @returns false when nothing will come any more */
  onReadable(): boolean;
}

/** Serves an fd beside whatever else is going on. Takes one thread of the pool, and no CPU time while nothing comes. */
export class FdWatch {
  readonly #wakeup: Wakeup;
  readonly #done: Promise<void>;
  #stopped = false;

  constructor(
    private readonly kernel: Kernel,
    private readonly watched: Watched,
  ) {
    this.#wakeup = kernel.createWakeup();
    this.#done = this.run();
    // A failure is told to whoever stops the watch, not to the process.
    this.#done.catch(() => {});
  }

  /** Ends it. Harmless when repeated. @throws what serving it threw, if it did */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#wakeup.signal();
    try {
      await this.#done;
    } finally {
      this.#wakeup.close();
    }
  }

  private async run(): Promise<void> {
    for (let more = true; more && !this.#stopped; ) {
      const ready = await this.kernel.wait([this.watched.fd, this.#wakeup.fd]);
      if (ready.includes(this.watched.fd)) more = this.watched.onReadable();
    }
  }
}
