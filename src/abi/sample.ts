import { ReadFormat, SampleType } from './perf-event';

/** How the samples of an event are laid out. */
export interface SampleLayout {
  /** `sample_type` of its attr. */
  readonly sampleType: bigint;
  /** `read_format` of its attr. */
  readonly readFormat: number;
  readonly littleEndian: boolean;
}

/** The fields of a sample; those that its event does not take are absent. */
export interface Sample {
  /** PERF_EVENT_IOC_ID of the clone that it is of, from IDENTIFIER or ID. */
  readonly id?: bigint;
  readonly ip?: bigint;
  readonly pid?: number;
  readonly tid?: number;
  /** In ns of the event's clock. */
  readonly time?: bigint;
  readonly addr?: bigint;
  readonly streamId?: bigint;
  readonly cpu?: number;
  readonly period?: bigint;
  /** Return addresses, the innermost first, with PERF_CONTEXT_* where user space or the kernel begins. */
  readonly callchain?: readonly bigint[];
  /** Of tracepoints: their fields. A view of the record. */
  readonly raw?: DataView;
}

/**
 * Decodes a PERF_RECORD_SAMPLE up to its raw data; what follows that (branches, registers, stacks) is left.
 * Source: the layout of PERF_RECORD_SAMPLE in include/uapi/linux/perf_event.h, Linux 6.18.
 *
 * @param body what follows the record's header
 * @returns undefined for one that is shorter than its fields
 */
export function decodeSample(body: DataView, layout: SampleLayout): Sample | undefined {
  try {
    return sampleIn(new Fields(body, layout.littleEndian), layout);
  } catch (error) {
    // DataView's own check of every access.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sampleIn(fields: Fields, layout: SampleLayout): Sample {
  const has = (field: bigint): boolean => (layout.sampleType & field) !== 0n;
  const sample: { -readonly [Key in keyof Sample]: Sample[Key] } = {};
  if (has(SampleType.identifier)) sample.id = fields.u64();
  if (has(SampleType.ip)) sample.ip = fields.u64();
  if (has(SampleType.tid)) [sample.pid, sample.tid] = [fields.i32(), fields.i32()];
  if (has(SampleType.time)) sample.time = fields.u64();
  if (has(SampleType.addr)) sample.addr = fields.u64();
  if (has(SampleType.id)) sample.id = fields.u64();
  if (has(SampleType.streamId)) sample.streamId = fields.u64();
  // A reserved word follows the number of the CPU.
  if (has(SampleType.cpu)) [sample.cpu] = [fields.u32(), fields.u32()];
  if (has(SampleType.period)) sample.period = fields.u64();
  if (has(SampleType.read)) passRead(fields, layout.readFormat);
  if (has(SampleType.callchain)) sample.callchain = fields.u64s(fields.u64());
  if (has(SampleType.raw)) sample.raw = fields.bytes(fields.u32());
  return sample;
}

/** The counts that come with a sample, as read(2) would give them. */
function passRead(fields: Fields, format: number): void {
  const words = (...parts: readonly number[]) => parts.filter((part) => (format & part) !== 0).length;
  const times = words(ReadFormat.totalTimeEnabled, ReadFormat.totalTimeRunning);
  const perEvent = 1 + words(ReadFormat.id, ReadFormat.lost);
  const events = (format & ReadFormat.group) === 0 ? 1n : fields.u64();
  fields.skip(BigInt(times) + events * BigInt(perEvent));
}

/** One field after the other. @throws RangeError behind the end */
class Fields {
  #at = 0;

  constructor(
    private readonly view: DataView,
    private readonly littleEndian: boolean,
  ) {}

  u64(): bigint {
    return this.view.getBigUint64(this.advance(8), this.littleEndian);
  }

  u32(): number {
    return this.view.getUint32(this.advance(4), this.littleEndian);
  }

  /** The kernel has no pid for what belongs to none: -1. */
  i32(): number {
    return this.view.getInt32(this.advance(4), this.littleEndian);
  }

  u64s(count: bigint): bigint[] {
    this.check(count);
    return Array.from({ length: Number(count) }, () => this.u64());
  }

  bytes(length: number): DataView {
    const at = this.advance(length);
    return new DataView(this.view.buffer, this.view.byteOffset + at, length);
  }

  skip(words: bigint): void {
    this.check(words);
    this.#at += Number(words) * 8;
  }

  /** Before anything is made as long as a record says. */
  private check(words: bigint): void {
    if (words * 8n > BigInt(this.view.byteLength - this.#at)) throw new RangeError('behind the end of the record');
  }

  private advance(bytes: number): number {
    const at = this.#at;
    if (bytes > this.view.byteLength - at) throw new RangeError('behind the end of the record');
    this.#at += bytes;
    return at;
  }
}
