import type { HostFiles } from '../host/host-files';
import { AddressTable } from './address-table';
import { cellsOf } from './call-chain';
import { Column } from './column';
import type { Memory } from './memory';
import { Places } from './places';
import { Programs, type SymbolPlaces } from './programs';
import type { Recording, RecordingTotals } from './recording';
import type { SampleCursor } from './sample-cursor';
import { type SampleFilter, sampleFilter } from './sample-filter';
import { StackTrie } from './stack-trie';
import { type Trouble, Troubles } from './trouble';
import { WordTable } from './word-table';

/** A thread by the name that it had. */
export interface TimedThread {
  readonly pid: number;
  readonly tid: number;
  /** Number of its name: see `Recording.comms`. */
  readonly comm: number;
}

/** The samples of a recording, a number in each column for each, as they stand in the file. */
export interface TimedSamples {
  /** ns of the recording's clock. */
  readonly time: Float64Array;
  readonly cpu: Int32Array;
  /** Index in `threads`. */
  readonly thread: Int32Array;
  readonly event: Int32Array;
  /** Node of the tree of stacks. */
  readonly node: Int32Array;
  readonly period: Float64Array;
}

/** A recording sample by sample: when, where, who, and the stack. */
export interface TimedProfile {
  /** Its frames are cells: see `Places.cells`. */
  readonly trie: StackTrie;
  readonly places: Places;
  readonly threads: readonly TimedThread[];
  readonly samples: TimedSamples;
  readonly troubles: readonly Trouble[];
  readonly totals: RecordingTotals;
  /** What could not be had, for a person. */
  readonly notices: readonly string[];
}

/** How one is made. */
export interface TimedRequest {
  readonly filter: SampleFilter;
  readonly symbols: SymbolPlaces;
  readonly files: HostFiles;
  /** Told now and then how much of the work is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Goes through a recording, and keeps of each sample a few numbers. @throws SyswideError BAD_FILE */
export function timedProfileOf(recording: Recording, request: TimedRequest): TimedProfile {
  const { filter, symbols, files, onProgress } = request;
  const { timeline, kernel, totals, processes } = recording.readTasks((done) => onProgress?.(done / 4));
  const programs = new Programs(files, recording.builds, symbols, processes);
  const places = new Places(programs, kernel, recording.dsos);
  const stacks = new TimedStacks(places);
  const troubles = new Troubles(recording.events, recording.littleEndian);
  const wanted = sampleFilter(filter, recording.comms);
  let end = 0;
  recording.eachRecord(
    (sample) => {
      const { memory, comm } = timeline.stateAt(sample.pid, sample.tid, sample.time);
      troubles.sample(sample.cpu, sample.time);
      end = Math.max(end, sample.time);
      if (sample.event >= 0 && (!wanted || wanted(sample, comm))) stacks.add(sample, memory, comm);
    },
    (type, view, begin, stop) => troubles.record(type, view, begin, stop),
    (done) => onProgress?.((1 + done * 3) / 4),
  );
  const { trie, threads, samples } = stacks;
  return { trie, places, threads, samples, troubles: troubles.all(end), totals, notices: programs.notices };
}

/** Words before a call chain by which equal ones are known. */
const [MEMORY, MODE, IP_LOW, IP_HIGH, CHAIN] = [0, 1, 2, 3, 4];

/** Gathers samples. Functions are looked up once for each distinct call chain, not for each sample. */
class TimedStacks {
  readonly trie = new StackTrie();
  readonly threads: TimedThread[] = [];
  readonly #columns = {
    time: new Column(Float64Array),
    cpu: new Column(Int32Array),
    thread: new Column(Int32Array),
    event: new Column(Int32Array),
    node: new Column(Int32Array),
    period: new Column(Float64Array),
  };
  readonly #chains = new WordTable();
  readonly #nodes = new Column(Int32Array);
  readonly #threads = new AddressTable();
  readonly #cells: number[] = [];
  #scratch = new Int32Array(1 << 12);

  constructor(private readonly places: Places) {}

  add(sample: SampleCursor, memory: Memory, comm: number): void {
    const columns = this.#columns;
    columns.time.push(sample.time);
    columns.cpu.push(sample.cpu);
    columns.thread.push(this.threadOf(sample.pid, sample.tid, comm));
    columns.event.push(sample.event);
    columns.node.push(this.nodeOf(sample, memory));
    columns.period.push(sample.period);
  }

  get samples(): TimedSamples {
    const { time, cpu, thread, event, node, period } = this.#columns;
    return {
      time: time.numbers,
      cpu: cpu.numbers,
      thread: thread.numbers,
      event: event.numbers,
      node: node.numbers,
      period: period.numbers,
    };
  }

  private nodeOf(sample: SampleCursor, memory: Memory): number {
    const { words, chainAt, chainLength } = sample;
    const length = CHAIN + chainLength * 2;
    if (this.#scratch.length < length) this.#scratch = new Int32Array(length * 2);
    const scratch = this.#scratch;
    scratch[MEMORY] = memory.id;
    scratch[MODE] = sample.mode;
    scratch[IP_LOW] = sample.ipLow;
    scratch[IP_HIGH] = sample.ipHigh;
    for (let i = 0; i < chainLength * 2; i += 1) scratch[CHAIN + i] = words[chainAt + i] ?? 0;
    const chain = this.#chains.intern(scratch, 0, length);
    if (chain < this.#nodes.length) return this.#nodes.at(chain);
    cellsOf(this.places, memory, sample, this.#cells);
    const node = this.trie.nodeOf(this.#cells);
    this.#nodes.push(node);
    return node;
  }

  private threadOf(pid: number, tid: number, comm: number): number {
    const known = this.#threads.get(comm, pid, tid);
    if (known >= 0) return known;
    this.#threads.set(comm, pid, tid, this.threads.length);
    this.threads.push({ pid, tid, comm });
    return this.threads.length - 1;
  }
}
