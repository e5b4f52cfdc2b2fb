import { ReadFormat } from '../abi/perf-event';
import type { RecordedEvent, RecordedEvents } from './recorded-event';
import { UserStack } from './user-stack';

/** Where an event's identifier is in a sample, whichever event it is of: of all of them in front, or after the time. */
const identifierAt = ({ offsets: { identifier, id } }: RecordedEvent): number => (identifier >= 0 ? identifier : id);

/** Instead of a place: the sample has been read. */
const NOT_READ = -2;

/** PERF_RECORD_MISC_CPUMODE_MASK. */
const CPUMODE = 7;

/**
 * One sample at a time, of millions: its fields are read where they are, and nothing is made. 64-bit numbers are in two
 * halves in `words`, the lower one first, whatever the byte order of the file. Halves of addresses have a sign: whole numbers
 * of 32 bits with one are no objects to V8, those from 2^31 on would be.
 */
export class SampleCursor {
  /** Index of its event; -1 for an id of none. */
  event = -1;
  pid = 0;
  tid = 0;
  cpu = 0;
  /** PERF_RECORD_MISC_*: where it was taken. */
  mode = 0;
  /** ns, rounded to 53 bits. */
  time = 0;
  timeLow = 0;
  timeHigh = 0;
  period = 1;
  addrLow = 0;
  addrHigh = 0;
  ipLow = 0;
  ipHigh = 0;
  /** The id of its cgroup; 0 where it does not tell. */
  cgroupLow = 0;
  cgroupHigh = 0;
  /** The call chain in `words`: from where, and how many addresses. */
  chainAt = 0;
  chainLength = 0;
  words: Int32Array = new Int32Array(0);
  /** What read(2) would give of the event, or its group, in the record: from where; -1 without. */
  countsAt = -1;
  /** Raw data, of tracepoints, in the record: from where, and how many bytes; -1 without. */
  rawAt = -1;
  rawLength = 0;
  /** The user's registers and stack, where the sample has a copy. */
  readonly stack = new UserStack();
  #scratch = new Int32Array(1 << 14);
  /** What `words` are those of. */
  #view: DataView | undefined;
  readonly #idAt: number;
  /** Where the time is in samples of all events; -1 where it is in different places. */
  readonly #timeAt: number;

  constructor(
    private readonly events: RecordedEvents,
    private readonly littleEndian: boolean,
  ) {
    this.#idAt = identifierAt(events.first);
    const timeAt = events.first.offsets.time;
    this.#timeAt = events.all.every(({ offsets }) => offsets.time === timeAt) ? timeAt : -1;
  }

  /**
   * Reads the sample whose body begins at `begin` in `view` and ends at `end`.
   * @returns false for one that is shorter than its fields
   */
  read(view: DataView, begin: number, end: number): boolean {
    const id = this.#idAt < 0 || begin + this.#idAt + 8 > end ? 0 : this.number(view, begin + this.#idAt);
    this.event = this.events.indexOf(id);
    const { offsets, readFormat, samplePeriod, userStack } =
      this.events.all[Math.max(0, this.event)] ?? this.events.first;
    if (begin + offsets.variable > end) return false;
    this.mode = view.getUint16(begin - 4, this.littleEndian) & CPUMODE;
    this.period = samplePeriod;
    this.fixed(view, begin, offsets);
    let at = begin + offsets.variable;
    this.countsAt = offsets.hasCounts && at + 8 <= end ? at : -1;
    if (offsets.hasCounts) at += this.countsBytes(view, at, end, readFormat);
    this.chainLength = 0;
    if (offsets.hasCallchain) {
      if (at + 8 > end) return false;
      const length = this.number(view, at);
      at += 8;
      if (length * 8 > end - at) return false;
      this.chain(view, at, length);
      at += length * 8;
    }
    this.rawAt = -1;
    if (offsets.hasRaw && at + 4 <= end) at = this.raw(view, at, end);
    this.stack.read(view, at, end, userStack);
    this.cgroup(view, at, end, offsets.cgroupFromEnd);
    return at <= end;
  }

  /** The time of a sample alone; 0 where it has none. */
  timeOf(view: DataView, begin: number, end: number): number {
    const at = this.#timeAt >= 0 ? this.#timeAt : this.read(view, begin, end) ? NOT_READ : -1;
    if (at === NOT_READ) return this.time;
    return at < 0 || begin + at + 8 > end ? 0 : this.number(view, begin + at);
  }

