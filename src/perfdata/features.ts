import { ByteWriter } from './byte-writer';
import { Feature, SECTION_BYTES } from './file-layout';
import { attrOfSize, attrSizeOf, type RecordedEvent } from './recorded-event';

/** What a recording says of the machine and of itself, for whoever reads it elsewhere or later. */
export interface RecordingFacts {
  readonly hostname: string;
  readonly osRelease: string;
  /** Of syswide. */
  readonly version: string;
  /** As `uname -m` has it. */
  readonly arch: string;
  readonly cpusPresent: number;
  readonly cpusOnline: number;
  /** The model name of /proc/cpuinfo. */
  readonly cpuDescription: string;
  readonly totalMemoryKib: bigint;
  readonly commandLine: readonly string[];
  /** Of the first and of the last sample, in ns of the file's clock; absent without any. */
  readonly sampleTime?: { readonly first: bigint; readonly last: bigint };
}

/** The feature sections of a file. */
export interface FeatureSections {
  /** `adds_features`, its lowest 64 bits: one for each section. */
  readonly bits: bigint;
  /** The table of sections and their contents, for the place it was made for. */
  readonly bytes: Buffer;
}

/** @param at offset in the file at which they will stand */
export function featureSections(facts: RecordingFacts, events: readonly RecordedEvent[], at: number): FeatureSections {
  const sections = contents(facts, events).sort(([a], [b]) => a - b);
  const table = new ByteWriter();
  let [offset, bits] = [at + sections.length * SECTION_BYTES, 0n];
  for (const [feature, { length }] of sections) {
    table.u64(BigInt(offset)).u64(BigInt(length));
    offset += length;
    bits |= 1n << BigInt(feature);
  }
  return { bits, bytes: Buffer.concat([table.done, ...sections.map(([, content]) => content)]) };
}

/** Source of each: write_*() in tools/perf/util/header.c, Linux 6.18. */
function contents(facts: RecordingFacts, events: readonly RecordedEvent[]): [feature: number, content: Buffer][] {
  const text = (value: string) => new ByteWriter().text(value).done;
  const { sampleTime } = facts;
  return [
    [Feature.hostname, text(facts.hostname)],
    [Feature.osRelease, text(facts.osRelease)],
    [Feature.version, text(facts.version)],
    [Feature.arch, text(facts.arch)],
    [Feature.cpuCount, new ByteWriter().u32(facts.cpusPresent).u32(facts.cpusOnline).done],
    [Feature.cpuDescription, text(facts.cpuDescription)],
    [Feature.totalMemory, new ByteWriter().u64(facts.totalMemoryKib).done],
    [Feature.commandLine, texts(facts.commandLine)],
    [Feature.eventDescription, eventDescription(events)],
    ...groupDescription(events),
    ...(sampleTime
      ? [[Feature.sampleTime, new ByteWriter().u64(sampleTime.first).u64(sampleTime.last).done] as [number, Buffer]]
      : []),
  ];
}

function texts(values: readonly string[]): Buffer {
  const writer = new ByteWriter().u32(values.length);
  for (const value of values) writer.text(value);
  return writer.done;
}

function eventDescription(events: readonly RecordedEvent[]): Buffer {
  const size = attrSizeOf(events);
  const writer = new ByteWriter().u32(events.length).u32(size);
  for (const event of events) {
    writer.bytes(attrOfSize(event, size)).u32(event.ids.length).text(event.name);
    for (const id of event.ids) writer.u64(id);
  }
  return writer.done;
}

/** Only groups of several events; perf takes the events of a group to stand one behind the other. */
function groupDescription(events: readonly RecordedEvent[]): [number, Buffer][] {
  const sizes = new Map<number, number>();
  for (const { leader } of events) if (leader !== undefined) sizes.set(leader, (sizes.get(leader) ?? 0) + 1);
  const groups = [...sizes].filter(([, size]) => size > 1);
  if (groups.length === 0) return [];
  const writer = new ByteWriter().u32(groups.length);
  for (const [leader, size] of groups) writer.text('{anon_group}').u32(leader).u32(size);
  return [[Feature.groupDescription, writer.done]];
}
