import { type Fd, type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import type { Interruption } from '../native/interruption';
import type { Kernel, Timer, Wakeup } from '../native/kernel';

/** What a measurement waits for, and what is due meanwhile. */
export interface CourseRequest {
  /** Readable once what is waited for has ended; over when all are. None: only an interruption ends it. */
  readonly ends: readonly Fd[];
  readonly interruption: Interruption;
  /** Counting starts so long after the beginning; absent: it has started. */
  readonly delay?: { readonly for: Nanoseconds; readonly onOver: () => MonotonicTime };
  /** How long it may last from the start of counting. */
  readonly timeout?: Nanoseconds;
  readonly ticks?: { readonly every: Nanoseconds; readonly onTick: (expirations: bigint) => TickOutcome };
}

/** Whether more ticks are wanted, and if not, whether that ends the measurement. */
export type TickOutcome = 'go on' | 'no more ticks' | 'over';

/** Why a measurement is over: what was waited for has ended, somebody or something asked for it, or its time was up. */
export interface CourseEnd {
  readonly at: MonotonicTime;
  readonly by: 'end' | 'interruption' | 'timeout' | 'last tick';
}

/**
 * Waits through a measurement: in one blocking call on another thread, until it is over, and with timers for what is due
 * meanwhile. Sleeps otherwise. Owns what it waits with until `close`.
 */
export class Course {
  readonly #timers = new Set<Timer>();
  /** Ends the wait when a timer has ended the measurement. */
  readonly #wakeup: Wakeup;
  #endedBy: CourseEnd['by'] | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** What is to happen when the delay is over, while it is not. */
  #afterDelay: (() => void) | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly request: CourseRequest,
    start: MonotonicTime,
  ) {
    this.#wakeup = kernel.createWakeup();
    const { delay } = request;
    if (delay === undefined) this.begin(start);
    else {
      this.#afterDelay = () => this.begin(delay.onOver());
      this.set(monotonicTime(start + delay.for), undefined, () => this.endDelay());
    }
  }

  /** Counting has started: nothing is left of the delay, if there was one. */
  started(): void {
    this.guarded(() => this.endDelay());
  }

  private endDelay(): void {
    const begin = this.#afterDelay;
    this.#afterDelay = undefined;
    begin?.();
  }

  /** Waits until it is over. @throws what a tick or the start of counting threw */
  async end(): Promise<CourseEnd> {
    const { ends, interruption } = this.request;
    for (let running = [...ends]; ; ) {
      const { ready, at } = await this.kernel.waitTimed([...running, interruption.fd, this.#wakeup.fd]);
      if (this.#failure) throw this.#failure.error;
      running = running.filter((fd) => !ready.includes(fd));
      if (ends.length > 0 && running.length === 0) return { at, by: 'end' };
      if (ready.includes(interruption.fd)) return { at, by: 'interruption' };
      if (this.#endedBy) return { at, by: this.#endedBy };
    }
  }

  /** Nothing is due any more. @throws what a tick threw after the end */
  stop(): void {
    this.clearTimers();
    if (this.#failure) throw this.#failure.error;
  }

  /** Gives back what it waits with. Harmless when repeated. */
  close(): void {
    this.clearTimers();
    this.#wakeup.close();
  }

  private clearTimers(): void {
    this.#afterDelay = undefined;
    for (const timer of this.#timers) timer.close();
    this.#timers.clear();
  }

  /** What is measured from the start of counting. */
  private begin(start: MonotonicTime): void {
    const { timeout, ticks } = this.request;
    if (timeout !== undefined) this.set(monotonicTime(start + timeout), undefined, () => this.over('timeout'));
    if (!ticks) return;
    const timer = this.set(monotonicTime(start + ticks.every), ticks.every, (expirations) => {
      const outcome = ticks.onTick(expirations);
      if (outcome !== 'go on') timer.close();
      if (outcome === 'over') this.over('last tick');
    });
  }

  private set(first: MonotonicTime, every: Nanoseconds | undefined, ring: (expirations: bigint) => void): Timer {
    const timer = this.kernel.createTimer(first, every, (expirations) => this.guarded(() => ring(expirations)));
    this.#timers.add(timer);
    return timer;
  }

  /** What goes wrong is told to whoever waits for the end, not to the event loop. */
  private guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failure ??= { error };
      this.clearTimers();
      this.#wakeup.signal();
    }
  }

  private over(by: CourseEnd['by']): void {
    this.#endedBy ??= by;
    this.#wakeup.signal();
  }
}
