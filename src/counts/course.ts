import { type Fd, type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import type { Interruption } from '../native/interruption';
import type { Kernel, Timer } from '../native/kernel';

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

/** Something that is due at a time. */
interface Alarm {
  readonly timer: Timer;
  /** @returns what it means for the course; undefined: nothing */
  readonly ring: (expirations: bigint) => CourseEnd['by'] | 'silence' | undefined;
}

/**
 * Waits through a measurement in one blocking call after another: until it is over, or until something is due. Sleeps
 * otherwise. Owns its timers until `close`.
 */
export class Course {
  readonly #alarms = new Set<Alarm>();

  constructor(
    private readonly kernel: Kernel,
    private readonly request: CourseRequest,
    start: MonotonicTime,
  ) {
    const { delay } = request;
    if (delay === undefined) this.begin(start);
    else {
      this.set(monotonicTime(start + delay.for), undefined, () => {
        this.begin(delay.onOver());
        return 'silence';
      });
    }
  }

  /** Waits until it is over. */
  async end(): Promise<CourseEnd> {
    const { ends, interruption } = this.request;
    let running = [...ends];
    for (;;) {
      const alarms = [...this.#alarms];
      const { ready, at } = await this.kernel.waitTimed([
        ...running,
        interruption.fd,
        ...alarms.map(({ timer }) => timer.fd),
      ]);
      running = running.filter((fd) => !ready.includes(fd));
      if (ends.length > 0 && running.length === 0) return { at, by: 'end' };
      if (ready.includes(interruption.fd)) return { at, by: 'interruption' };
      const by = this.ring(alarms.filter(({ timer }) => ready.includes(timer.fd)));
      if (by) return { at, by };
    }
  }

  /** Gives its timers back. Harmless when repeated. */
  close(): void {
    for (const { timer } of this.#alarms) timer.close();
    this.#alarms.clear();
  }

  /** What is measured from the start of counting. */
  private begin(start: MonotonicTime): void {
    const { timeout, ticks } = this.request;
    if (timeout !== undefined) this.set(monotonicTime(start + timeout), undefined, () => 'timeout');
    if (ticks) {
      this.set(monotonicTime(start + ticks.every), ticks.every, (expirations) => {
        const outcome = ticks.onTick(expirations);
        return outcome === 'go on' ? undefined : outcome === 'over' ? 'last tick' : 'silence';
      });
    }
  }

  private set(first: MonotonicTime, every: Nanoseconds | undefined, ring: Alarm['ring']): void {
    this.#alarms.add({ timer: this.kernel.createTimer(first, every), ring });
  }

  private ring(alarms: readonly Alarm[]): CourseEnd['by'] | undefined {
    for (const alarm of alarms) {
      const meaning = alarm.ring(alarm.timer.expirations());
      if (meaning === 'silence') {
        alarm.timer.close();
        this.#alarms.delete(alarm);
      } else if (meaning) return meaning;
    }
    return undefined;
  }
}
