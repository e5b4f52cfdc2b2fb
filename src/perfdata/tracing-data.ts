import { SyswideError } from '../base/error';
import type { Tracefs, TracepointName } from '../host/tracefs';
import { ByteWriter } from './byte-writer';

/** What tracing data begin with, and the version of what follows. */
const MAGIC = Buffer.from([0x17, 0x08, 0x44, ...Buffer.from('tracing')]);
const VERSION = '0.6';

/** ftrace's own events are described too, as their layout is what all others have in front. */
const OWN_SYSTEM = 'ftrace';

/**
 * How the fields of tracepoints lie in their samples, as trace-cmd and perf have it in their files.
 * Source: read_tracing_data() in tools/perf/util/trace-event-info.c, Linux 6.18.
 *
 * @param names those that are recorded, each once
 */
export function tracingData(
  tracefs: Pick<Tracefs, 'text'>,
  names: readonly TracepointName[],
  pageSize: number,
): Buffer {
  const writer = new ByteWriter().bytes(MAGIC).bytes(zeroEnded(VERSION));
  const [littleEndian, longBytes] = [0, 8];
  writer.bytes(Uint8Array.of(littleEndian, longBytes)).u32(pageSize);
  for (const name of ['header_page', 'header_event']) {
    writer.bytes(zeroEnded(name));
    sized(writer, tracefs.text(`events/${name}`) ?? '');
  }
  const own = formatsOf(
    tracefs,
    names.filter(({ system }) => system === OWN_SYSTEM),
  );
  writer.u32(own.length);
  for (const format of own) sized(writer, format);
  const systems = bySystem(names.filter(({ system }) => system !== OWN_SYSTEM));
  writer.u32(systems.size);
  for (const [system, members] of systems) {
    const formats = formatsOf(tracefs, members);
    writer.bytes(zeroEnded(system)).u32(formats.length);
    for (const format of formats) sized(writer, format);
  }
  // The kernel's symbols: readers have them from elsewhere.
  writer.u32(0);
  const printk = Buffer.from(tracefs.text('printk_formats') ?? '');
  writer.u32(printk.length).bytes(printk);
  sized(writer, tracefs.text('saved_cmdlines') ?? '');
  return writer.done;
}

const zeroEnded = (text: string): Buffer => Buffer.from(`${text}\0`);

function sized(writer: ByteWriter, text: string): void {
  const bytes = Buffer.from(text);
  writer.u64(BigInt(bytes.length)).bytes(bytes);
}

function bySystem(names: readonly TracepointName[]): Map<string, TracepointName[]> {
  const systems = new Map<string, TracepointName[]>();
  for (const name of names) systems.set(name.system, [...(systems.get(name.system) ?? []), name]);
  return systems;
}

const formatsOf = (tracefs: Pick<Tracefs, 'text'>, names: readonly TracepointName[]): string[] =>
  names.map(({ system, event }) => {
    const format = tracefs.text(`events/${system}/${event}/format`);
    if (format !== undefined) return format;
    throw new SyswideError('NO_TRACEFS', {
      what: `cannot record ${system}:${event}`,
      why: 'the layout of its fields cannot be read',
      remedy: 'run as root',
    });
  });
