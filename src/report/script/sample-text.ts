import { PerfType, SoftwareId } from '../../abi/perf-event';
import { RecordType } from '../../abi/ring-page';
import { visible } from '../../base/safe-text';
import type { Cgroups } from '../../profile/cgroups';
import { Mode } from '../../profile/chain-context';
import type { Memory } from '../../profile/memory';
import type { Names } from '../../profile/names';
import type { Places } from '../../profile/places';
import type { RecordTrailer } from '../../profile/record-trailer';
import type { RecordedEvent } from '../../profile/recorded-event';
import type { OtherRecord } from '../../profile/recording';
import type { SampleCursor } from '../../profile/sample-cursor';
import type { ThreadState } from '../../profile/timeline';
import type { TextBuffer } from '../text-buffer';
import type { ChainCut } from './chain-cut';
import { ChainLines } from './chain-lines';
import { type FrameFields, FrameLines, type FrameSource, hexadecimal } from './frame-lines';
import { recordText } from './record-text';
import { SampleHead, SampleTimes } from './sample-head';
import type { ScriptField, ScriptView } from './script-view';

/** Text of the raw data of tracepoints; undefined for an event without. */
export type TraceText = (event: RecordedEvent, sample: SampleCursor, view: DataView) => string | undefined;

/** What functions are shown with. */
export interface FrameParts {
  /** Absent: without what is known of the source. */
  readonly source?: FrameSource;
  /** Absent: call chains are shown whole. */
  readonly cut?: ChainCut;
  /** Those that the recording tells of. Absent: all are unknown. */
  readonly cgroups?: Cgroups;
  /** Where the data of processes are. Absent: addresses that were accessed have no names. */
  readonly data?: Places;
}

/** How one event's samples are shown. */
interface EventStyle {
  readonly event: RecordedEvent;
  readonly head: SampleHead;
  readonly frames: FrameLines;
  /** Absent where call chains are not shown. */
  readonly chains?: ChainLines;
  /** Whether it is shown where it was taken. */
  readonly hasPlace: boolean;
  readonly hasTrace: boolean;
  /** Without any field, nothing is. */
  readonly isShown: boolean;
  readonly hasAddress: boolean;
  readonly hasCgroup: boolean;
  /** Absent where an address that was accessed is shown without a name. */
  readonly data?: FrameLines;
}

/** Samples as perf script prints them. Source: process_event() in tools/perf/builtin-script.c, Linux 6.1. */
export class SampleText {
  readonly #styles: readonly EventStyle[];
  readonly #otherHeads: readonly SampleHead[];
  readonly #cgroups: Cgroups | undefined;

