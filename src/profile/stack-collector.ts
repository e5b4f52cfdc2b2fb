import { NOWHERE } from '../native/layout';
import { SAMPLE_KEYS, type SampleBatch } from '../native/sample-batch';
import { type SampledThread, type SampleFormat, SampleRecords } from '../native/sample-records';
import { type FunctionAt, SampleStacks } from '../native/sample-stacks';
import { Cgroups } from './cgroups';
import { Mode } from './chain-context';
import { Memory } from './memory';
import type { Place, Places } from './places';
import { ReadSamples } from './read-samples';
import type { RecordedEvent, RecordedEvents } from './recorded-event';
import type { SampleCursor } from './sample-cursor';
import { type KnownSpace, Spaces } from './spaces';
import { Stacks, StackWord } from './stacks';
import type { ThreadState, Timeline } from './timeline';

/** What samples are told apart by besides their call chains. */
export interface StackKeys {
  readonly event: boolean;
  readonly comm: boolean;
  readonly pid: boolean;
  readonly tid: boolean;
  readonly cpu: boolean;
  /** Such samples are added one by one: see `add`. */
  readonly cgroup?: boolean;
}

/** For addresses that are in no process's. */
const NO_MEMORY = new Memory(0);

/** Who wants to know of each sample, in the order in which they come. */
export interface SampleListener {
  /** Told of a batch of samples that were read out of records, before they are counted, and of what came between them. */
  readonly onRead: (samples: ReadSamples) => void;
  /** Told which stacks samples are of; valid until it returns. */
  readonly onStacks: (ids: Int32Array) => void;
}

/** Puts samples with equal stacks together. Owns what it holds in C until `stacksAfter`. */
export class StackCollector {
  readonly #samples: SampleStacks;
  readonly #key = new Int32Array(SAMPLE_KEYS);
  /** Of all that samples were in, as C may ask for an address of any. */
  readonly #memories = new Map<number, Memory>();
  #last: Memory = NO_MEMORY;
  readonly #records: SampleRecords;
  /** Where somebody listens. */
  readonly #read: ReadSamples | undefined;

  /** @param events of the recording, for who adds records */
  constructor(
    private readonly places: Pick<Places, 'tells' | 'placeAt' | 'nowhere' | 'programPlace'>,
    private readonly keys: StackKeys,
    events?: RecordedEvents,
    private readonly listener?: SampleListener,
    private readonly spaces = new Spaces(),
    /** What numbers the places of samples that are told apart by their cgroups. */
    private readonly cgroups = new Cgroups(),
  ) {
    const onStacks = listener?.onStacks ?? (() => {});
    const cellAt: FunctionAt = (space, low, high) => this.placeAt(space, low, high).cell;
    this.#samples = new SampleStacks(cellAt, onStacks, !places.tells.nameless);
    const formats = events?.all.map(formatOf) ?? [];
    this.#records = new SampleRecords(formats, events?.ids ?? new Map(), keys, listener !== undefined);
    this.#read = listener && new ReadSamples(this.#records);
  }

  add(sample: SampleCursor, state: ThreadState): void {
    const key = this.#key;
    key[StackWord.event] = this.keys.event ? sample.event : 0;
    key[StackWord.pid] = this.keys.pid ? sample.pid : 0;
    key[StackWord.tid] = this.keys.tid ? sample.tid : 0;
    const cpu = this.keys.cpu ? sample.cpu : 0;
    key[StackWord.cpu] = this.keys.cgroup ? this.cgroups.placeOf(sample, cpu) : cpu;
    this.#samples.add(key, this.commOf(state), this.spaceOf(state.memory), sample);
  }

  /**
   * Adds samples as they stand in records, and tells the listener of them.
   * @param records of this machine's byte order, one behind the other
   * @returns how many bytes of them are done, and how many samples among those are of no event or not whole: for a listener,
   * all samples are as they should be
   */
  addRecords(records: Buffer, timeline: Timeline): { readonly bytes: number; readonly wrong: number } {
    let wrong = 0;
    const reader = this.#records;
    const bytes = this.#samples.addRecords(reader, records, (batch, done) => {
      if (this.#read && reader.wrong > 0) return false;
      wrong += reader.wrong;
      this.#read?.begin(batch, done);
      this.describe(batch, timeline);
      if (this.#read) this.listener?.onRead(this.#read);
      return true;
    });
    return { bytes, wrong };
  }

  /** Tells of the threads of a batch, and then of those that became others within it. */
  private describe(batch: SampleBatch, timeline: Timeline): void {
    const threads = this.#records.threads;
    const changed = new Set<number>();
    for (const [i, thread] of threads.entries()) {
      const { state, to } = timeline.spanOf(thread.pid, thread.tid, thread.begin);
      batch.tell(this.commOf(state), this.spaceOf(state.memory));
      this.#read?.addOwner(thread, state.comm);
      if (thread.end >= to) changed.add(i);
    }
    if (changed.size > 0) this.tellChanged(batch, timeline, threads, changed);
  }

  private tellChanged(
    batch: SampleBatch,
    timeline: Timeline,
    threads: readonly SampledThread[],
    changed: ReadonlySet<number>,
  ): void {
    for (let sample = 0; sample < batch.count; sample += 1) {
      const number = batch.threadOf(sample);
      const thread = threads[number];
      if (!thread || !changed.has(number)) continue;
      const state = timeline.stateAt(thread.pid, thread.tid, this.#records.timeOf(sample));
      this.#read?.setOwner(sample, thread, state.comm);
      batch.setThread(sample, batch.tellAgain(this.commOf(state), this.spaceOf(state.memory)));
    }
  }

  private commOf({ comm }: ThreadState): number {
    return this.keys.comm ? comm : 0;
  }

  /** All that there are after something that adds samples, and may throw. Nothing can be added any more. */
  stacksAfter(addAll: () => void): Stacks {
    try {
      addAll();
      return new Stacks(this.#samples.stacks());
    } finally {
      this.#samples.close();
    }
  }

  private spaceOf(memory: Memory): KnownSpace {
    if (memory !== this.#last) this.#memories.set(memory.id, memory);
    this.#last = memory;
    return this.spaces.of(memory);
  }

  private placeAt(space: number, low: number, high: number): Place {
    if (space > 0) return this.places.placeAt(Mode.user, this.#memories.get(space) ?? NO_MEMORY, low, high);
    if (space === NOWHERE) return this.places.nowhere(low, high);
    if (space < NOWHERE) return this.places.programPlace(NOWHERE - 1 - space, low, high);
    return this.places.placeAt(-space, NO_MEMORY, low, high);
  }
}

function formatOf({ offsets, readFormat, samplePeriod }: RecordedEvent): SampleFormat {
  const { ip, tid, time, cpu, period, identifier, id, variable, hasCounts, hasCallchain } = offsets;
  return {
    ...{ ip, tid, time, cpu, period, variable, hasCounts, readFormat, samplePeriod },
    id: identifier >= 0 ? identifier : id,
    hasChain: hasCallchain,
  };
}
