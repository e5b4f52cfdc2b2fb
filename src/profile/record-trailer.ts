import { SampleType } from '../abi/perf-event';
import type { RecordedEvents } from './recorded-event';

/** What records end with that are no samples: when, where and in which thread (`sample_id_all`). 0 where they do not tell. */
export class RecordTrailer {
  pid = 0;
  tid = 0;
  cpu = 0;
  /** ns, rounded to 53 bits. */
  time = 0;
  timeLow = 0;
  timeHigh = 0;
  /** Of the event, rounded to 53 bits; NaN where it does not tell. */
  id = Number.NaN;
  /** Of samples alone. */
  readonly period = 0;
  readonly #bytes: number;
  /** Where they are from the beginning of the trailer; -1 for those that it does not have. */
  readonly #at: { readonly tid: number; readonly time: number; readonly cpu: number; readonly id: number };

  constructor(
    private readonly events: RecordedEvents,
    private readonly littleEndian: boolean,
  ) {
    const { sampleType, sampleIdAll } = events.first;
    const { tid, time, id, streamId, cpu, identifier } = SampleType;
    const fields = [tid, time, id, streamId, cpu, identifier].filter(
      (field) => sampleIdAll && (sampleType & field) !== 0n,
    );
    const at = (field: bigint): number => (fields.includes(field) ? fields.indexOf(field) * 8 : -1);
    this.#bytes = fields.length * 8;
    this.#at = { tid: at(tid), time: at(time), cpu: at(cpu), id: Math.max(at(id), at(identifier)) };
  }

  /** Index of the event that told of it; -1 for an id of none, and the first where there is no id. Looked up each time. */
  get event(): number {
    return this.id > 0 ? this.events.indexOf(this.id) : 0;
  }

  /** Whether it tells of times at all. */
  get hasTime(): boolean {
    return this.#at.time >= 0;
  }

  /** Whether it tells of CPUs at all. */
  get hasCpu(): boolean {
    return this.#at.cpu >= 0;
  }

  /** Reads that of a record whose body begins at `begin` in `view` and ends at `end`. */
  read(view: DataView, begin: number, end: number): void {
    const from = end - this.#bytes;
    const u32 = (at: number): number => (from < begin ? 0 : view.getUint32(from + at, this.littleEndian));
    const { tid, time, cpu, id } = this.#at;
    this.pid = tid < 0 ? 0 : u32(tid) | 0;
    this.tid = tid < 0 ? 0 : u32(tid + 4) | 0;
    this.cpu = cpu < 0 ? 0 : u32(cpu);
    const low = this.littleEndian ? 0 : 4;
    this.timeLow = time < 0 ? 0 : u32(time + low);
    this.timeHigh = time < 0 ? 0 : u32(time + 4 - low);
    this.time = this.timeHigh * 2 ** 32 + this.timeLow;
    this.id = id < 0 ? Number.NaN : u32(id + 4 - low) * 2 ** 32 + u32(id + low);
  }
}
