import { type BuildId, buildIdTable } from './build-ids';
import { ByteWriter } from './byte-writer';
import { Feature } from './file-layout';
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
  /** How the fields of tracepoints lie in their samples: see `tracingData`; absent where none are recorded. */
  readonly tracingData?: Buffer;
  /** See `cpuTopology` and `numaTopology`; absent where the machine does not tell. */
  readonly cpuTopology?: Buffer;
  readonly numaTopology?: Buffer;
  /** The clock that events were told to use; absent where they were told of none. */
  readonly clock?: ClockFacts;
}

/** What one clock shows, and the wall clock at the same moment: so the time of day of samples can be told. */
export interface ClockFacts {
  /** CLOCK_*. */
  readonly id: number;
  /** In ns, as the rest. */
  readonly resolution: bigint;
  readonly time: bigint;
  readonly wallTime: bigint;
}

/** What is known of a recording only at its end. */
export interface FinalFacts {
  /** Of the first and of the last sample, in ns of the file's clock; absent without any. */
  readonly sampleTime?: { readonly first: bigint; readonly last: bigint };
  /** Of the programs that were recorded; none where they were not asked for. */
  readonly builds?: readonly BuildId[];
}

/** What one feature says. */
export type FeatureContent = readonly [feature: number, content: Buffer];

/**
 * What is known of a recording from its beginning.
 * Source of each: write_*() in tools/perf/util/header.c, Linux 6.18.
 */
export function earlyFeatures(facts: RecordingFacts, events: readonly RecordedEvent[]): FeatureContent[] {
  const text = (value: string) => new ByteWriter().text(value).done;
  return [
    ...given(Feature.tracingData, facts.tracingData),
    [Feature.hostname, text(facts.hostname)],
    [Feature.osRelease, text(facts.osRelease)],
    [Feature.version, text(facts.version)],
    [Feature.arch, text(facts.arch)],
    [Feature.cpuCount, new ByteWriter().u32(facts.cpusPresent).u32(facts.cpusOnline).done],
    [Feature.cpuDescription, text(facts.cpuDescription)],
    [Feature.totalMemory, new ByteWriter().u64(facts.totalMemoryKib).done],
    [Feature.commandLine, new ByteWriter().texts(facts.commandLine).done],
    [Feature.eventDescription, eventDescription(events)],
    ...given(Feature.cpuTopology, facts.cpuTopology),
    ...given(Feature.numaTopology, facts.numaTopology),
    ...groupDescription(events),
    ...clock(facts),
  ];
}

/** The version of HEADER_CLOCK_DATA. */
const CLOCK_DATA_VERSION = 1;

function clock({ clock }: RecordingFacts): FeatureContent[] {
  if (!clock) return [];
  const { id, resolution, time, wallTime } = clock;
  return [
    [Feature.clockId, new ByteWriter().u64(resolution).done],
    [Feature.clockData, new ByteWriter().u32(CLOCK_DATA_VERSION).u32(id).u64(wallTime).u64(time).done],
  ];
}

const given = (feature: number, content: Buffer | undefined): FeatureContent[] =>
  content === undefined ? [] : [[feature, content]];

/** What is known at its end, and what has changed until then. */
export function finalFeatures(
  { sampleTime, builds = [] }: FinalFacts,
  events: readonly RecordedEvent[],
): FeatureContent[] {
  return [
    ...(builds.length > 0 ? [[Feature.buildId, buildIdTable(builds)] as const] : []),
    [Feature.eventDescription, eventDescription(events)],
    ...(sampleTime
      ? [[Feature.sampleTime, new ByteWriter().u64(sampleTime.first).u64(sampleTime.last).done] as const]
      : []),
  ];
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
function groupDescription(events: readonly RecordedEvent[]): FeatureContent[] {
  const sizes = new Map<number, number>();
  for (const { leader } of events) if (leader !== undefined) sizes.set(leader, (sizes.get(leader) ?? 0) + 1);
  const groups = [...sizes].filter(([, size]) => size > 1);
  if (groups.length === 0) return [];
  const writer = new ByteWriter().u32(groups.length);
  for (const [leader, size] of groups) writer.text('{anon_group}').u32(leader).u32(size);
  return [[Feature.groupDescription, writer.done]];
}
