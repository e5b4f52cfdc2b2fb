import { monotonicTime } from '../base/units';
import type { GangTick, GangTicker } from '../gang/gang-ticker';
import type { LiveGang } from '../gang/live-gang';
import type { GangReading } from '../gang/reading';
import { countsOf } from './counts-of';
import type { EventCount } from './event-count';
import type { Intervals, MeasureRequest } from './measure-request';
import type { OwnCost } from './own-cost';
import { LaterTick, ReadingSteps, type StepTimes, type Tick } from './tick';

/** Intervals below this, in ns, are told several in a row: waking up for each costs more than telling it. */
const SHORT = 100_000_000n;

/** How long what was read may wait to be told then, in ns: on a terminal, it is a blur anyway. */
const PATIENCE = 200_000_000n;

/** Batches of ticks that can wait to be taken, should this process be held up. */
const BATCHES_KEPT = 4n;

const batchOf = (every: bigint): bigint => (every < SHORT ? PATIENCE / every : 1n);

/**
 * Ticks that are read by another thread before this one is woken for them; 1: each of them is read here. Short ones are, where
 * that is not too late for anything: the last one may end the measurement, and our own part is to be read just before. Groups of
 * tasks are read here too, which may take several tries.
 */
export const ticksAtOnce = ({ target, excludeOwn }: TickRequest, { every, most }: Intervals): bigint =>
  target.kind === 'cpus' && !excludeOwn && most === undefined ? batchOf(every) : 1n;

type TickRequest = Pick<MeasureRequest, 'target' | 'excludeOwn' | 'scale' | 'command'>;

/** What was read at a tick. */
interface Untold extends Pick<GangTick, 'reading'> {
  readonly steps?: GangTick['steps'];
  readonly own?: readonly EventCount[] | undefined;
}

/**
 * Reads a live gang at every tick, and tells what came in between: at once, or of short intervals several in a row. The gang
 * stays the caller's.
 */
export class IntervalTeller {
  /** Intervals that had no reading of their own, because this process came too late. */
  late = 0n;
  readonly #ticker: GangTicker | undefined;
  readonly #steps: ReadingSteps;
  readonly #untold: Untold[] = [];
  #ownSoFar: readonly EventCount[] | undefined;
  #ticks = 0;

  constructor(
    private readonly intervals: Intervals,
    private readonly live: LiveGang,
    private readonly own: OwnCost | undefined,
    private readonly request: TickRequest,
    times: StepTimes,
  ) {
    this.#steps = new ReadingSteps(times);
    const { every } = intervals;
    const atOnce = ticksAtOnce(request, intervals);
    if (atOnce === 1n) return;
    const first = monotonicTime(times.start + every);
    this.#ticker = live.tick({ first, every, room: Number(atOnce * BATCHES_KEPT) });
  }

  /**
   * To be called every so many ticks as `ticksAtOnce` says.
   * @param expirations times since the last call: more than one if this one comes too late
   */
  tick(expirations: bigint): 'last' | 'more' {
    if (this.#ticker) {
      this.take(this.#ticker);
      this.tellAll();
      return 'more';
    }
    this.late += expirations - 1n;
    this.#ticks += 1;
    // What syswide adds is read first, so that all of it is contained in the whole.
    const own = this.request.excludeOwn ? this.own?.read() : undefined;
    this.#untold.push({ reading: this.live.read(), own });
    // What this ends is over once it is read: telling comes after that, as it would be part of it.
    if (this.isOver && !this.request.command) return 'last';
    if (this.isOver || BigInt(this.#untold.length) >= batchOf(this.intervals.every)) this.tellAll();
    return this.isOver ? 'last' : 'more';
  }

  /** No tick comes any more. Harmless when repeated. */
  stop(): void {
    this.#ticker?.stop();
  }

  /** What came after the last tick. */
  rest(reading: GangReading, own: readonly EventCount[] | undefined): void {
    if (this.#ticker) this.take(this.#ticker);
    if (!this.isOver) this.#untold.push({ reading, own });
    this.tellAll();
  }

  private get isOver(): boolean {
    return this.#ticks === this.intervals.most;
  }

  private take(ticker: GangTicker): void {
    for (const tick of ticker.take()) {
      this.late += tick.expirations - 1n;
      this.#untold.push(tick);
    }
  }

  private tellAll(): void {
    const ticks = this.#untold.splice(0).map((untold) => this.tickOf(untold));
    if (ticks.length > 0) this.intervals.onTicks(ticks);
  }

  private tickOf({ reading, steps, own }: Untold): Tick {
    const { at, elapsed, duration, readings } = this.#steps.next(reading);
    // As they are now: they may be changed while it counts.
    const { events, missing } = this.live.gang;
    const sums = steps && { events, missing, words: steps };
    const ownCounts = own && this.ownSince(own);
    return new LaterTick(at, elapsed, sums, () =>
      countsOf({ events, missing }, { readings, sums }, { elapsed: duration }, this.request, ownCounts),
    );
  }

  private ownSince(now: readonly EventCount[]): EventCount[] {
    const before = this.#ownSoFar;
    this.#ownSoFar = now;
    return now.map((count, i) => since(before?.[i], count));
  }
}

/** What an event counted more than before; exact, as software events, which these are, are never scaled. */
function since(before: EventCount | undefined, now: EventCount): EventCount {
  if (!before) return now;
  const perCpu = [...now.perCpu].map(([cpu, count]) => {
    return [cpu, { ...count, value: count.value - (before.perCpu.get(cpu)?.value ?? 0n) }] as const;
  });
  return {
    event: now.event,
    perThread: now.perThread,
    total: { ...now.total, value: now.total.value - before.total.value },
    perCpu: new Map(perCpu),
  };
}
