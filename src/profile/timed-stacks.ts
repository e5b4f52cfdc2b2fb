import { RecordType } from '../abi/ring-page';
import type { HostFiles } from '../host/host-files';
import type { Cells } from './cells';
import { Places } from './places';
import { Programs, type SymbolPlaces } from './programs';
import type { SampleOwner } from './read-samples';
import type { Recording, RecordingTotals } from './recording';
import { SampleColumns, type TimedSamples } from './sample-columns';
import { type SampleFilter, sampleFilter, touches } from './sample-filter';
import { type SourceOfPlaces, sourceOf, withSource } from './source-lines';
import { StackUnwinder } from './stack-unwinder';
import type { Stacks } from './stacks';
import type { KernelRange } from './task-records';
import { type Trouble, Troubles } from './trouble';

/** A recording sample by sample: when, where, who, and the stack. */
export interface TimedProfile {
  readonly stacks: Stacks;
  readonly cells: Cells;
  readonly threads: readonly SampleOwner[];
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
  const places = new Places(programs, kernel, recording.dsos, { exact: inlines || addresses, nameless: addresses });
  const troubles = new Troubles(recording.events, recording.littleEndian);
  const count = totals.records.get(RecordType.sample);
  const wanted = sampleFilter(filter, recording.comms);
  const unwinder = StackUnwinder.for(recording, programs);
  const samples = new SampleColumns(places, recording, timeline, troubles, wanted, count, unwinder);
  const all = samples.readAll((done) => onProgress?.((1 + done * 3) / 4));
  const shown = inlines && !addresses ? withSource(all, places, programs, { lines: false, inlines }) : all;
  const source = inlines && addresses ? sourceOf(places, programs) : undefined;
  const fileOf = (path: string) => programs.fileOf(path);
  return {
    stacks: shown,
    cells: places.cells,
    threads: samples.threads,
    samples: samples.all,
    troubles: troubles.all(samples.end).filter((one) => isWanted(one, filter)),
    totals,
    ...(addresses ? { addresses: { kernel, fileOf, ...(source ? { source } : {}) } } : {}),
    notices: programs.notices,
  };
}

const isWanted = ({ cpu, from, to }: Trouble, { cpus, times }: SampleFilter): boolean =>
  (cpus?.has(cpu) ?? true) && touches(from, to, times);
