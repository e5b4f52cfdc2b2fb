import type { BuildId } from './build-ids';
import { buildIdsIn } from './build-ids';
import { FeatureReader } from './feature-reader';
import { Feature } from './file-layout';
import type { PerfDataReader } from './perf-data-reader';

/** What a file says of the machine and the command it is from, each as far as it does. */
export interface FileFacts {
  readonly hostname?: string;
  readonly osRelease?: string;
  readonly version?: string;
  readonly arch?: string;
  readonly cpusOnline?: number;
  readonly cpusPresent?: number;
  readonly cpuDescription?: string;
  readonly cpuId?: string;
  readonly totalMemoryKib?: bigint;
  readonly commandLine?: readonly string[];
  readonly sampleTime?: { readonly first: bigint; readonly last: bigint };
  /** The socket that each CPU is in. */
  readonly sockets?: ReadonlyMap<number, number>;
  /** Events that were counted as a group: the index of the first, and how many. */
  readonly groups?: readonly EventGroup[];
}

/** Events that stand one behind the other in a recording, and were opened as a group. */
export interface EventGroup {
  readonly name: string;
  readonly leader: number;
  readonly members: number;
}

/** Features that are damaged are left out. */
export function factsOf(reader: PerfDataReader): FileFacts {
  const take = <T>(feature: number, decode: (content: FeatureReader) => T): T | undefined => {
    const bytes = reader.feature(feature);
    return bytes && whole(reader, feature, () => decode(new FeatureReader(bytes, reader.littleEndian)));
  };
  const text = (feature: number) => take(feature, (content) => content.text());
  const cpus = take(Feature.cpuCount, (content) => [content.u32(), content.u32()] as const);
  const facts = {
    hostname: text(Feature.hostname),
    osRelease: text(Feature.osRelease),
    version: text(Feature.version),
    arch: text(Feature.arch),
    cpusPresent: cpus?.[0],
    cpusOnline: cpus?.[1],
    cpuDescription: text(Feature.cpuDescription),
    cpuId: text(Feature.cpuId),
    totalMemoryKib: take(Feature.totalMemory, (content) => content.u64()),
    commandLine: take(Feature.commandLine, (content) => content.texts()),
    sampleTime: take(Feature.sampleTime, (content) => ({ first: content.u64(), last: content.u64() })),
    sockets: take(Feature.cpuTopology, (content) => socketsIn(content, cpus?.[0] ?? 0)),
    groups: take(Feature.groupDescription, groupsIn),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** Lists of siblings come first, then the core and the socket of each CPU. */
function socketsIn(content: FeatureReader, cpus: number): ReadonlyMap<number, number> {
  for (let list = 0; list < 2; list += 1) content.texts();
  const sockets = new Map<number, number>();
  for (let cpu = 0; cpu < cpus; cpu += 1) {
    content.skip(4);
    sockets.set(cpu, content.u32() | 0);
  }
  return sockets;
}

function groupsIn(content: FeatureReader): EventGroup[] {
  const groups: EventGroup[] = [];
  for (let left = content.u32(); left > 0; left -= 1) {
    groups.push({ name: content.text(), leader: content.u32(), members: content.u32() });
  }
  return groups;
}

/** The names of its events, as they were asked for, by index; none where it does not tell. */
export function eventNamesOf(reader: PerfDataReader): string[] {
  const bytes = reader.feature(Feature.eventDescription);
  if (!bytes) {
    const names = reader.events.flatMap(({ name }) => name ?? []);
    return names.length === reader.events.length ? names : [];
  }
  const names: string[] = [];
  whole(reader, Feature.eventDescription, () => {
    const content = new FeatureReader(bytes, reader.littleEndian);
    const [count, attrBytes] = [content.u32(), content.u32()];
    for (let i = 0; i < count; i += 1) {
      content.skip(attrBytes);
      const ids = content.u32();
      names.push(content.text());
      content.skip(ids * 8);
    }
  });
  return names;
}

/** Which builds of programs it is of; none where it does not tell. */
export function buildIdsOf(reader: PerfDataReader): BuildId[] {
  const bytes = reader.feature(Feature.buildId);
  if (!bytes) return [];
  const { builds, isWhole } = buildIdsIn(bytes, reader.littleEndian);
  if (!isWhole) reader.damaged.add(nameOf(Feature.buildId));
  return builds;
}

/** What is cut off ends what is read of it. */
function whole<T>(reader: PerfDataReader, feature: number, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    reader.damaged.add(nameOf(feature));
    return undefined;
  }
}

/** What it is called in `Feature`. */
const nameOf = (feature: number): string =>
  Object.entries(Feature).find(([, number]) => number === feature)?.[0] ?? `feature ${feature}`;
