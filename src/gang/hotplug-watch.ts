import type { HotplugSource } from '../host/hotplug/hotplug-source';
import type { Kernel, Wakeup } from '../native/kernel';
import type { HotplugFollower } from './hotplug-follower';

/**
 * Waits for CPUs to come and go, beside whatever else is going on, and lets the follower take it in. The waiting thread
 * opens clones by itself on CPUs that come online (see `Kernel.waitStandby`). Takes one thread of the pool, and no CPU
 * time while nothing happens.
 */
export class HotplugWatch {
  readonly #wakeup: Wakeup;
  readonly #done: Promise<void>;
  #stopped = false;

  /** To be started once the gang is armed; what has happened since the source was opened is taken in first. */
  constructor(
    private readonly kernel: Kernel,
    private readonly source: HotplugSource,
    private readonly follower: HotplugFollower,
  ) {
    this.#wakeup = kernel.createWakeup();
    this.#done = this.run();
    // A failure is told to whoever stops the watch, not to the process.
    this.#done.catch(() => {});
  }

  /** Has the waiting thread look again at what it is to open: after the gang was paused, armed or moved. */
  refresh(): void {
    this.#wakeup.signal();
  }

  /**
   * Ends it; what has happened until now is taken in before.
   * @throws what the follower threw, if it did: the watch ended there
   */
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
    const { source, follower } = this;
    follower.follow();
    while (!this.#stopped) {
      const prepared = follower.prepare();
      const wait = await this.kernel.waitStandby(source.fds, [this.#wakeup.fd], prepared.standby, source.pollMs);
      this.#wakeup.clear();
      follower.adopt(prepared, wait.outcomes);
      follower.follow();
    }
  }
}