  constructor(
    events: readonly RecordedEvent[],
    places: Places,
    comms: Names,
    { fieldsOf, callChains, nanoseconds, relative }: ScriptView,
    private readonly traceText: TraceText,
    /** Of an address, where it has a name. */
    private readonly kernelName: (address: bigint) => string | undefined,
    { source, cut, data, cgroups }: FrameParts = {},
  ) {
    this.#cgroups = cgroups;
    const width = Math.max(0, ...events.map(({ name }) => visible(name).length));
    const frames = new Map<string, { readonly frames: FrameLines; readonly chains: ChainLines }>();
    const framesOf = (fields: ReadonlySet<ScriptField>) => {
      const shown = frameFields(fields);
      const key = JSON.stringify(shown);
      const lines = new FrameLines(places, shown, source);
      const known = frames.get(key) ?? { frames: lines, chains: new ChainLines(lines, cut) };
      frames.set(key, known);
      return known;
    };
    const times = new SampleTimes();
    this.#otherHeads = events.map((event) => {
      const fields = new Set([...fieldsOf(event)].filter((field) => ofAll.has(field)));
      const hasChain = callChains && event.offsets.hasCallchain && fieldsOf(event).has('ip');
      const style = { event, fields, name: '', hasChain, nanoseconds, ...(relative ? { relative } : {}) };
      return new SampleHead(style, comms, times);
    });
    this.#styles = events.map((event) => {
      const fields = fieldsOf(event);
      const { frames, chains } = framesOf(fields);
      const hasChain = callChains && event.offsets.hasCallchain && fields.has('ip');
      const name = `${visible(event.name).padStart(width)}: `;
      const style = { event, fields, name, hasChain, nanoseconds, ...(relative ? { relative } : {}) };
      return {
        event,
        head: new SampleHead(style, comms, times),
        frames,
        ...(hasChain ? { chains } : {}),
        hasPlace: fields.has('ip') || (!fields.has('addr') && (fields.has('sym') || fields.has('dso'))),
        hasTrace: fields.has('trace'),
        isShown: fields.size > 0,
        hasAddress: fields.has('addr') && event.offsets.addr >= 0,
        hasCgroup: fields.has('cgroup') && event.offsets.cgroupFromEnd > 0,
        ...(data && namesAddress(event) ? { data: new FrameLines(data, frameFields(fields)) } : {}),
      };
    });
  }

  /**
   * Writes the text of a record that is no sample.
   * @param comm number of the name of the thread that it tells of
   */
  writeOther(to: TextBuffer, trailer: RecordTrailer, record: OtherRecord, comm: number): void {
    const head = this.#otherHeads[trailer.event] ?? this.#otherHeads[0];
    // The end of a round is nobody's, and has no time.
    if (record.type !== RecordType.finishedRound) head?.write(to, trailer, comm);
    to.write(recordText(record, this.kernelName));
    to.byte(NEWLINE);
  }

  /**
   * Writes the text of a sample.
   * @param record the view that it lies in
   */
  write(to: TextBuffer, sample: SampleCursor, state: ThreadState, record: DataView): void {
    const style = this.#styles[sample.event];
    if (!style?.isShown) return;
    style.head.write(to, sample, state.comm);
    if (style.hasTrace) to.write(this.traceText(style.event, sample, record) ?? '');
    if (style.hasAddress) to.write(accessed(sample, state.memory, style.data));
    if (style.hasCgroup) to.write(` ${this.cgroupOf(sample)}`);
    if (style.chains && style.hasPlace && sample.chainLength > 0) {
      to.byte(NEWLINE);
      style.chains.write(to, sample, state.memory);
    } else if (style.hasPlace) {
      to.write(` ${style.frames.alone(sample.mode, state.memory, sample.ipLow, sample.ipHigh)}`);
    }
    to.byte(NEWLINE);
  }

  private cgroupOf(sample: SampleCursor): string {
    return visible(this.#cgroups?.nameOf(this.#cgroups.of(sample)) ?? UNKNOWN_CGROUP);
  }
}

/** perf's word. */
const UNKNOWN_CGROUP = 'unknown';

/** An address that was accessed. */
function accessed({ addrLow, addrHigh }: SampleCursor, memory: Memory, data: FrameLines | undefined): string {
  // As in perf, whoever accessed it: addresses of the kernel have the highest bit.
  const mode = addrHigh >> 31 === 0 ? Mode.user : Mode.kernel;
  return hexadecimal(addrLow, addrHigh) + (data?.behind(mode, memory, addrLow, addrHigh) ?? '');
}

/** Whether addresses have names as in perf. Source: sample_addr_correlates_sym() in tools/perf/util/event.c, Linux 6.1. */
const namesAddress = ({ type, config }: RecordedEvent): boolean =>
  type === PerfType.software && pageFaults.has(Number(config));

const pageFaults = new Set<number>([SoftwareId.pageFaults, SoftwareId.minorFaults, SoftwareId.majorFaults]);

/** Fields that not only samples have. */
const ofAll = new Set<ScriptField>(['comm', 'pid', 'tid', 'cpu', 'time']);

const NEWLINE = 0x0a;

const frameFields = (fields: ReadonlySet<ScriptField>): FrameFields => ({
  ip: fields.has('ip'),
  sym: fields.has('sym'),
  symoff: fields.has('symoff'),
  dso: fields.has('dso'),
  srcline: fields.has('srcline') && fields.has('ip'),
});
