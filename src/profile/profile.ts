import type { HostFiles } from '../host/host-files';
import type { Cells } from './cells';
import type { Cgroups } from './cgroups';
import { type ChainTrim, trimmed } from './chain-trim';
import { Places } from './places';
import { Programs, type SymbolPlaces } from './programs';
import type { Recording, RecordingTotals } from './recording';
import type { SampleCursor } from './sample-cursor';
import { type SampleFilter, sampleFilter } from './sample-filter';
import { SampleSums } from './sample-sums';
import { type SourceRequest, withSource } from './source-lines';
import { StackCollector, type StackKeys } from './stack-collector';
import { StackUnwinder } from './stack-unwinder';
import type { Stacks } from './stacks';
import type { Timeline } from './timeline';

/** A recording by its stacks. */
export interface Profile {
  readonly stacks: Stacks;
  readonly cells: Cells;
  readonly totals: RecordingTotals;
  /** Which name a thread had, and when. */
  readonly timeline: Timeline;
  /** Those that records tell of, and by which stacks are told apart where that is asked for. */
  readonly cgroups: Cgroups;
  /** Samples that were not wanted, but count for shares. */
  readonly hidden: SampleSums;
  /** What could not be had, for a person. */
  readonly notices: readonly string[];
}

/** How a profile is made. */
export interface ProfileRequest {
  readonly keys: StackKeys;
  readonly filter: SampleFilter;
  /** Samples that it leaves out are counted: see `hidden`. */
  readonly hiding?: SampleFilter;
  readonly symbols: SymbolPlaces;
  readonly files: HostFiles;
  /** Absent: only functions, which takes much less. */
  readonly source?: SourceRequest;
  /** Absent: call chains are whole. */
  readonly trim?: ChainTrim;
  /** Told now and then how much of the work is done, from 0 to 1. */
  readonly onProgress?: (done: number) => void;
}

/** Goes through a recording, and puts samples with equal stacks together. @throws SyswideError BAD_FILE */
export function profileOf(recording: Recording, request: ProfileRequest): Profile {
  const { keys, filter, hiding = {}, symbols, files, source, onProgress } = request;
  const { timeline, kernel, totals, processes, cgroups } = recording.readTasks((done) => onProgress?.(done / 4));
  const programs = new Programs(files, recording.builds, symbols, processes);
  const places = new Places(programs, kernel, recording.dsos, { exact: source !== undefined, nameless: true });
  const unwinder = StackUnwinder.for(recording, programs);
  const collector = new StackCollector(places, keys, recording.events, undefined, unwinder?.spaces, cgroups);
  const wanted = sampleFilter(filter, recording.comms);
  const shown = sampleFilter(hiding, recording.comms);
  const hidden = new SampleSums();
  const add = (sample: SampleCursor) => {
    const state = timeline.stateAt(sample.pid, sample.tid, sample.time);
    if (wanted && !wanted(sample, state.comm)) return;
    if (shown && !shown(sample, state.comm)) {
      hidden.add(sample.event, sample.period);
      return;
    }
    unwinder?.unwind(sample, state.memory);
    collector.add(sample, state);
  };
  const onPart = (done: number) => onProgress?.((1 + done * 3) / 4);
  const exact = collector.stacksAfter(() => {
    // C knows of no cgroups.
    if (wanted || shown || unwinder || keys.cgroup) recording.eachSample(add, onPart);
    else recording.eachStretch((records) => collector.addRecords(records, timeline), add, onPart);
  });
  const whole = source ? withSource(exact, places, programs, source) : exact;
  const stacks = request.trim ? trimmed(whole, places.cells, request.trim) : whole;
  return { stacks, cells: places.cells, totals, timeline, cgroups, hidden, notices: programs.notices };
}
