import type { MonotonicTime } from '../base/units';
import type { LiveGang } from '../gang/live-gang';
import type { GangReading } from '../gang/reading';
import { countsOf } from './counts-of';
import type { EventCount } from './event-count';
import { IntervalHistory } from './interval-history';
import type { Intervals, MeasureRequest } from './measure-request';
import type { OwnCost } from './own-cost';
import { ReadingSteps } from './tick';

/** Reads a live gang at every tick, and tells what came in between. The gang stays the caller's. */
export class IntervalTeller {
  readonly history = new IntervalHistory();
  /** Intervals that had no reading of their own, because this process came too late. */
  late = 0n;
  readonly #steps: ReadingSteps;
  #ownSoFar: readonly EventCount[] | undefined;
  #told = 0;

  constructor(
    private readonly intervals: Intervals,
    private readonly live: LiveGang,
    private readonly own: OwnCost | undefined,
    private readonly request: Pick<MeasureRequest, 'excludeOwn' | 'scale'>,
    start: MonotonicTime,
  ) {
    this.#steps = new ReadingSteps(start);
  }

  /** @param expirations ticks since the last one that was told: more than one if this one comes too late */
  tick(expirations: bigint): 'last' | 'more' {
    if (expirations === 0n) return 'more';
    this.late += expirations - 1n;
    // What syswide adds is read first, so that all of it is contained in the whole.
    const own = this.request.excludeOwn ? this.own?.read() : undefined;
    this.tell(this.live.read(), own);
    return this.isOver ? 'last' : 'more';
  }

  /** What came after the last tick. */
  rest(reading: GangReading, own: readonly EventCount[] | undefined): void {
    if (!this.isOver) this.tell(reading, own);
  }

  private get isOver(): boolean {
    return this.#told === this.intervals.most;
  }

  private tell(reading: GangReading, own: readonly EventCount[] | undefined): void {
    const { readings, ...times } = this.#steps.next(reading);
    const counts = countsOf(this.live.gang, readings, times, this.request, own && this.ownSince(own));
    this.#told += 1;
    this.history.add(counts);
    this.intervals.onTick({ ...times, counts });
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
