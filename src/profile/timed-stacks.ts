import type { HostFiles } from '../host/host-files';
import { AddressTable } from './address-table';
import { Column } from './column';
import { Places } from './places';
import { Programs, type SymbolPlaces } from './programs';
import type { Recording, RecordingTotals } from './recording';
import type { SampleCursor } from './sample-cursor';
import { type SampleFilter, sampleFilter } from './sample-filter';
import { type SourceOfPlaces, sourceOf, withSource } from './source-lines';
import { StackCollector } from './stack-collector';
import type { Stacks } from './stacks';
import type { KernelRange } from './task-records';
import type { ThreadState } from './timeline';
import { type Trouble, Troubles } from './trouble';

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
  /** Number in `stacks`. */
  readonly stack: Int32Array;
  readonly period: Float64Array;
}

/** A recording sample by sample: when, where, who, and the stack. */
export interface TimedProfile {
  readonly stacks: Stacks;
  readonly places: Places;
  readonly threads: readonly TimedThread[];
  readonly samples: TimedSamples;
  readonly troubles: readonly Trouble[];
  readonly totals: RecordingTotals;
  /** Present where addresses were asked for: then cells are exact places. */
  readonly addresses?: PlaceAddresses;
  /** What could not be had, for a person. */
  readonly notices: readonly string[];
}

/** What is known of exact places besides their functions. */
export interface PlaceAddresses {
  /** Where the kernel's code is. */
  readonly kernel: readonly KernelRange[];
  /** The file that a program's functions were looked up in. */
  readonly fileOf: (path: string) => string | undefined;
  /** Absent where inlined functions were not asked for. */
  readonly source?: SourceOfPlaces;
}

/** How one is made. */
export interface TimedRequest {
  readonly filter: SampleFilter;
  readonly symbols: SymbolPlaces;
  readonly files: HostFiles;
  /** Whether functions that the compiler put into others are frames of their own. */
  readonly inlines?: boolean;
  /** Whether addresses of one function are told apart; then inlined functions are told besides, and are no frames. */
  readonly addresses?: boolean;
  /** Told now and then how much of the work is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Goes through a recording, and keeps of each sample a few numbers. @throws SyswideError BAD_FILE */
export function timedProfileOf(recording: Recording, request: TimedRequest): TimedProfile {
  const { filter, symbols, files, inlines = false, addresses = false, onProgress } = request;
  const { timeline, kernel, totals, processes } = recording.readTasks((done) => onProgress?.(done / 4));
  const programs = new Programs(files, recording.builds, symbols, processes);
  const places = new Places(programs, kernel, recording.dsos, inlines || addresses);
  const stacks = new TimedStacks(places);
  const troubles = new Troubles(recording.events, recording.littleEndian);
  const wanted = sampleFilter(filter, recording.comms);
  let end = 0;
  const addAll = () =>
    recording.eachRecord(
      (sample) => {
        const state = timeline.stateAt(sample.pid, sample.tid, sample.time);
        troubles.sample(sample.cpu, sample.time);
        end = Math.max(end, sample.time);
        if (sample.event >= 0 && (!wanted || wanted(sample, state.comm))) stacks.add(sample, state);
      },
      (type, view, begin, stop) => troubles.record(type, view, begin, stop),
      (done) => onProgress?.((1 + done * 3) / 4),
    );
  const all = stacks.after(addAll);
  const shown = inlines && !addresses ? withSource(all, places, programs, { lines: false, inlines }) : all;
  const source = inlines && addresses ? sourceOf(places, programs) : undefined;
  const fileOf = (path: string) => programs.fileOf(path);
  return {
    stacks: shown,
    places,
    threads: stacks.threads,
    samples: stacks.samples,
    troubles: troubles.all(end).filter(({ cpu }) => filter.cpus?.has(cpu) ?? true),
    totals,
    ...(addresses ? { addresses: { kernel, fileOf, ...(source ? { source } : {}) } } : {}),
    notices: programs.notices,
  };
}

/** Samples are told apart by their functions alone: the rest is in their columns. */
const FUNCTIONS = { event: false, comm: false, pid: false, tid: false, cpu: false };

/** Gathers samples. Functions are looked up once for each distinct stack, not for each sample. */
class TimedStacks {
  readonly threads: TimedThread[] = [];
  readonly #columns = {
    time: new Column(Float64Array),
    cpu: new Column(Int32Array),
    thread: new Column(Int32Array),
    event: new Column(Int32Array),
    stack: new Column(Int32Array),
    period: new Column(Float64Array),
  };
  readonly #threads = new AddressTable();
  readonly #collector: StackCollector;

  constructor(places: Places) {
    this.#collector = new StackCollector(places, FUNCTIONS, undefined, (ids) => {
      for (let i = 0; i < ids.length; i += 1) this.#columns.stack.push(ids[i] ?? 0);
    });
  }

  add(sample: SampleCursor, state: ThreadState): void {
    const columns = this.#columns;
    columns.time.push(sample.time);
    columns.cpu.push(sample.cpu);
    columns.thread.push(this.threadOf(sample.pid, sample.tid, state.comm));
    columns.event.push(sample.event);
    columns.period.push(sample.period);
    this.#collector.add(sample, state);
  }

  /** The stacks of all that have come. @param addAll adds them, and may throw */
  after(addAll: () => void): Stacks {
    return this.#collector.stacksAfter(addAll);
  }

  get samples(): TimedSamples {
    const { time, cpu, thread, event, stack, period } = this.#columns;
    return {
      ...{ time: time.numbers, cpu: cpu.numbers, thread: thread.numbers, event: event.numbers },
      ...{ stack: stack.numbers, period: period.numbers },
    };
  }

  private threadOf(pid: number, tid: number, comm: number): number {
    const known = this.#threads.get(comm, pid, tid);
    if (known >= 0) return known;
    this.#threads.set(comm, pid, tid, this.threads.length);
    this.threads.push({ pid, tid, comm });
    return this.threads.length - 1;
  }
}
