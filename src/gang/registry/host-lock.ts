import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../base/error';
import { type Fd, fd } from '../../base/units';
import type { Kernel } from '../../native/kernel';

/**
 * What is locked: the file that describes the breakpoint PMU. Every user can open it and none can replace or remove it,
 * it is there before the first syswide starts, and processes in other PID namespaces see the same one.
 */
const hostWidePath = '/sys/bus/event_source/devices/breakpoint/type';

/** Opening a gang takes milliseconds, so a lock that is held for longer is held by somebody who does not mean well. */
const PATIENCE_MS = 3000;
const LONGEST_PAUSE_MS = 10;

export interface HostWideLockOptions {
  /** A file that all competitors can open; tests bring their own. */
  readonly path?: string;
  /** How long to wait for others before going on without the lock. */
  readonly patienceMs?: number;
}

/**
 * One request for debug registers at a time on the whole host: between the look at the free ones and the opening, no
 * other syswide process opens or changes breakpoints. flock(2) on a file that everybody can open, so the kernel
 * releases it however its holder dies, and so anybody could hold it for ever: waiting is bounded, and then the action
 * runs without it. That is never unsafe, as the kernel still hands out no register twice; only the reason given to the
 * loser of a race may be less clear.
 *
 * Not for nesting: the inner call would wait for the outer one.
 */
export class HostWideLock {
  readonly #path: string;
  readonly #patienceMs: number;
  #notice: string | undefined;

  constructor(
    private readonly kernel: Kernel,
    { path = hostWidePath, patienceMs = PATIENCE_MS }: HostWideLockOptions = {},
  ) {
    this.#path = path;
    this.#patienceMs = patienceMs;
  }

  /** Why an action ran without the lock; undefined as long as none did. */
  get notice(): string | undefined {
    return this.#notice;
  }

  /** Runs the action under the lock; waits without blocking this process. Bound, so it can be handed on. */
  readonly run = async <T>(action: () => T): Promise<T> => {
    const file = this.#open();
    if (file === undefined) return action();
    try {
      for (const pause of this.#attempts(file)) await sleep(pause);
      return action();
    } finally {
      closeSync(file);
    }
  };

  /** As `run`, for callers that cannot wait for a promise: the whole process stands still meanwhile. */
  readonly runSync = <T>(action: () => T): T => {
    const file = this.#open();
    if (file === undefined) return action();
    try {
      for (const pause of this.#attempts(file)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
      return action();
    } finally {
      closeSync(file);
    }
  };

  /** Closing the file releases the lock. */
  #open(): Fd | undefined {
    try {
      return fd(openSync(this.#path, 'r'));
    } catch (error) {
      this.#notice = `went on without the lock on debug registers: ${messageOf(error)}`;
      return undefined;
    }
  }

  /** Milliseconds to wait before each further attempt; ends when the lock is held, or will not be. */
  *#attempts(file: Fd): Generator<number, void> {
    const deadline = performance.now() + this.#patienceMs;
    for (let pause = 1; !this.#take(file); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      if (performance.now() >= deadline) {
        this.#notice = `went on without the lock on debug registers: others held it for ${this.#patienceMs} ms`;
        return;
      }
      // Several that wait for the same one must not try in step.
      yield pause * (0.5 + Math.random());
    }
  }

  #take(file: Fd): boolean {
    try {
      return this.kernel.tryLock(file, 'exclusive');
    } catch (error) {
      this.#notice = `went on without the lock on debug registers: ${messageOf(error)}`;
      return true;
    }
  }
}
