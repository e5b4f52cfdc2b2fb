import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import type { SampleMoments } from '../native/sample-records';
import { wholeMemory } from '../native/whole-memory';
import { AddressTable } from './address-table';
import { Column } from './column';
import type { Places } from './places';
import type { ReadSamples, SampleOwner } from './read-samples';
import type { Recording } from './recording';
import type { SampleCursor } from './sample-cursor';
import type { FilteredSample } from './sample-filter';
import { StackCollector } from './stack-collector';
import type { StackUnwinder } from './stack-unwinder';
import type { Stacks } from './stacks';
import type { Timeline } from './timeline';
import type { Troubles } from './trouble';

/** The samples of a recording, a number in each column for each, as they stand in the file. */
export interface TimedSamples {
  /** ns of the recording's clock. */
  readonly time: Float64Array;
  /** -1 where samples of the event do not tell. */
  readonly cpu: Int32Array;
  /** Index in `threads`. */
  readonly thread: Int32Array;
  readonly event: Int32Array;
  /** Number of its stack. */
  readonly stack: Int32Array;
  readonly period: Float64Array;
}

/** Samples are told apart by their functions alone: the rest is in their columns. */
const FUNCTIONS = { event: false, comm: false, pid: false, tid: false, cpu: false };

/** Gathers the samples of a recording. Functions are looked up once for each distinct stack, not for each sample. */
export class SampleColumns {
  /** Those that samples are of, as they come. */
  readonly threads: SampleOwner[] = [];
  /** When the last sample was taken, of those that are not wanted too. */
  end = 0;
  readonly #columns: ReturnType<typeof columnsFor>;
  readonly #threads = new AddressTable();
  readonly #collector: StackCollector;
  /** The stretch that is read. */
  #view: DataView = new DataView(new ArrayBuffer(0));

  /**
   * @param troubles told of all samples, and all that are none
   * @param wanted undefined: all are, of events that are known
   * @param count samples, as far as it is known
   * @param unwinder of copies of stacks, where samples have some
   */
  constructor(
    places: Places,
    private readonly recording: Recording,
    private readonly timeline: Timeline,
    private readonly troubles: Troubles,
    private readonly wanted: ((sample: FilteredSample, comm: number) => boolean) | undefined,
    count?: number,
    private readonly unwinder?: StackUnwinder,
  ) {
    this.#columns = columnsFor(wanted ? undefined : count);
    const listener = {
      onRead: (samples: ReadSamples) => this.addRead(samples),
      onStacks: (ids: Int32Array) => this.#columns.stack.append(ids),
    };
    this.#collector = new StackCollector(places, FUNCTIONS, recording.events, listener, unwinder?.spaces);
  }