  private fixed(view: DataView, begin: number, offsets: RecordedEvent['offsets']): void {
    const little = this.littleEndian;
    const low = little ? 0 : 4;
    const high = 4 - low;
    if (offsets.ip >= 0) {
      this.ipLow = view.getInt32(begin + offsets.ip + low, little);
      this.ipHigh = view.getInt32(begin + offsets.ip + high, little);
    }
    if (offsets.addr >= 0) {
      this.addrLow = view.getInt32(begin + offsets.addr + low, little);
      this.addrHigh = view.getInt32(begin + offsets.addr + high, little);
    }
    if (offsets.tid >= 0) {
      this.pid = view.getInt32(begin + offsets.tid, little);
      this.tid = view.getInt32(begin + offsets.tid + 4, little);
    }
    if (offsets.time >= 0) {
      this.timeLow = view.getUint32(begin + offsets.time + low, little);
      this.timeHigh = view.getUint32(begin + offsets.time + high, little);
      this.time = this.timeHigh * 2 ** 32 + this.timeLow;
    }
    this.cpu = offsets.cpu >= 0 ? view.getUint32(begin + offsets.cpu, little) : 0;
    if (offsets.period >= 0) this.period = this.number(view, begin + offsets.period);
  }

  /** @param from where the fields end that are read before */
  private cgroup(view: DataView, from: number, end: number, fromEnd: number): void {
    const at = end - fromEnd;
    const isThere = fromEnd > 0 && at >= from;
    const low = this.littleEndian ? 0 : 4;
    this.cgroupLow = isThere ? view.getInt32(at + low, this.littleEndian) : 0;
    this.cgroupHigh = isThere ? view.getInt32(at + 4 - low, this.littleEndian) : 0;
  }

  /** How long the counts are: see `ReadFormat`. */
  private countsBytes(view: DataView, at: number, end: number, format: number): number {
    const words = (...parts: readonly number[]) => parts.filter((part) => (format & part) !== 0).length;
    const times = words(ReadFormat.totalTimeEnabled, ReadFormat.totalTimeRunning);
    const perEvent = 1 + words(ReadFormat.id, ReadFormat.lost);
    if ((format & ReadFormat.group) === 0) return (times + perEvent) * 8;
    return at + 8 > end ? end - at : (1 + times + this.number(view, at) * perEvent) * 8;
  }

  /** As it stands in the record, where that is aligned and of our byte order; a copy otherwise. */
  private chain(view: DataView, at: number, length: number): void {
    this.chainLength = length;
    const place = view.byteOffset + at;
    if (this.littleEndian && (place & 3) === 0) {
      if (this.#view !== view) this.words = new Int32Array(view.buffer, 0, view.buffer.byteLength >> 2);
      this.#view = view;
      this.chainAt = place >> 2;
      return;
    }
    if (this.#scratch.length < length * 2) this.#scratch = new Int32Array(length * 2);
    const low = this.littleEndian ? 0 : 4;
    const high = 4 - low;
    for (let i = 0; i < length; i += 1) {
      this.#scratch[i * 2] = view.getInt32(at + i * 8 + low, this.littleEndian);
      this.#scratch[i * 2 + 1] = view.getInt32(at + i * 8 + high, this.littleEndian);
    }
    this.words = this.#scratch;
    this.#view = undefined;
    this.chainAt = 0;
  }

  /** @returns where they end; where the sample does for raw data that do not */
  private raw(view: DataView, at: number, end: number): number {
    const length = view.getUint32(at, this.littleEndian);
    if (length > end - at - 4) return end;
    this.rawAt = at + 4;
    this.rawLength = length;
    return this.rawAt + length;
  }

  /** Has more of the call chain behind what is there. @param addresses the first so many entries of, below 2^53 */
  extendChain(context: number, addresses: Float64Array, count: number): void {
    const { words, chainAt, chainLength } = this;
    const length = chainLength + 1 + count;
    const whole = new Int32Array(length * 2);
    whole.set(words.subarray(chainAt, chainAt + chainLength * 2));
    whole.set([context, -1], chainLength * 2);
    for (let i = 0; i < count; i += 1) {
      const address = addresses[i] ?? 0;
      const at = (chainLength + 1 + i) * 2;
      whole[at] = address | 0;
      whole[at + 1] = Math.floor(address / 2 ** 32);
    }
    this.words = whole;
    this.#view = undefined;
    this.chainAt = 0;
    this.chainLength = length;
  }

  private number(view: DataView, at: number): number {
    const low = this.littleEndian ? at : at + 4;
    const high = this.littleEndian ? at + 4 : at;
    return view.getUint32(high, this.littleEndian) * 2 ** 32 + view.getUint32(low, this.littleEndian);
  }
}
