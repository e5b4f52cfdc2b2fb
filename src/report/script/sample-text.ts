import { visible } from '../../base/safe-text';
import { isContext, Mode, modeOf } from '../../profile/chain-context';
import type { Names } from '../../profile/names';
import type { Places } from '../../profile/places';
import type { RecordedEvent } from '../../profile/recorded-event';
import type { SampleCursor } from '../../profile/sample-cursor';
import type { ThreadState } from '../../profile/timeline';
import type { TextBuffer } from '../text-buffer';
import { type FrameFields, FrameLines, hexadecimal } from './frame-lines';

/** perf's names of what a sample can be shown with. */
export const fieldNames = [
  ...(['comm', 'tid', 'pid', 'time', 'cpu', 'event', 'trace', 'ip', 'sym', 'dso'] as const),
  ...(['symoff', 'period', 'addr'] as const),
] as const;
export type ScriptField = (typeof fieldNames)[number];

/** How samples are shown. */
export interface ScriptView {
  /** Of an event; what its samples do not have is left out. */
  readonly fieldsOf: (event: RecordedEvent) => ReadonlySet<ScriptField>;
  readonly callChains: boolean;
  /** Nine digits behind the point. */
  readonly nanoseconds: boolean;
  /** Since the first sample, or since the one before. */
  readonly relative?: 'first' | 'previous';
}

/** Text of the raw data of tracepoints; undefined for an event without. */
export type TraceText = (event: RecordedEvent, sample: SampleCursor, view: DataView) => string | undefined;

/** How one event's samples are shown. */
interface EventStyle {
  readonly event: RecordedEvent;
  readonly fields: ReadonlySet<ScriptField>;
  readonly frames: FrameLines;
  readonly name: string;
  readonly hasChain: boolean;
  /** Whether it is shown where it was taken. */
  readonly hasPlace: boolean;
}

/** Samples as perf script prints them. Source: process_event() in tools/perf/builtin-script.c, Linux 6.1. */
export class SampleText {
  readonly #styles: readonly EventStyle[];
  readonly #comms: (string | undefined)[] = [];
  #first: number | undefined;
  #previous: number | undefined;

  constructor(
    events: readonly RecordedEvent[],
    places: Places,
    private readonly comms: Names,
    private readonly view: ScriptView,
    private readonly traceText: TraceText,
  ) {
    const width = Math.max(0, ...events.map(({ name }) => visible(name).length));
    const frames = new Map<string, FrameLines>();
    this.#styles = events.map((event) => {
      const fields = view.fieldsOf(event);
      const shown = frameFields(fields);
      const key = JSON.stringify(shown);
      const lines = frames.get(key) ?? new FrameLines(places, shown);
      frames.set(key, lines);
      const hasPlace = fields.has('ip') || fields.has('sym') || fields.has('dso');
      const hasChain = view.callChains && event.offsets.hasCallchain && fields.has('ip');
      return { event, fields, frames: lines, name: `${visible(event.name).padStart(width)}: `, hasChain, hasPlace };
    });
  }

  /**
   * Writes the text of a sample.
   * @param record the view that it lies in
   */
  write(to: TextBuffer, sample: SampleCursor, state: ThreadState, record: DataView): void {
    const style = this.#styles[sample.event];
    if (!style) return;
    const { fields, frames, hasPlace } = style;
    const trace = fields.has('trace') ? (this.traceText(style.event, sample, record) ?? '') : '';
    const head = this.head(sample, state, style) + trace + this.address(sample, style);
    if (hasPlace && style.hasChain && sample.chainLength > 0) {
      to.write(`${head}\n`);
      writeChain(to, sample, state, frames);
      to.write('\n');
    } else {
      const place = hasPlace ? ` ${frames.alone(sample.mode, state.memory, sample.ipLow, sample.ipHigh)}` : '';
      to.write(`${head}${place}\n`);
    }
  }

  private head(sample: SampleCursor, { comm }: ThreadState, { event, fields, name, hasChain }: EventStyle): string {
    const { offsets } = event;
    let text = '';
    if (fields.has('comm')) text += hasChain ? `${this.commOf(comm)} ` : `${this.commOf(comm).padStart(16)} `;
    text += ids(sample, fields);
    if (fields.has('cpu') && offsets.cpu >= 0) text += `[${String(sample.cpu).padStart(3, '0')}] `;
    if (fields.has('time') && offsets.time >= 0) text += this.time(sample);
    if (fields.has('period')) text += `${String(sample.period).padStart(10)} `;
    return fields.has('event') ? text + name : text;
  }

  private commOf(id: number): string {
    const known = this.#comms[id] ?? visible(this.comms.textOf(id));
    this.#comms[id] = known;
    return known;
  }

  private address(sample: SampleCursor, { event, fields }: EventStyle): string {
    return fields.has('addr') && event.offsets.addr >= 0 ? `${hexadecimal(sample.addrLow, sample.addrHigh)} ` : '';
  }

  private time(sample: SampleCursor): string {
    const { nanoseconds } = this.view;
    const [seconds, rest] = this.parts(sample);
    const digits = nanoseconds ? 9 : 6;
    const fraction = nanoseconds ? rest : Math.floor(rest / 1000);
    const text = `${seconds}.${String(fraction).padStart(digits, '0')}`;
    return `${nanoseconds ? text.padStart(15) : text.padStart(12)}: `;
  }

  /** Seconds, and nanoseconds. */
  private parts(sample: SampleCursor): [number, number] {
    const { relative } = this.view;
    if (relative === undefined && sample.timeHigh >= EXACT_HIGH) {
      const time = (BigInt(sample.timeHigh) << 32n) | BigInt(sample.timeLow);
      return [Number(time / 1_000_000_000n), Number(time % 1_000_000_000n)];
    }
    const time = relative === undefined ? sample.time : this.since(sample.time, relative);
    const seconds = Math.floor(time / 1e9);
    return [seconds, time - seconds * 1e9];
  }

  private since(time: number, relative: 'first' | 'previous'): number {
    this.#first ??= time;
    const from = relative === 'first' ? this.#first : (this.#previous ?? time);
    this.#previous = time;
    return time - from;
  }
}

/** Below that, times in ns fit into 53 bits. */
const EXACT_HIGH = 1 << 21;

const frameFields = (fields: ReadonlySet<ScriptField>): FrameFields => ({
  ip: fields.has('ip'),
  sym: fields.has('sym'),
  symoff: fields.has('symoff'),
  dso: fields.has('dso'),
});

function ids({ pid, tid }: SampleCursor, fields: ReadonlySet<ScriptField>): string {
  if (fields.has('pid') && fields.has('tid')) return `${String(pid).padStart(5)}/${String(tid).padEnd(5)} `;
  if (fields.has('pid')) return `${String(pid).padStart(5)} `;
  return fields.has('tid') ? `${String(tid).padStart(5)} ` : '';
}

function writeChain(
  to: TextBuffer,
  { words, chainAt, chainLength }: SampleCursor,
  { memory }: ThreadState,
  frames: FrameLines,
): void {
  let mode: number = Mode.user;
  for (let at = chainAt; at < chainAt + chainLength * 2; at += 2) {
    const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
    // perf goes on as before with a context that nobody knows.
    if (isContext(low, high)) mode = modeOf(low) < 0 ? mode : modeOf(low);
    else frames.inChain(to, mode, memory, low, high);
  }
}
