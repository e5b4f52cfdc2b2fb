import { CLOCK_MONOTONIC } from '../abi/perf-event';
import { present } from '../base/assert';
import { type MonotonicTime, monotonicTime, ns } from '../base/units';
import type { LiveGang } from '../gang/live-gang';
import type { GangReading } from '../gang/reading';
import type { Target } from '../gang/target';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { Course, type CourseEnd, type CourseRequest, type TickOutcome } from './course';
import type { EventCount } from './event-count';
import { IntervalTeller, ticksAtOnce } from './interval-teller';
import type { HearsTerminal, MeasureRequest } from './measure-request';
import type { OwnCost } from './own-cost';

/** One measurement under way, from letting it count to the end. Its gang stays the caller's. */
export class Run {
  #start: MonotonicTime | undefined;
  #course: Course | undefined;
  #intervals: IntervalTeller | undefined;
  #endedBy: CourseEnd['by'] = 'end';
  #since: MonotonicTime | undefined;

  constructor(
    private readonly kernel: Kernel,
    private readonly request: MeasureRequest,
    private readonly live: LiveGang,
    private readonly own: OwnCost | undefined,
  ) {}

  /** When counting began; when it was over, if that came first. */
  get start(): MonotonicTime {
    return present(this.#start, 'a run that was waited for has begun');
  }

  /** When everything was counted, which is before the command was let go; undefined for what starts with its exec. */
  get since(): MonotonicTime | undefined {
    return this.#since;
  }

  get endedBy(): CourseEnd['by'] {
    return this.#endedBy;
  }

  get notices(): string[] {
    const late = this.#intervals?.late ?? 0n;
    return [
      ...(this.#endedBy === 'timeout' ? [`ended by --timeout after ${Number(this.request.timeout) / 1e6} ms`] : []),
      ...(late > 0n
        ? [
            `${late === 1n ? '1 interval' : `${late} intervals`} began too late, and ${late === 1n ? 'is' : 'are'} part of the next`,
          ]
        : []),
    ];
  }

  /** Lets it count, lets the command go, waits. @returns when it was over, and the command had ended */
  async throughout(interruption: Interruption, hearsTerminal: HearsTerminal): Promise<MonotonicTime> {
    const { command } = this.request;
    const began = this.begin();
    const course = new Course(this.kernel, this.courseRequest(interruption), began);
    this.#course = course;
    this.live.whenEnabled(() => course.started());
    const { at, by } = await course.end();
    this.#endedBy = by;
    this.#start ??= at;
    const ended = command && by !== 'end' ? await command.stop(interruption, hearsTerminal) : at;
    // A tick after the last reading would make the rest less than nothing.
    course.stop();
    this.#intervals?.stop();
    return ended;
  }

  /** Tells of the last interval, which the end cut short. */
  tellRest(reading: GangReading, own: readonly EventCount[] | undefined): void {
    this.#intervals?.rest(reading, own);
  }

  close(): void {
    this.#intervals?.stop();
    this.#course?.close();
  }

  private courseRequest(interruption: Interruption): CourseRequest {
    const { command, delay, until, timeout, intervals } = this.request;
    const onTick = (expirations: bigint) => this.tick(expirations);
    return {
      ends: command ? [command.pidfd] : until,
      interruption,
      ...(typeof delay === 'bigint' ? { delay: { for: delay, onOver: () => this.armLate() } } : {}),
      ...(timeout === undefined ? {} : { timeout }),
      ...(intervals ? { ticks: { every: ns(intervals.every * ticksAtOnce(this.request, intervals)), onTick } } : {}),
    };
  }

  private begin(): MonotonicTime {
    const { delay, target } = this.request;
    if (delay !== undefined) {
      const began = this.letGo() ?? monotonicTime(process.hrtime.bigint());
      if (delay === 'until enabled') this.counting(began);
      return began;
    }
    const armed = startsAtExec(target) ? undefined : this.live.arm();
    this.#since = armed?.end;
    const start = this.letGo() ?? present(armed, 'without a command, counting starts at once').end;
    if (!armed) this.live.armedByExec();
    this.counting(start);
    return start;
  }

  /** Lets the command run. @returns when; undefined without one */
  private letGo(): MonotonicTime | undefined {
    const { command, placeInCommand } = this.request;
    return placeInCommand ? command?.resume() : command?.release();
  }

  /** Once the delay is over. Whoever has enabled or disabled it meanwhile has decided whether it counts. */
  private armLate(): MonotonicTime {
    const { gang } = this.live;
    if (gang.state === 'reserved') this.live.arm();
    const start = gang.armSpan?.end ?? monotonicTime(this.kernel.clockTime(CLOCK_MONOTONIC));
    this.#since = start;
    this.counting(start);
    return start;
  }

  private counting(start: MonotonicTime): void {
    this.#start = start;
    const { intervals } = this.request;
    if (intervals)
      this.#intervals = new IntervalTeller(intervals, this.live, this.own, this.request, {
        start,
        since: this.#since ?? start,
      });
  }

  private tick(expirations: bigint): TickOutcome {
    if (this.#intervals?.tick(expirations) !== 'last') return 'go on';
    // perf lets a command that it has started end by itself, and nothing else.
    return this.request.command ? 'no more ticks' : 'over';
  }
}

const startsAtExec = (target: Target): boolean => target.kind === 'tasks' && target.enableOnExec;
