import { bytesOf, scratch } from './foreign-library';
import { checked } from './kernel-error';
import {
  BATCH,
  eventIdLayout,
  keyFlags,
  momentsLayout,
  otherRecordLayout,
  sampledThreadLayout,
  sampleLayoutLayout,
  samplesReadLayout,
} from './layout';
import type { SampleBatch } from './sample-batch';
import { sharedShim } from './shim';

/** How the samples of an event are read: places in bytes from the beginning of a record's body, -1 for fields that there are not. */
export interface SampleFormat {
  readonly ip: number;
  readonly tid: number;
  readonly time: number;
  readonly cpu: number;
  readonly period: number;
  /** Of all events alike. */
  readonly id: number;
  /** Where the fields of no fixed length begin. */
  readonly variable: number;
  readonly hasCounts: boolean;
  /** PERF_FORMAT_* of the counts. */
  readonly readFormat: number;
  readonly hasChain: boolean;
  /** Events that a sample stands for which does not tell. */
  readonly samplePeriod: number;
}

/** Keys that the records of samples tell. */
export type RecordKeys = Readonly<Record<keyof typeof keyFlags, boolean>>;

/** A thread that samples are of. */
export interface SampledThread {
  readonly pid: number;
  readonly tid: number;
  /** ns of the recording's clock, the earliest of its samples and the latest. */
  readonly begin: number;
  readonly end: number;
}

/** Of samples, a number in each column for each. */
export interface SampleMoments {
  /** ns of the recording's clock. */
  readonly time: Float64Array;
  /** Events that it stands for. */
  readonly period: Float64Array;
  readonly cpu: Int32Array;
  /** Index of its event; -1: of none that is known. */
  readonly event: Int32Array;
}

const [WORD, DOUBLE] = [4, 8];

/** Reads the samples of a file's records in C, a batch at a time. */
export class SampleRecords {
  readonly #moments = new ArrayBuffer(momentsLayout.size);
  readonly #time = new Float64Array(this.#moments, momentsLayout.time, BATCH);
  readonly #period = new Float64Array(this.#moments, momentsLayout.period, BATCH);
  readonly #cpu = new Int32Array(this.#moments, momentsLayout.cpu, BATCH);
  readonly #event = new Int32Array(this.#moments, momentsLayout.event, BATCH);
  readonly #others: Uint32Array;
  readonly #threads = new Int32Array((BATCH * sampledThreadLayout.size) / WORD);
  readonly #threadTimes = new Float64Array(this.#threads.buffer);
  readonly #done = new Uint32Array(samplesReadLayout.size / WORD);
  readonly #momentsBytes = Buffer.from(this.#moments);
  readonly #othersBytes: Buffer;
  readonly #threadsBytes = bytesOf(this.#threads);
  readonly #doneBytes = bytesOf(this.#done);
  readonly #formats: Buffer;
  readonly #ids: Buffer;
  readonly #keys: number;
  readonly #shim = sharedShim();

  /**
   * @param formats of events
   * @param ids the index of the event of each id
   * @param keys that samples are told apart by
   * @param tellsOthers whether records that are no samples are told of
   */
  constructor(
    private readonly formats: readonly SampleFormat[],
    private readonly ids: ReadonlyMap<bigint, number>,
    keys: RecordKeys,
    private readonly tellsOthers = false,
  ) {
    this.#others = new Uint32Array(((tellsOthers ? BATCH : 1) * otherRecordLayout.size) / WORD);
    this.#othersBytes = bytesOf(this.#others);
    this.#formats = packFormats(formats);
    this.#ids = packIds(ids);
    const names = Object.keys(keyFlags) as (keyof typeof keyFlags)[];
    this.#keys = names.reduce((flags, name) => flags | (keys[name] ? keyFlags[name] : 0), 0);
  }

