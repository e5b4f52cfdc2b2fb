import { HEADER_BYTES, RecordType } from '../abi/ring-page';
import { bytesOf } from '../native/foreign-library';
import { ALIGNMENT } from '../native/sample-stacks';
import type { BuildId } from '../perfdata/build-ids';
import { FileOnlyRecord } from '../perfdata/file-only-record';
import type { Owner } from '../perfdata/input-file';
import { PerfDataReader, visitRecords } from '../perfdata/perf-data-reader';
import { buildIdsOf, type FileFacts, factsOf } from '../perfdata/recorded-facts';
import { type RecordedFormat, tracingFormats } from '../perfdata/tracing-formats';
import type { Cgroups } from './cgroups';
import { GroupCounts } from './group-counts';
import { Names } from './names';
import { RecordTrailer } from './record-trailer';
import { RecordedEvents } from './recorded-event';
import { SampleCursor } from './sample-cursor';
import { type KernelRange, type RecordedProcesses, TaskRecords } from './task-records';
import { TimeOrder } from './time-order';
import { Timeline } from './timeline';

/** What a recording tells besides its samples. */
export interface RecordingTotals {
  /** Records by type. */
  readonly records: ReadonlyMap<number, number>;
  /** That the kernel had no room for. */
  readonly lost: bigint;
  /** How often the kernel stopped an event for coming too often. */
  readonly throttled: number;
}

/** A record that is no sample, whose body begins at `begin` in `view` and ends at `end`. */
export interface OtherRecord {
  readonly type: number;
  readonly view: DataView;
  readonly begin: number;
  readonly end: number;
  readonly littleEndian: boolean;
}

/** Records that are no samples, and who is given them: both are valid until it returns. */
export interface OtherRecords {
  readonly types: ReadonlySet<number>;
  readonly visit: (trailer: RecordTrailer, record: OtherRecord) => void;
}

/** Given the type of a record that is no sample, and where its body is. */
type OtherVisitor = (type: number, view: DataView, begin: number, end: number) => void;

const ALL_TYPES: OtherRecords['types'] = new Set(Array.from({ length: 128 }, (_, type) => type));

/**
 * A recording that is read: first what tells of tasks, which gives samples their names, then samples, as often as they are
 * needed. Owns the file until `close`.
 */
export class Recording {
  readonly comms = new Names();
  readonly dsos = new Names();
  /** By type. */
  readonly #records = new Float64Array(128);
  /** As rings told it, and as events were asked in the end: the same samples. */
  readonly #lost = { told: 0n, asked: 0n };
  #shortTaskRecords = 0;
  #wrongSamples = 0;
  #mapped: readonly BuildId[] = [];
  #tracepoints: ReadonlyMap<number, RecordedFormat> | undefined;

  private constructor(
    private readonly reader: PerfDataReader,
    readonly events: RecordedEvents,
    readonly facts: FileFacts,
    private readonly listed: readonly BuildId[],
  ) {}

