import { statSync } from 'node:fs';
import { PerfType } from '../../abi/perf-event';
import { visible } from '../../base/safe-text';
import { HostFiles } from '../../host/host-files';
import { Memory } from '../../profile/memory';
import { PlaceSource } from '../../profile/place-source';
import { Places } from '../../profile/places';
import { Programs } from '../../profile/programs';
import { Recording } from '../../profile/recording';
import type { SampleCursor } from '../../profile/sample-cursor';
import { sampleFilter } from '../../profile/sample-filter';
import { StackUnwinder } from '../../profile/stack-unwinder';
import type { ThreadState } from '../../profile/timeline';
import { tracePrinter } from '../../profile/trace/print-format';
import { TraceData } from '../../profile/trace/trace-data';
import { CellTexts } from '../../report/profile/cell-text';
import { dumpRecords } from '../../report/profile/dump-text';
import { headerText } from '../../report/profile/header-text';
import { ChainCut } from '../../report/script/chain-cut';
import { FrameLines } from '../../report/script/frame-lines';
import { SampleText, type TraceText } from '../../report/script/sample-text';
import type { ScriptField } from '../../report/script/script-view';
import { chainNotices } from '../chain-notice';
import { accepting } from '../function-filter';
import { Pages } from '../pages';
import { endOfRecording } from '../recording-end';
import { filterFor } from '../recording-filter';
import { withSpooledInput } from '../spooled-input';
import { otherRecords } from './other-records';
import { checkFields } from './script-fields';
import type { ScriptOptions } from './script-options';

/**
 * `syswide script`: the samples of a recording, one by one.
 * @returns the exit status
 */
export const script = async (options: ScriptOptions): Promise<number> =>
  withSpooledInput(options.input, (path) => scriptOf(path, options));

function scriptOf(path: string, options: ScriptOptions): number {
  const { input, owner } = options;
  const recording = Recording.open(path, owner);
  try {
    const pages = new Pages();
    const notices: string[] = [];
    if (options.only === 'dump') dumpRecords(recording, input, (text) => pages.text.write(text));
    else {
      if (options.header) pages.text.write(headerText(recording.facts, statSync(path).mtime));
      if (options.only !== 'header') notices.push(...printSamples(recording, options, pages));
    }
    pages.end();
    return endOfRecording(input, recording, notices);
  } finally {
    recording.close();
  }
}

/** @returns what could not be had, for a person */
function printSamples(recording: Recording, options: ScriptOptions, pages: Pages): readonly string[] {
  const { symbols, functions, view, others, inlines, limit } = options;
  const filter = filterFor(options.filter, recording);
  checkFields(options.named, view.fieldsOf, recording.events.all);
  const { timeline: whole, kernel, processes, cgroups } = recording.readTasks();
  const timeline = whole.withoutForesight();
  const programs = new Programs(new HostFiles(), recording.builds, symbols, processes);
  const places = new Places(programs, kernel, recording.dsos);
  const { comms, events } = recording;
  const cells = new CellTexts(places.cells);
  const isOfThread = sampleFilter(filter, comms);
  const isOfFunction = accepting(functions, cells);
  const unwinder = StackUnwinder.for(recording, programs);
  const stateOf = ({ pid, tid, time }: SampleCursor) => timeline.stateAt(pid, tid, time);
  const wanted = (sample: SampleCursor, { comm, memory }: ThreadState): boolean =>
    (!isOfThread || isOfThread(sample, comm)) &&
    (!isOfFunction || isOfFunction(places.cellAt(sample.mode, memory, sample.ipLow, sample.ipHigh)));
  const shows = (field: ScriptField) => events.all.some((event) => view.fieldsOf(event).has(field));
  const source =
    shows('srcline') || inlines
      ? sourceOf(recording, new PlaceSource(places, programs), unwinder, stateOf, wanted)
      : undefined;
  const names = kernelNames(places);
  const traces = traceTexts(recording, names);
  const text = new SampleText(events.all, places, comms, view, traces, names, {
    cgroups,
    ...(source ? { source: { places: source, inlines } } : {}),
    // What has no name is not told apart: there may be as many addresses as samples.
    ...(shows('addr') ? { data: new Places(programs, kernel, recording.dsos, { exact: false, nameless: false }) } : {}),
    ...(limit ? { cut: new ChainCut(places, (cell) => cells.functionName(cell), limit) } : {}),
  });
  recording.eachInOrder(
    (sample, record) => {
      const state = stateOf(sample);
      if (!wanted(sample, state)) return;
      unwinder?.unwind(sample, state.memory);
      text.write(pages.text, sample, state, record);
    },
    otherRecords({ types: others, cpus: filter.cpus }, timeline, comms, (trailer, record, comm) =>
      text.writeOther(pages.text, trailer, record, comm),
    ),
  );
  return [...programs.notices, ...(shows('ip') ? chainNotices(events.all) : [])];
}

/** The source of all places that samples are from. */
function sourceOf(
  recording: Recording,
  source: PlaceSource,
  unwinder: StackUnwinder | undefined,
  stateOf: (sample: SampleCursor) => ThreadState,
  wanted: (sample: SampleCursor, state: ThreadState) => boolean,
): PlaceSource {
  recording.eachSample((sample) => {
    const state = stateOf(sample);
    if (!wanted(sample, state)) return;
    unwinder?.unwind(sample, state.memory);
    source.note(sample, state.memory);
  });
  source.ask();
  return source;
}

/** PERF_RECORD_MISC_KERNEL. */
const KERNEL = 1;

/** What names addresses of the kernel: `vfs_read+0x1f`. */
function kernelNames(places: Places): (address: bigint) => string | undefined {
  const nowhere = new Memory(0);
  const frames = new FrameLines(places, { ip: false, sym: true, symoff: true, dso: false, srcline: false });
  return (address) => frames.symbolOf(KERNEL, nowhere, Number(address & 0xffff_ffffn), Number(address >> 32n));
}

/** Texts for the raw data of tracepoints, by the layouts that the recording brings along. */
function traceTexts(recording: Recording, kernelName: ReturnType<typeof kernelNames>): TraceText {
  const formats = recording.tracepoints;
  const printers = new Map<bigint, ((view: DataView) => string) | undefined>();
  const printerOf = (id: bigint) => {
    const format = formats.get(Number(id));
    if (!format) return undefined;
    const data = new TraceData(format, recording.littleEndian);
    const print = tracePrinter(format, kernelName);
    return (view: DataView) => {
      data.take(view);
      return visible(print(data));
    };
  };
  return ({ type, config }, sample, record) => {
    if (type !== PerfType.tracepoint || sample.rawAt < 0) return undefined;
    if (!printers.has(config)) printers.set(config, printerOf(config));
    const raw = new DataView(record.buffer, record.byteOffset + sample.rawAt, sample.rawLength);
    return printers.get(config)?.(raw) ?? '';
  };
}