  /**
   * Reads records of our byte order, one behind the other, until the batch is full or one cannot be read.
   * @param bytes of them; kept by the batch until it is cleared
   * @param batch an empty one
   * @returns how many bytes are done
   * @throws KernelError EINVAL for formats that make no sense
   */
  read(bytes: Buffer, batch: SampleBatch): number {
    const returned = this.#shim.sw_samples_read(
      bytes,
      bytes.length,
      this.#formats,
      this.formats.length,
      this.#ids,
      this.ids.size,
      this.#keys,
      batch.samplesBytes,
      this.#momentsBytes,
      this.#threadsBytes,
      BATCH,
      this.#othersBytes,
      this.tellsOthers ? BATCH : 0,
      this.#doneBytes,
    );
    checked('sw_samples_read', returned);
    batch.take(this.done('samples'), bytes);
    return this.done('bytes');
  }

  /** Of those that were read last: samples of no event that is known, and those that are not whole, which are left out. */
  get wrong(): number {
    return this.done('wrong');
  }

  /** ns of the recording's clock at which a sample was taken. */
  timeOf(sample: number): number {
    return this.#time[sample] ?? 0;
  }

  /** What is told of each sample that was read last: views, valid until more are read. */
  get moments(): SampleMoments {
    const count = this.done('samples');
    return {
      time: this.#time.subarray(0, count),
      period: this.#period.subarray(0, count),
      cpu: this.#cpu.subarray(0, count),
      event: this.#event.subarray(0, count),
    };
  }

  /** How many records that are no samples were read last, where they are told of. */
  get others(): number {
    return this.done('others');
  }

  /** Where such a record begins, in bytes from the first one that was read. */
  otherAt(other: number): number {
    return this.#others[(other * otherRecordLayout.size + otherRecordLayout.at) / WORD] ?? 0;
  }

  /** How many samples come before it. */
  samplesBefore(other: number): number {
    return this.#others[(other * otherRecordLayout.size + otherRecordLayout.samples) / WORD] ?? 0;
  }

  /** Those that the samples which were read last are of, by their numbers. */
  get threads(): readonly SampledThread[] {
    const [words, times] = [this.#threads, this.#threadTimes];
    const { size, pid, tid, begin, end } = sampledThreadLayout;
    return Array.from({ length: this.done('threads') }, (_, i) => ({
      pid: words[(i * size + pid) / WORD] ?? 0,
      tid: words[(i * size + tid) / WORD] ?? 0,
      begin: times[(i * size + begin) / DOUBLE] ?? 0,
      end: times[(i * size + end) / DOUBLE] ?? 0,
    }));
  }

  private done(field: Exclude<keyof typeof samplesReadLayout, 'size'>): number {
    return this.#done[samplesReadLayout[field] / WORD] ?? 0;
  }
}

function packFormats(formats: readonly SampleFormat[]): Buffer {
  const packed = scratch(formats.length * sampleLayoutLayout.size);
  const layout = sampleLayoutLayout;
  formats.forEach((format, i) => {
    const at = i * layout.size;
    const fields = ['ip', 'tid', 'time', 'cpu', 'period', 'id', 'variable', 'readFormat'] as const;
    for (const field of fields) packed.writeInt32LE(format[field] | 0, at + layout[field]);
    packed.writeInt32LE(Number(format.hasCounts), at + layout.hasCounts);
    packed.writeInt32LE(Number(format.hasChain), at + layout.hasChain);
    packed.writeDoubleLE(format.samplePeriod, at + layout.samplePeriod);
  });
  return packed;
}

function packIds(ids: ReadonlyMap<bigint, number>): Buffer {
  const packed = scratch(ids.size * eventIdLayout.size);
  const sorted = [...ids].sort(([a], [b]) => (a < b ? -1 : 1));
  sorted.forEach(([id, event], i) => {
    packed.writeBigUInt64LE(id, i * eventIdLayout.size + eventIdLayout.id);
    packed.writeUInt32LE(event, i * eventIdLayout.size + eventIdLayout.event);
  });
  return packed;
}