  /** @throws SyswideError BAD_FILE */
  static open(path: string, owner?: Owner): Recording {
    const reader = PerfDataReader.open(path, owner);
    try {
      const facts = factsOf(reader);
      return new Recording(reader, RecordedEvents.of(reader, facts.arch), facts, buildIdsOf(reader));
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** Which builds of programs it is of: those of its header; once it was read, also those that records of mappings tell of. */
  get builds(): readonly BuildId[] {
    return this.#mapped.length > 0 ? [...this.listed, ...this.#mapped] : this.listed;
  }

  /** Whether its header lists builds of programs. */
  get listsBuilds(): boolean {
    return this.reader.listsBuilds;
  }

  /** Why its records are not those that its header speaks of; undefined when they are. */
  get recovered(): PerfDataReader['recovered'] {
    return this.reader.recovered;
  }

  /** The bytes at its end that are no whole record, once it has been read. */
  get unread(): number {
    return this.reader.unread;
  }

  /**
   * Records, among those that were read, that are too short for what should be in them, and samples of no event that the
   * header knows.
   */
  get malformed(): number {
    return this.#shortTaskRecords + this.#wrongSamples;
  }

  /** What of its header makes no sense. */
  get damaged(): ReadonlySet<string> {
    return this.reader.damaged;
  }

  /**
   * Reads what tells of tasks.
   * @param onProgress told now and then how much of the file is done, from 0 to 1
   */
  readTasks(onProgress?: (done: number) => void): {
    readonly timeline: Timeline;
    readonly kernel: readonly KernelRange[];
    readonly totals: RecordingTotals;
    readonly processes: RecordedProcesses;
    readonly cgroups: Cgroups;
  } {
    const tasks = new TaskRecords(this.events, this.reader.littleEndian, this.comms, this.dsos);
    this.reader.scan((type, view, begin, end) => {
      if (type < this.#records.length) this.#records[type] = (this.#records[type] ?? 0) + 1;
      if (type === RecordType.sample) return;
      if (type === RecordType.lost && end - begin >= 16) {
        this.#lost.told += view.getBigUint64(begin + 8, this.reader.littleEndian);
      } else if (type === RecordType.lostSamples && end - begin >= 8) {
        this.#lost.asked += view.getBigUint64(begin, this.reader.littleEndian);
      } else tasks.record(type, view, begin, end);
    }, onProgress);
    const { told, asked } = this.#lost;
    this.#shortTaskRecords = tasks.malformed;
    const known = new Set(this.listed.map(({ path }) => path));
    this.#mapped = [...tasks.builds.values()].filter(({ path }) => !known.has(path));
    return {
      timeline: new Timeline(tasks.events, this.comms),
      kernel: tasks.kernel,
      processes: tasks,
      cgroups: tasks.cgroups,
      totals: {
        records: new Map([...this.#records.entries()].filter(([, count]) => count > 0)),
        lost: greater(told, asked),
        throttled: this.#records[RecordType.throttle] ?? 0,
      },
    };
  }

  /**
   * When the first and the last sample were taken, in ns of its clock; undefined where there is none. Its header tells, or else
   * it is gone through.
   */
  sampleTimes(): { readonly first: number; readonly last: number } | undefined {
    const { sampleTime: told } = this.facts;
    if (told && told.last > 0n && told.first <= told.last)
      return { first: Number(told.first), last: Number(told.last) };
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    this.eachSample(({ time }) => {
      first = Math.min(first, time);
      last = Math.max(last, time);
    });
    return first <= last ? { first, last } : undefined;
  }

  /**
   * Goes through all samples, as they stand in the file, or in the order of their time where that tells what they count.
   * @param visit given one that is valid until it returns
   * @param onProgress as of `readTasks`
   */
  eachSample(visit: (sample: SampleCursor) => void, onProgress?: (done: number) => void): void {
    if (GroupCounts.areTold(this.events)) {
      this.eachInOrder(visit, undefined, onProgress);
      return;
    }
    const sample = this.cursor();
    this.reader.scan((type, view, begin, end) => {
      if (type === RecordType.sample && this.reads(sample, view, begin, end)) visit(sample);
    }, onProgress);
  }

  /**
   * Goes through all samples, as `eachSample` does, for who reads many at once.
   * @param take given records of this machine's byte order, one behind the other, valid until it returns; tells how many bytes
   * of them it has read, and how many samples among those are of no event or not whole
   * @param visit given what it has not read, as of `eachSample`
   * @param onProgress as of `readTasks`
   * @param other given a record that is no sample, and that was not read: its type, and where its body is
   */
  eachStretch(
    take: (records: Buffer) => { readonly bytes: number; readonly wrong: number },
    visit: (sample: SampleCursor) => void,
    onProgress?: (done: number) => void,
    other: OtherVisitor = () => {},
  ): void {
    if (GroupCounts.areTold(this.events)) {
      const tell = ({ type, view, begin, end }: OtherRecord): void => other(type, view, begin, end);
      this.eachInOrder(visit, { types: ALL_TYPES, visit: (_trailer, record) => tell(record) }, onProgress);
      return;
    }
    const sample = this.cursor();
    const little = this.reader.littleEndian;
    this.reader.scanStretches((records, offset) => {
      const isAligned = records.byteOffset % ALIGNMENT === 0;
      const done = little && isAligned ? take(bytesOf(records)) : { bytes: 0, wrong: 0 };
      this.#wrongSamples += done.wrong;
      visitRecords(records, done.bytes, little, offset, (type, view, begin, end) => {
        if (type !== RecordType.sample) other(type, view, begin, end);
        else if (this.reads(sample, view, begin, end)) visit(sample);
      });
    }, onProgress);
  }

  /**
   * Goes through all records, as they stand in the file, for who wants to see the file itself.
   * @param visit given each record, where its header is in the file, and what of it is read: as a sample, or its trailer; both
   * are valid until it returns
   */
  eachRaw(visit: (record: OtherRecord, offset: number, read: SampleCursor | RecordTrailer | undefined) => void): void {
    const littleEndian = this.reader.littleEndian;
    const sample = new SampleCursor(this.events, littleEndian);
    const trailer = new RecordTrailer(this.events, littleEndian);
    this.reader.scan((type, view, begin, end, offset) => {
      // What is in it comes instead.
      if (type === FileOnlyRecord.compressed || type === FileOnlyRecord.compressed2) return;
      const record = { type, view, begin, end, littleEndian };
      if (type === RecordType.sample) visit(record, offset, sample.read(view, begin, end) ? sample : undefined);
      else {
        trailer.read(view, begin, end);
        visit(record, offset, type < FileOnlyRecord.first ? trailer : undefined);
      }
    });
  }

  /**
   * Goes through all samples in the order of their time.
   * @param visit as of `eachSample`, also given the view that the sample lies in
   * @param others records of other types that come in between; those without a time come as they stand in the file
   * @param onProgress as of `readTasks`
   */
  eachInOrder(
    visit: (sample: SampleCursor, view: DataView) => void,
    others?: OtherRecords,
    onProgress?: (done: number) => void,
  ): void {
    const counts = new GroupCounts(this.events, this.reader.littleEndian);
    const sample = this.cursor();
    const peek = new SampleCursor(this.events, this.reader.littleEndian);
    const trailer = new RecordTrailer(this.events, this.reader.littleEndian);
    const little = this.reader.littleEndian;
    const tell = (view: DataView, begin: number, end: number): void => {
      const type = view.getUint32(begin - HEADER_BYTES, little);
      if (type !== RecordType.sample) {
        trailer.read(view, begin, end);
        others?.visit(trailer, { type, view, begin, end, littleEndian: little });
      } else if (this.reads(sample, view, begin, end)) {
        this.#wrongSamples += counts.each(sample, view, () => visit(sample, view));
      }
    };
    const order = new TimeOrder(tell);
    this.reader.scan((type, view, begin, end) => {
      if (type === RecordType.sample) order.add(peek.timeOf(view, begin, end), view, HEADER_BYTES, begin, end);
      else if (type === RecordType.finishedRound) {
        order.endRound();
        if (others?.types.has(type)) tell(view, begin, end);
      } else if (others?.types.has(type)) {
        trailer.read(view, begin, end);
        if (type >= FileOnlyRecord.first || trailer.time === 0) tell(view, begin, end);
        else order.add(trailer.time, view, HEADER_BYTES, begin, end);
      }
    }, onProgress);
    order.end();
  }

  /** What goes through all samples anew. */
  private cursor(): SampleCursor {
    this.#wrongSamples = 0;
    return new SampleCursor(this.events, this.reader.littleEndian);
  }

  private reads(sample: SampleCursor, view: DataView, begin: number, end: number): boolean {
    const isWhole = sample.read(view, begin, end);
    if (!isWhole || sample.event < 0) this.#wrongSamples += 1;
    return isWhole;
  }

  /** The layouts of its tracepoints, by their ids. */
  get tracepoints(): ReadonlyMap<number, RecordedFormat> {
    this.#tracepoints ??= tracingFormats(this.reader);
    return this.#tracepoints;
  }

  get littleEndian(): boolean {
    return this.reader.littleEndian;
  }

  close(): void {
    this.reader.close();
  }
}

const greater = (one: bigint, other: bigint): bigint => (one < other ? other : one);
