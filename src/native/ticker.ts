import { type MonotonicTime, monotonicTime } from '../base/units';
import { bytesOf, scratch } from './foreign-library';
import { type EventReads, STEP_WORDS, type Ticker, type TickerPlan, type TickRead } from './kernel';
import { checked } from './kernel-error';
import { tickerPlanLayout as planLayout, tickLayout, tickPartLayout } from './layout';
import { packInt32 } from './packed-integers';
import type { Shim } from './shim';

/** Words of 64 bits. A flag and the padding behind it are one: of zeros, but for the flag. */
const TICK_WORDS = tickLayout.size / 8;

/** A `Ticker` of the shim. */
export class RealTicker implements Ticker {
  readonly #number: number;
  #isClosed = false;
  /** Room for all ticks that can wait. */
  readonly #bytes: Buffer;
  readonly #lengths: Int32Array;
  readonly #ticks: BigUint64Array;
  readonly #steps: BigUint64Array;

  /** @throws KernelError EAGAIN, ENOMEM where there is no room for a thread or what it reads */
  constructor(
    private readonly shim: Shim,
    private readonly plan: TickerPlan,
  ) {
    const { reads, size, events, room } = plan;
    // What has no room at all would be a null pointer, which is refused.
    this.#bytes = scratch(room * Math.max(1, reads.length * size));
    this.#lengths = new Int32Array(room * Math.max(1, reads.length));
    this.#ticks = new BigUint64Array(room * TICK_WORDS);
    this.#steps = new BigUint64Array(room * Math.max(1, events) * STEP_WORDS);
    const fds = packInt32(reads.map(({ fd }) => fd));
    const members = packInt32(reads.map(({ parts, isGroup }) => (isGroup ? parts.length : 0)));
    const parts = packParts(reads.flatMap((read) => read.parts));
    const count = parts.length / tickPartLayout.size;
    const started = shim.sw_ticker_start(fds, members, reads.length, parts, count, packPlan(plan));
    this.#number = checked('sw_ticker_start', started);
  }

  take(): TickRead[] {
    const { room, reads, size, events } = this.plan;
    const [lengths, ticks, steps] = [bytesOf(this.#lengths), bytesOf(this.#ticks), bytesOf(this.#steps)];
    const taken = this.shim.sw_ticker_take(this.#number, room, this.#bytes, lengths, ticks, steps);
    const n = checked('sw_ticker_take', taken);
    // Copied: the next ones are put where they were.
    const batch: Batch = {
      bytes: Buffer.from(this.#bytes.subarray(0, n * reads.length * size)),
      lengths: this.#lengths.slice(0, n * reads.length),
      ticks: this.#ticks.slice(0, n * TICK_WORDS),
      steps: this.#steps.slice(0, n * events * STEP_WORDS),
      reads: reads.length,
      size,
      stepWords: events * STEP_WORDS,
    };
    return Array.from({ length: n }, (_, i) => new TakenTick(batch, i));
  }

  stop(): void {
    if (!this.#isClosed) checked('sw_ticker_stop', this.shim.sw_ticker_stop(this.#number));
  }

  close(): void {
    if (!this.#isClosed) checked('sw_ticker_free', this.shim.sw_ticker_free(this.#number));
    this.#isClosed = true;
  }
}

/** Ticks that were taken together, one behind the other. */
interface Batch {
  readonly bytes: Buffer;
  readonly lengths: Int32Array;
  readonly ticks: BigUint64Array;
  readonly steps: BigUint64Array;
  /** Fds that are read at each. */
  readonly reads: number;
  /** Bytes that there are for each fd. */
  readonly size: number;
  readonly stepWords: number;
}

/** What was read of each fd is cut out only where somebody looks at it. */
class TakenTick implements TickRead {
  readonly begin: MonotonicTime;
  readonly end: MonotonicTime;
  readonly expirations: bigint;
  readonly steps: BigUint64Array | undefined;

  constructor(
    private readonly batch: Batch,
    private readonly index: number,
  ) {
    const { ticks, steps, stepWords } = batch;
    const at = index * TICK_WORDS;
    this.begin = monotonicTime(ticks[at + tickLayout.beginNs / 8] ?? 0n);
    this.end = monotonicTime(ticks[at + tickLayout.endNs / 8] ?? 0n);
    this.expirations = ticks[at + tickLayout.expirations / 8] ?? 0n;
    const hasSteps = ticks[at + tickLayout.hasSteps / 8] === 1n;
    this.steps = hasSteps ? steps.subarray(index * stepWords, (index + 1) * stepWords) : undefined;
  }

  get results(): EventReads['results'] {
    const { bytes, lengths, reads, size } = this.batch;
    const first = this.index * reads;
    return Array.from(lengths.subarray(first, first + reads), (length, i) => {
      const at = (first + i) * size;
      return length < 0 ? { errno: -length } : bytes.subarray(at, at + length);
    });
  }
}

function packPlan({ first, every, room, size, events }: TickerPlan): Buffer {
  const plan = scratch(planLayout.size);
  plan.writeBigUInt64LE(first, planLayout.firstNs);
  plan.writeBigUInt64LE(every, planLayout.everyNs);
  plan.writeUInt32LE(room, planLayout.room);
  plan.writeUInt32LE(size, planLayout.stride);
  plan.writeUInt32LE(events, planLayout.nEvents);
  return plan;
}

function packParts(parts: TickerPlan['reads'][number]['parts']): Buffer {
  const packed = scratch(parts.length * tickPartLayout.size);
  for (const [i, { event, id }] of parts.entries()) {
    packed.writeBigUInt64LE(id ?? 0n, i * tickPartLayout.size + tickPartLayout.id);
    packed.writeUInt32LE(event, i * tickPartLayout.size + tickPartLayout.event);
  }
  return packed;
}
