import { RecordType } from '../abi/ring-page';
import { cpuChangeIn } from '../perfdata/cpu-update';
import { FileOnlyRecord } from '../perfdata/file-only-record';
import { OfflineSpans } from './offline-spans';
import { RecordTrailer } from './record-trailer';
import type { RecordedEvents } from './recorded-event';

/** A span of time of a CPU of which the recording says why samples are missing; times in ns of its clock. */
export interface Trouble {
  readonly kind: 'lost' | 'throttled' | 'offline';
  /** -1 where the recording does not tell. */
  readonly cpu: number;
  readonly from: number;
  readonly to: number;
  /** Records that were lost. */
  readonly count: number;
}

/** PERF_RECORD_UNTHROTTLE of include/uapi/linux/perf_event.h. */
const UNTHROTTLE = 6;

/**
 * Gathers what records tell of samples that are missing. That some were lost is told once there is room again: the span goes
 * back to the CPU's sample before.
 */
export class Troubles {
  readonly #found: Trouble[] = [];
  /** Events on CPUs that are throttled, and since when. */
  readonly #throttled = new Map<string, Pick<Trouble, 'cpu' | 'from'>>();
  readonly #lastSample = new Map<number, number>();
  readonly #offline = new OfflineSpans();
  /** What was lost, as events were asked in the end: what rings told of is a part of it. */
  #asked = 0;
  readonly #trailer: RecordTrailer;
  /** The last one of all, which is not in `#lastSample` yet. */
  #cpu: number | undefined;
  #time = 0;

  constructor(
    events: RecordedEvents,
    private readonly littleEndian: boolean,
  ) {
    this.#trailer = new RecordTrailer(events, littleEndian);
  }

  /** Samples of one CPU come one after the other. */
  sample(cpu: number, time: number): void {
    if (this.#cpu !== undefined && this.#cpu !== cpu) this.#lastSample.set(this.#cpu, this.#time);
    this.#cpu = cpu;
    this.#time = time;
  }

  /** A record that is no sample. */
  record(type: number, view: DataView, begin: number, end: number): void {
    if (type === FileOnlyRecord.eventUpdate && this.littleEndian) this.#offline.add(cpuChangeIn(view, begin, end));
    const isLost = type === RecordType.lost || type === RecordType.lostSamples;
    if (!isLost && type !== RecordType.throttle && type !== UNTHROTTLE) return;
    const trailer = this.#trailer;
    if (!trailer.hasTime || end - begin < 16) return;
    trailer.read(view, begin, end);
    const [at, on] = [trailer.time, trailer.hasCpu ? trailer.cpu : -1];
    if (type === RecordType.lost) this.lose(this.number(view, begin + 8), at, on);
    else if (type === RecordType.lostSamples) this.loseSamples(this.number(view, begin), at, on);
    else this.throttle(type === RecordType.throttle, this.eventIn(view, begin, end), at, on);
  }

  /** @param end when the recording ends: what was throttled then stayed so */
  all(end: number): Trouble[] {
    for (const key of [...this.#throttled.keys()]) this.unthrottle(key, end);
    return [...this.#found, ...this.untold(end), ...this.#offline.until(end)];
  }

  /** What was lost of which no ring told: nobody knows where and when. */
  private untold(end: number): Trouble[] {
    const told = this.#found.reduce((sum, { count }) => sum + count, 0);
    const count = this.#asked - told;
    return count > 0 ? [{ kind: 'lost', cpu: -1, from: end, to: end, count }] : [];
  }

  private lose(count: number, at: number, cpu: number): void {
    this.#found.push({ kind: 'lost', cpu, from: this.lastSample(cpu) ?? at, to: at, count });
  }

  /** What perf writes at the end has no time. */
  private loseSamples(count: number, at: number, cpu: number): void {
    if (at === 0) this.#asked += count;
    else this.lose(count, at, cpu);
  }

  private lastSample(cpu: number): number | undefined {
    return cpu === this.#cpu ? this.#time : this.#lastSample.get(cpu);
  }

  /** Its id, as the record tells it behind the time; what events inherited from one has that one's. */
  private eventIn(view: DataView, begin: number, end: number): number {
    return end - begin < 24 ? 0 : this.number(view, begin + 8);
  }

  /** Each event is throttled by itself, and once more where nothing has let it go on: tasks end in between. */
  private throttle(begins: boolean, event: number, at: number, cpu: number): void {
    const key = `${cpu} ${event}`;
    this.unthrottle(key, at);
    if (begins) this.#throttled.set(key, { cpu, from: at });
  }

  private unthrottle(key: string, at: number): void {
    const since = this.#throttled.get(key);
    this.#throttled.delete(key);
    if (since) this.#found.push({ kind: 'throttled', ...since, to: Math.max(since.from, at), count: 0 });
  }

  private number(view: DataView, at: number): number {
    const [low, high] = this.littleEndian ? [at, at + 4] : [at + 4, at];
    return view.getUint32(high, this.littleEndian) * 2 ** 32 + view.getUint32(low, this.littleEndian);
  }
}
