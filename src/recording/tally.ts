import { HEADER_BYTES, HEADER_SIZE_OFFSET, RecordType } from '../abi/ring-page';
import { type Cpu, cpu, type Pid, pid } from '../base/units';
import { SAMPLE_PID_OFFSET, SAMPLE_TIME_OFFSET } from './raw-records';

/** How much a recording holds, and what it does not. */
export interface Totals {
  readonly samples: number;
  /** Of these: samples of this very process. */
  readonly own: number;
  /** By CPU: records that the kernel had no room for. */
  readonly lost: ReadonlyMap<Cpu, bigint>;
  /** By CPU: how often the kernel stopped an event for coming too often. */
  readonly throttled: ReadonlyMap<Cpu, number>;
}

/** What a file of a recording holds. */
export interface Survey extends Totals {
  /** Programs and libraries that were mapped, by path, each with a process that did so. */
  readonly programs: ReadonlyMap<string, Pid>;
  /** Of the first and of the last sample, ns of the recording's clock; absent without any. */
  readonly sampleTime?: { readonly first: bigint; readonly last: bigint };
}

/** Where the CPU is in the trailer of every other record, from its end: before the identifier. */
const CPU_FROM_END = 16;

/** Where in the body of an MMAP2 record what may be done with the memory is, and behind it the path. */
const [PROTECTION_OFFSET, PATH_OFFSET] = [56, 64];
const PROT_EXEC = 4;

/**
 * Counts what records of ours tell, one by one. Times are compared in two halves: a bigint for each of millions of samples
 * takes longer than all the rest.
 */
export class Tally {
  #samples = 0;
  #own = 0;
  readonly #samplesOn = new Map<Cpu, number>();
  #firstHigh = 2 ** 32;
  #firstLow = 0;
  #lastHigh = -1;
  #lastLow = 0;
  readonly #lost = new Map<Cpu, bigint>();
  readonly #throttled = new Map<Cpu, number>();
  readonly #programs = new Map<string, Pid>();

  /** A record, whose body begins at `begin` in `view` and ends at `end`. */
  record(type: number, view: DataView, begin: number, end: number): void {
    if (type === RecordType.sample) this.sample(view, begin);
    else if (type === RecordType.lost) this.lose(cpuOf(view, end), view.getBigUint64(begin + 8, true));
    else if (type === RecordType.lostSamples) this.lose(cpuOf(view, end), view.getBigUint64(begin, true));
    else if (type === RecordType.throttle) this.throttle(cpuOf(view, end));
    else if (type === RecordType.mmap2) this.map(view, begin, end);
  }

  /** Samples by the CPU whose ring they were in, as far as that was told. */
  get samplesOn(): ReadonlyMap<Cpu, number> {
    return this.#samplesOn;
  }

  /**
   * Whole records, cut anywhere.
   * @param on whose ring they were in
   */
  records(views: readonly Uint8Array[], on?: Cpu): void {
    const before = this.#samples;
    this.eachOf(views);
    if (on !== undefined) this.#samplesOn.set(on, (this.#samplesOn.get(on) ?? 0) + this.#samples - before);
  }

  private eachOf(views: readonly Uint8Array[]): void {
    const [only = new Uint8Array()] = views;
    const bytes = views.length <= 1 ? only : Buffer.concat(views);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
      const size = view.getUint16(at + HEADER_SIZE_OFFSET, true);
      if (size < HEADER_BYTES || at + size > bytes.length) return;
      this.record(view.getUint32(at, true), view, at + HEADER_BYTES, at + size);
      at += size;
    }
  }

  get survey(): Survey {
    const samples = this.#samples;
    const [first, last] = [whole(this.#firstHigh, this.#firstLow), whole(this.#lastHigh, this.#lastLow)];
    return {
      samples,
      own: this.#own,
      lost: this.#lost,
      throttled: this.#throttled,
      programs: this.#programs,
      ...(samples > 0 ? { sampleTime: { first, last } } : {}),
    };
  }

  private sample(view: DataView, begin: number): void {
    this.#samples += 1;
    if (view.getUint32(begin + SAMPLE_PID_OFFSET, true) === process.pid) this.#own += 1;
    const low = view.getUint32(begin + SAMPLE_TIME_OFFSET, true);
    const high = view.getUint32(begin + SAMPLE_TIME_OFFSET + 4, true);
    if (high < this.#firstHigh || (high === this.#firstHigh && low < this.#firstLow)) {
      this.#firstHigh = high;
      this.#firstLow = low;
    }
    if (high > this.#lastHigh || (high === this.#lastHigh && low > this.#lastLow)) {
      this.#lastHigh = high;
      this.#lastLow = low;
    }
  }

  private lose(on: Cpu, records: bigint): void {
    this.#lost.set(on, (this.#lost.get(on) ?? 0n) + records);
  }

  private throttle(on: Cpu): void {
    this.#throttled.set(on, (this.#throttled.get(on) ?? 0) + 1);
  }

  private map(view: DataView, begin: number, end: number): void {
    if ((view.getUint32(begin + PROTECTION_OFFSET, true) & PROT_EXEC) === 0) return;
    const bytes = Buffer.from(view.buffer, view.byteOffset + begin + PATH_OFFSET, end - begin - PATH_OFFSET);
    const path = bytes.toString('utf8', 0, bytes.indexOf(0));
    if (path.startsWith('/') && !this.#programs.has(path)) this.#programs.set(path, pid(view.getInt32(begin, true)));
  }
}

const whole = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);

const cpuOf = (view: DataView, end: number): Cpu => cpu(view.getUint32(end - CPU_FROM_END, true));
