import type { Fd, MonotonicTime } from '../base/units';
import type { Wakeup } from './kernel';

/** UV_THREADPOOL_SIZE where it is not set, and the most it can be. Source: src/threadpool.c of libuv. */
const [DEFAULT_THREADS, MOST_THREADS] = [4, 1024];

/** One wait, as the shim offers it. Each gives a number that is 0 while nothing is ready. */
export interface Waiting {
  /** What it is for. */
  readonly fds: readonly Fd[];
  /** On a thread of the pool, for so many ms; -1: without a limit. */
  readonly block: (timeoutMs: number) => Promise<number>;
  /** The same on this thread, for no time at all; what it was for was ready at that time. */
  readonly take: (at: MonotonicTime) => number;
  /** Whether it is worth while to `take`. */
  readonly look: () => number;
}

/** A wait that shares its thread with others. */
interface Sharer {
  readonly waiting: Waiting;
  readonly deadline: number;
  readonly resolve: (taken: number) => void;
  readonly reject: (error: unknown) => void;
}

/** What sharing a thread takes of the kernel. */
export interface Sharing {
  /** As `block`, of any fds. @returns when that was over */
  readonly block: (fds: readonly Fd[], timeoutMs: number) => Promise<MonotonicTime>;
  readonly createWakeup: () => Wakeup;
}

/**
 * Which waits may block a thread of libuv's pool. It has few, and all that Node does in the background needs one, such as
 * reading a file. So one is always left to that, and one is for all waits that find no thread of their own.
 */
export class WaitingThreads {
  #taken = 0;
  readonly #sharers = new Set<Sharer>();
  #wakeup: Wakeup | undefined;

  /** @param most threads that may be taken by one wait each */
  constructor(
    private readonly sharing: Sharing,
    private readonly most = threadsFor(process.env.UV_THREADPOOL_SIZE) - 2,
  ) {}

  /** @returns what the wait gives, 0 when `timeoutMs` have passed; -1: without a limit */
  async wait(waiting: Waiting, timeoutMs: number): Promise<number> {
    if (this.#taken >= this.most) return this.share(waiting, timeoutMs);
    this.#taken += 1;
    try {
      return await waiting.block(timeoutMs);
    } finally {
      this.#taken -= 1;
    }
  }

  private share(waiting: Waiting, timeoutMs: number): Promise<number> {
    const deadline = timeoutMs < 0 ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    return new Promise((resolve, reject) => {
      this.#sharers.add({ waiting, deadline, resolve, reject });
      // The thread that waits does not know of this one yet.
      if (this.#wakeup) this.#wakeup.signal();
      else this.waitForAll();
    });
  }

  /** As long as there is one that shares. */
  private async waitForAll(): Promise<void> {
    try {
      const wakeup = this.sharing.createWakeup();
      this.#wakeup = wakeup;
      while (this.#sharers.size > 0) {
        const fds = [...this.#sharers].flatMap(({ waiting }) => waiting.fds);
        const at = await this.sharing.block([...fds, wakeup.fd], this.timeLeft());
        wakeup.clear();
        this.takeReady(at);
      }
    } catch (error) {
      for (const { reject } of this.#sharers) reject(error);
      this.#sharers.clear();
    } finally {
      this.#wakeup?.close();
      this.#wakeup = undefined;
    }
  }

  /** Of the one that has the least, in ms; -1: there is no limit. */
  private timeLeft(): number {
    const first = Math.min(...[...this.#sharers].map(({ deadline }) => deadline));
    return first === Number.POSITIVE_INFINITY ? -1 : Math.max(0, Math.ceil(first - performance.now()));
  }

  private takeReady(at: MonotonicTime): void {
    for (const sharer of this.#sharers) {
      const { waiting, deadline, resolve } = sharer;
      if (waiting.look() === 0 && performance.now() < deadline) continue;
      this.#sharers.delete(sharer);
      resolve(waiting.take(at));
    }
  }
}

/** How many threads the pool has, as libuv reads its size: at least one. */
export function threadsFor(size: string | undefined): number {
  const asked = size === undefined ? DEFAULT_THREADS : Number.parseInt(size, 10);
  return Math.min(Math.max(1, Number.isNaN(asked) ? 0 : asked), MOST_THREADS);
}
