import { assert } from '../base/assert';
import { SyswideError } from '../base/error';
import { type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import type { Kernel, Ticker, TickRead } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { type GangReading, type GroupReader, type Reading, withRetired } from './reading';

/** When a gang is read, and how many readings are kept until they are taken. */
export interface TickSchedule {
  readonly first: MonotonicTime;
  readonly every: Nanoseconds;
  readonly room: number;
}

/** A gang as it was at one tick. */
export interface GangTick {
  readonly reading: GangReading;
  /** Ticks since the last one that was read: more than one if this came too late. */
  readonly expirations: bigint;
  /** By event what it counted since the tick before, where nothing of that is to be scaled: see `TickRead`. */
  readonly steps: BigUint64Array | undefined;
}

/** What is read now, and what is not there any more. */
interface Reads {
  readonly reader: GroupReader;
  readonly retired: readonly Reading[];
}

/**
 * Reads a gang at equal intervals on a thread of its own. Its clones may change meanwhile: it is told before those that go are
 * closed. Owns the thread until `stop`.
 */
export class GangTicker {
  #running: (Reads & { readonly ticker: Ticker }) | undefined;
  readonly #untaken: GangTick[] = [];
  #next: MonotonicTime;
  #failure: SyswideError | undefined;

  /** @throws SyswideError CONTROL_FAILED where there is no room for another thread */
  constructor(
    private readonly kernel: Kernel,
    private readonly schedule: TickSchedule,
    private readonly events: number,
    reads: Reads,
  ) {
    this.#next = schedule.first;
    this.start(reads);
  }

  /** What was read since the last call. @throws SyswideError where it could not be read, or not go on after a change */
  take(): GangTick[] {
    if (this.#failure) throw this.#failure;
    this.collect();
    return this.#untaken.splice(0);
  }

  /** From the next tick on these are read, and when it returns no others any more. Who changes clones is not to fail by it. */
  change(reads: Reads): void {
    if (!this.#running) return;
    this.stop();
    this.attempt(() => this.start(reads));
  }

  /**
   * Nothing is read any more once this returns; what was can still be taken, and why it could not be read is told then. Harmless
   * when repeated.
   */
  stop(): void {
    this.attempt(() => {
      this.#running?.ticker.stop();
      this.collect();
    });
    this.#running?.ticker.close();
    this.#running = undefined;
  }

  /** What goes wrong is for who takes what was read: who stops it gives clones back, and is to be able to. */
  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      this.#failure ??= error;
    }
  }

  private start(reads: Reads): void {
    assert(this.#running === undefined, 'one thread reads');
    const { every, room } = this.schedule;
    const plan = { first: this.#next, every, room, events: this.events, ...reads.reader.tickerReads };
    try {
      this.#running = { ...reads, ticker: this.kernel.startTicker(plan) };
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      throw new SyswideError('CONTROL_FAILED', {
        what: `cannot read the counts every ${Number(every) / 1e6} ms`,
        why: `there is no room for a thread that does so (${error.errnoName})`,
        remedy: 'end other programs, or count in intervals of 100 ms and more, which need none',
        cause: error,
      });
    }
  }

  private collect(): void {
    if (!this.#running) return;
    const { ticker, reader, retired } = this.#running;
    for (const read of ticker.take()) {
      this.#next = monotonicTime(this.#next + read.expirations * this.schedule.every);
      this.#untaken.push(tickOf(read, reader, retired));
    }
  }
}

/** What lacks a part is completed at once, while the clones are there. */
function tickOf(read: TickRead, reader: GroupReader, retired: readonly Reading[]): GangTick {
  const { expirations, steps } = read;
  const reading = withRetired(retired, steps ? reader.later(read) : reader.decoded(read));
  return { reading, expirations, steps };
}
