import { parseTracepointFormat, type TracepointFormat } from '../host/tracepoint-format';
import { Feature } from './file-layout';
import type { PerfDataReader } from './perf-data-reader';

/** How a recorded tracepoint's fields lie in its samples, and its system. */
export interface RecordedFormat extends TracepointFormat {
  readonly system: string;
}

/** What tracing data begin with. */
const MAGIC = Buffer.from([0x17, 0x08, 0x44, ...Buffer.from('tracing')]);

/**
 * The layouts of tracepoints that a recording brings along, by their ids on the machine that it is from; as far as they can
 * be read. Source: trace_report() in tools/perf/util/trace-event-read.c, Linux 6.18.
 */
export function tracingFormats(reader: PerfDataReader): Map<number, RecordedFormat> {
  const formats = new Map<number, RecordedFormat>();
  const bytes = reader.feature(Feature.tracingData);
  if (!bytes) return formats;
  try {
    if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new RangeError('no tracing data');
    readInto(formats, new TracingReader(bytes));
  } catch (error) {
    // What is cut off ends it.
    if (!(error instanceof RangeError)) throw error;
    reader.damaged.add('tracingData');
  }
  return formats;
}

function readInto(formats: Map<number, RecordedFormat>, data: TracingReader): void {
  data.begin();
  const add = (system: string, text: string) => {
    const format = parseTracepointFormat(text);
    if (format) formats.set(format.id, { ...format, system });
  };
  // The header of ftrace's pages, and of its events.
  for (let i = 0; i < 2; i += 1) {
    data.text();
    data.sized();
  }
  for (let count = data.u32(); count > 0; count -= 1) add('ftrace', data.sized());
  for (let systems = data.u32(); systems > 0; systems -= 1) {
    const system = data.text();
    for (let count = data.u32(); count > 0; count -= 1) add(system, data.sized());
  }
}

/** Reads one piece after the other. @throws RangeError behind the end */
class TracingReader {
  #at = MAGIC.length;
  #littleEndian = true;

  constructor(private readonly bytes: Buffer) {}

  /** Version, byte order, length of a long, length of a page. */
  begin(): void {
    this.text();
    this.#littleEndian = this.advance(1)[0] === 0;
    this.advance(1);
    this.u32();
  }

  u32(): number {
    const bytes = this.advance(4);
    return this.#littleEndian ? bytes.readUInt32LE() : bytes.readUInt32BE();
  }

  /** Up to a zero. */
  text(): string {
    const end = this.bytes.indexOf(0, this.#at);
    if (end < 0) throw new RangeError('a text without an end');
    const length = end - this.#at;
    return this.advance(length + 1).toString('utf8', 0, length);
  }

  /** Behind a u64 that says how long it is. */
  sized(): string {
    const length = this.advance(8);
    return this.advance(Number(this.#littleEndian ? length.readBigUInt64LE() : length.readBigUInt64BE())).toString(
      'utf8',
    );
  }

  private advance(length: number): Buffer {
    if (length > this.bytes.length - this.#at) throw new RangeError('behind the end');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}
