import type { LiveGang } from '../gang/live-gang';
import type { GangReading } from '../gang/reading';
import { countsOf } from './counts-of';
import type { EventCount } from './event-count';
import { IntervalHistory } from './interval-history';
import type { Intervals, MeasureRequest } from './measure-request';
import type { OwnCost } from './own-cost';
import { ReadingSteps, type StepTimes } from './tick';

/** How long what was read may wait to be told, in ns. A person sees no difference; each time it costs a tenth more. */
const PATIENCE = 100_000_000n;

/** What was read at a tick. */
interface Snapshot {
  readonly reading: () => GangReading;
  readonly own: readonly EventCount[] | undefined;
}

/**
 * Reads a live gang at every tick, and tells what came in between: at once, or of short intervals several in a row,
 * since it is waking up that costs most. The gang stays the caller's.
 */
export class IntervalTeller {
  readonly history = new IntervalHistory();
  /** Intervals that had no reading of their own, because this process came too late. */
  late = 0n;
  readonly #steps: ReadingSteps;
  readonly #untold: Snapshot[] = [];
  #ownSoFar: readonly EventCount[] | undefined;
  #ticks = 0;

  constructor(
    private readonly intervals: Intervals,
    private readonly live: LiveGang,
    private readonly own: OwnCost | undefined,
    private readonly request: Pick<MeasureRequest, 'excludeOwn' | 'scale'>,
    times: StepTimes,
  ) {
    this.#steps = new ReadingSteps(times);
  }

  /** @param expirations ticks since the last one: more than one if this one comes too late */
  tick(expirations: bigint): 'last' | 'more' {
    this.late += expirations - 1n;
    this.#ticks += 1;
    // What syswide adds is read first, so that all of it is contained in the whole.
    const own = this.request.excludeOwn ? this.own?.read() : undefined;
    this.#untold.push({ reading: this.live.snapshot(), own });
    if (this.isOver || BigInt(this.#untold.length) * this.intervals.every >= PATIENCE) this.tellAll();
    return this.isOver ? 'last' : 'more';
  }

  /** What came after the last tick. */
  rest(reading: GangReading, own: readonly EventCount[] | undefined): void {
    if (!this.isOver) this.#untold.push({ reading: () => reading, own });
    this.tellAll();
  }

  private get isOver(): boolean {
    return this.#ticks === this.intervals.most;
  }

  private tellAll(): void {
    for (const { reading, own } of this.#untold.splice(0)) this.tell(reading(), own);
  }

  private tell(reading: GangReading, own: readonly EventCount[] | undefined): void {
    const { readings, ...times } = this.#steps.next(reading);
    const counts = countsOf(this.live.gang, readings, times, this.request, own && this.ownSince(own));
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