  /** Reads all, once. @param onProgress told now and then how much is done, from 0 to 1 */
  readAll(onProgress: (done: number) => void): Stacks {
    const take = (records: Buffer) => {
      this.#view = new DataView(records.buffer, records.byteOffset, records.length);
      return this.#collector.addRecords(records, this.timeline);
    };
    return this.#collector.stacksAfter(() =>
      this.recording.eachStretch(
        // What is not wanted is not to be in a batch, and stacks are followed one by one.
        this.wanted || this.unwinder ? () => ({ bytes: 0, wrong: 0 }) : take,
        (sample) => this.add(sample),
        onProgress,
        (type, view, begin, end) => this.troubles.record(type, view, begin, end),
      ),
    );
  }

  get all(): TimedSamples {
    const { time, cpu, thread, event, stack, period } = this.#columns;
    return {
      ...{ time: time.numbers, cpu: this.toldCpus(cpu.numbers, event.numbers), thread: thread.numbers },
      ...{ event: event.numbers, stack: stack.numbers, period: period.numbers },
    };
  }

  private toldCpus(cpus: Int32Array, events: Int32Array): Int32Array {
    const tells = this.recording.events.all.map(({ offsets }) => offsets.cpu >= 0);
    return tells.every(Boolean) ? cpus : cpus.map((cpu, i) => (tells[events[i] ?? 0] ? cpu : -1));
  }

  private add(sample: SampleCursor): void {
    const { pid, tid, cpu, time, event, period } = sample;
    const state = this.timeline.stateAt(pid, tid, time);
    this.troubles.sample(cpu, time);
    this.end = Math.max(this.end, time);
    if (event < 0 || (this.wanted && !this.wanted(sample, state.comm))) return;
    this.push(time, cpu, this.threadOf({ pid, tid, comm: state.comm }), event, period);
    this.unwinder?.unwind(sample, state.memory);
    this.#collector.add(sample, state);
  }

  /** All of them are wanted. */
  private addRead(samples: ReadSamples): void {
    const { moments, others } = samples;
    const columns = this.#columns;
    this.addThreads(samples);
    columns.time.append(moments.time);
    columns.period.append(moments.period);
    columns.cpu.append(moments.cpu);
    columns.event.append(moments.event);
    let at = 0;
    for (let other = 0; other < others; other += 1) {
      at = this.addTimes(moments, at, samples.samplesBefore(other));
      this.addOther(samples.otherAt(other));
    }
    this.addTimes(moments, at, samples.count);
  }

  private addThreads({ count, ownerOf, owners }: ReadSamples): void {
    const threads = new Int32Array(owners.length).fill(-1);
    const column = this.#columns.thread;
    const from = column.length;
    const thread = column.extend(count);
    for (let i = 0; i < count; i += 1) {
      const owner = ownerOf[i] ?? 0;
      if (threads[owner] === -1) threads[owner] = this.threadOf(owners[owner]);
      thread[from + i] = threads[owner] ?? 0;
    }
  }

  /** Tells when samples were taken, one behind the other. @returns where they end */
  private addTimes({ time, cpu }: SampleMoments, from: number, to: number): number {
    let { end } = this;
    for (let i = from; i < to; i += 1) {
      const at = time[i] ?? 0;
      if (at > end) end = at;
      // Of samples of one CPU, one behind the other, the last one is to be told.
      if (i + 1 === to || cpu[i] !== cpu[i + 1]) this.troubles.sample((cpu[i] ?? 0) >>> 0, at);
    }
    this.end = end;
    return to;
  }

  private addOther(at: number): void {
    const view = this.#view;
    const size = view.getUint16(at + HEADER_SIZE_OFFSET, true);
    this.troubles.record(view.getUint32(at, true), view, at + HEADER_BYTES, at + size);
  }

  private push(time: number, cpu: number, thread: number, event: number, period: number): void {
    const columns = this.#columns;
    columns.time.push(time);
    columns.cpu.push(cpu);
    columns.thread.push(thread);
    columns.event.push(event);
    columns.period.push(period);
  }

  private threadOf(owner: SampleOwner = NOBODY): number {
    const { pid, tid, comm } = owner;
    const known = this.#threads.get(comm, pid, tid);
    if (known >= 0) return known;
    this.#threads.set(comm, pid, tid, this.threads.length);
    this.threads.push(owner);
    return this.threads.length - 1;
  }
}

/** Bytes of a sample in all columns, and so many samples there is room for where nothing is known. */
const [SAMPLE_BYTES, FIRST_ROOM] = [32, 1 << 10];

/** Columns in one piece of memory. @param room for so many samples before they have to grow */
function columnsFor(room = FIRST_ROOM) {
  const memory = wholeMemory(room * SAMPLE_BYTES);
  let at = 0;
  const placed = <T extends Int32Array | Float64Array>(numbers: T): T => {
    at += numbers.byteLength;
    return numbers;
  };
  const doubles = () => new Column(Float64Array, placed(new Float64Array(memory, at, room)));
  const words = () => new Column(Int32Array, placed(new Int32Array(memory, at, room)));
  return { time: doubles(), period: doubles(), cpu: words(), thread: words(), event: words(), stack: words() };
}

const NOBODY: SampleOwner = { pid: 0, tid: 0, comm: 0 };
