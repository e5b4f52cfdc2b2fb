import { visible } from '../../base/safe-text';
import type { Names } from '../../profile/names';
import type { RecordedEvent } from '../../profile/recorded-event';
import type { TextBuffer } from '../text-buffer';
import type { ScriptField } from './script-view';

/** How the beginnings of one event's lines are shown. */
export interface HeadStyle {
  readonly event: RecordedEvent;
  readonly fields: ReadonlySet<ScriptField>;
  /** The event's name as it is shown. */
  readonly name: string;
  /** Whether a call chain follows: names of threads have no fixed width then. */
  readonly hasChain: boolean;
  readonly nanoseconds: boolean;
  /** Since the first sample, or since the one before. */
  readonly relative?: 'first' | 'previous';
}

/** Below that, times in ns fit into 53 bits. */
const EXACT_HIGH = 1 << 21;

const BILLION = 1_000_000_000;

const [COLON, NEVER] = [Buffer.from(': '), Number.NaN];

/**
 * Times that are shown relative to other samples, and other records, of whichever event. What was there before the recording is
 * told without a time, as 0: nothing counts from there. Source: perf_sample__fprintf_start() in tools/perf/builtin-script.c.
 */
export class SampleTimes {
  #first = 0;
  #previous = 0;

  since(time: number, relative: 'first' | 'previous'): number {
    this.#first ||= time;
    const from = relative === 'first' ? this.#first : this.#previous || time;
    this.#previous = time;
    return time - from;
  }
}

/** What of a sample, or of another record, stands in front. */
export interface HeadFacts {
  readonly pid: number;
  readonly tid: number;
  readonly cpu: number;
  readonly time: number;
  readonly timeLow: number;
  readonly timeHigh: number;
  readonly period: number;
}

/** A thread, and what stands in front of its samples. */
interface ThreadText {
  readonly comm: number;
  readonly pid: number;
  readonly tid: number;
  readonly text: Buffer;
}

/**
 * Writes what stands in front of samples of one event: `sh  1234/1234  [000]  12.345678:  1 cycles: `. Samples come in bursts,
 * and most of it is as before: only what differs is made.
 */
export class SampleHead {
  /** By CPU: what ran there last. */
  readonly #threads: ThreadText[] = [];
  readonly #cpus: (Buffer | undefined)[] = [];
  #seconds = NEVER;
  #secondsText = Buffer.alloc(0);
  #period = NEVER;
  #rest = Buffer.alloc(0);
  readonly #hasThread: boolean;
  readonly #hasCpu: boolean;
  readonly #hasTime: boolean;

  constructor(
    private readonly style: HeadStyle,
    private readonly comms: Names,
    private readonly times: SampleTimes,
  ) {
    const { fields, event } = style;
    this.#hasThread = fields.has('comm') || fields.has('pid') || fields.has('tid');
    this.#hasCpu = fields.has('cpu') && event.offsets.cpu >= 0;
    this.#hasTime = fields.has('time') && event.offsets.time >= 0;
  }

  /** @param comm number of the thread's name */
  write(to: TextBuffer, sample: HeadFacts, comm: number): void {
    if (this.#hasThread) to.copy(this.thread(sample, comm));
    if (this.#hasCpu) to.copy(this.cpu(sample.cpu));
    if (this.#hasTime) this.time(to, sample);
    to.copy(this.rest(sample.period));
  }

  private thread({ pid, tid, cpu }: HeadFacts, comm: number): Buffer {
    const last = this.#threads[cpu];
    if (last && comm === last.comm && pid === last.pid && tid === last.tid) return last.text;
    const { fields, hasChain } = this.style;
    const name = visible(this.comms.textOf(comm));
    const front = fields.has('comm') ? `${hasChain ? name : name.padStart(16)} ` : '';
    const text = Buffer.from(front + ids(pid, tid, fields));
    if (cpu < MOST_CPUS) this.#threads[cpu] = { comm, pid, tid, text };
    return text;
  }

  private cpu(cpu: number): Buffer {
    const text = this.#cpus[cpu] ?? Buffer.from(`[${String(cpu).padStart(3, '0')}] `);
    // A file may name CPUs that nobody has.
    if (cpu < MOST_CPUS) this.#cpus[cpu] = text;
    return text;
  }

  private time(to: TextBuffer, sample: HeadFacts): void {
    const { nanoseconds } = this.style;
    const [seconds, rest] = this.parts(sample);
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#secondsText = Buffer.from(`${String(seconds).padStart(5)}.`);
    }
    to.copy(this.#secondsText);
    to.digits(nanoseconds ? rest : Math.floor(rest / 1000), nanoseconds ? 9 : 6);
    to.copy(COLON);
  }

  /** Seconds, and nanoseconds. */
  private parts(sample: HeadFacts): [number, number] {
    const { relative } = this.style;
    if (relative === undefined && sample.timeHigh >= EXACT_HIGH) {
      const time = (BigInt(sample.timeHigh) << 32n) | BigInt(sample.timeLow);
      return [Number(time / BigInt(BILLION)), Number(time % BigInt(BILLION))];
    }
    const time = relative === undefined ? sample.time : this.times.since(sample.time, relative);
    const seconds = Math.floor(time / BILLION);
    return [seconds, time - seconds * BILLION];
  }

  private rest(period: number): Buffer {
    if (period === this.#period) return this.#rest;
    const { fields, name } = this.style;
    const count = fields.has('period') ? `${String(period).padStart(10)} ` : '';
    this.#rest = Buffer.from(count + (fields.has('event') ? name : ''));
    this.#period = period;
    return this.#rest;
  }
}

/** As many as the kernel can have. */
const MOST_CPUS = 8192;

function ids(pid: number, tid: number, fields: ReadonlySet<ScriptField>): string {
  if (fields.has('pid') && fields.has('tid')) return `${String(pid).padStart(5)}/${String(tid).padEnd(5)} `;
  if (fields.has('pid')) return `${String(pid).padStart(5)} `;
  return fields.has('tid') ? `${String(tid).padStart(5)} ` : '';
}
