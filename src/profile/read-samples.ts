import { BATCH } from '../native/layout';
import type { SampleBatch } from '../native/sample-batch';
import type { SampledThread, SampleMoments, SampleRecords } from '../native/sample-records';

/** Whose a sample is: a thread by the name that it had. */
export interface SampleOwner {
  readonly pid: number;
  readonly tid: number;
  /** Number of its name: see `Recording.comms`. */
  readonly comm: number;
}

/** Samples that C has read out of records, and has not counted yet: a batch of them after the other. */
export class ReadSamples {
  /** Of the batch. */
  readonly owners: SampleOwner[] = [];
  readonly #ownerOf = new Int32Array(BATCH);
  #batch: SampleBatch | undefined;
  #from = 0;

  constructor(private readonly records: SampleRecords) {}

  /** Begins with another batch, each sample of its own thread. @param from where the records of it begin */
  begin(batch: SampleBatch, from: number): void {
    this.#batch = batch;
    this.#from = from;
    this.owners.length = 0;
    for (let i = 0; i < batch.count; i += 1) this.#ownerOf[i] = batch.threadOf(i);
  }

  /** Tells of the threads, in the order of their numbers. */
  addOwner({ pid, tid }: SampledThread, comm: number): void {
    this.owners.push({ pid, tid, comm });
  }

  /** Tells of a sample that is of another name than the thread it is of. */
  setOwner(sample: number, { pid, tid }: SampledThread, comm: number): void {
    const last = this.owners.at(-1);
    if (last?.pid !== pid || last.tid !== tid || last.comm !== comm) this.owners.push({ pid, tid, comm });
    this.#ownerOf[sample] = this.owners.length - 1;
  }

  get count(): number {
    return this.#batch?.count ?? 0;
  }

  /** Of each sample: index in `owners`. */
  get ownerOf(): Int32Array {
    return this.#ownerOf;
  }

  /** When and where each was taken: valid until the next batch begins. */
  get moments(): SampleMoments {
    return this.records.moments;
  }

  /** How many records among them are no samples. */
  get others(): number {
    return this.records.others;
  }

  /** Where such a record begins. */
  otherAt(other: number): number {
    return this.#from + this.records.otherAt(other);
  }

  samplesBefore(other: number): number {
    return this.records.samplesBefore(other);
  }
}
