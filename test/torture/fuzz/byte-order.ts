import { SampleType } from '../../../src/abi/perf-event';
import { HEADER_BYTES, RecordType } from '../../../src/abi/ring-page';
import { Feature, FILE_HEADER_BYTES, HeaderOffset } from '../../../src/perfdata/file-layout';
import { FileOnlyRecord } from '../../../src/perfdata/file-only-record';

/** Turns numbers around where they are. */
class Turned {
  constructor(readonly bytes: Buffer) {}

  u16(at: number): number {
    const number = this.bytes.readUInt16LE(at);
    this.bytes.writeUInt16BE(number, at);
    return number;
  }

  u32(at: number): number {
    const number = this.bytes.readUInt32LE(at);
    this.bytes.writeUInt32BE(number, at);
    return number;
  }

  u64(at: number): number {
    const number = this.bytes.readBigUInt64LE(at);
    this.bytes.writeBigUInt64BE(number, at);
    return Number(number);
  }

  /** Numbers one behind the other, by their bytes. @returns where they end */
  all(from: number, widths: readonly number[]): number {
    let at = from;
    for (const width of widths) {
      if (width === 8) this.u64(at);
      else if (width === 4) this.u32(at);
      else if (width === 2) this.u16(at);
      at += width;
    }
    return at;
  }

  /** Bit-fields stay in their bytes, and are counted from the other end. */
  bits(at: number, bytes: number): void {
    for (let i = at; i < at + bytes; i += 1) {
      const turned = [...(this.bytes[i] ?? 0).toString(2).padStart(8, '0')].reverse().join('');
      this.bytes[i] = Number.parseInt(turned, 2);
    }
  }

  /** A length, and so many bytes. @returns where they end */
  text(at: number): number {
    return at + 4 + this.u32(at);
  }

  /** How many, and then texts. */
  texts(from: number): number {
    let at = from + 4;
    for (let left = this.u32(from); left > 0; left -= 1) at = this.text(at);
    return at;
  }
}

const wide = (count: number): number[] => Array(count).fill(8);

/** struct perf_event_attr, from `wakeup_events` to `aux_sample_size`, which all of our seeds have. */
const attrRest = [4, 4, 8, 8, 8, 8, 4, 4, 8, 4, 2, 2, 4, 4];

/** What the numbers before the texts of records are, by type. */
const bodies = new Map<number, readonly number[]>([
  [RecordType.mmap, [4, 4, ...wide(3)]],
  [RecordType.mmap2, [4, 4, ...wide(3), 4, 4, 8, 8, 4, 4]],
  [RecordType.comm, [4, 4]],
  [RecordType.fork, [4, 4, 4, 4, 8]],
  [RecordType.exit, [4, 4, 4, 4, 8]],
  [RecordType.finishedRound, []],
]);

/** Of a field of a sample or a trailer, where it is not one number of 8 bytes. */
const pairs: readonly bigint[] = [SampleType.tid, SampleType.cpu];

/** In the order in which the kernel writes them. */
const { identifier, ip, tid, time, addr, id, streamId, cpu, period, callchain } = SampleType;
const sampleFields = [identifier, ip, tid, time, addr, id, streamId, cpu, period];
const trailerFields = [tid, time, id, streamId, cpu, identifier];

const widthsOf = (fields: readonly bigint[], sampleType: bigint): number[] =>
  fields.filter((field) => (sampleType & field) !== 0n).flatMap((field) => (pairs.includes(field) ? [4, 4] : [8]));

/**
 * A recording as a machine of the other byte order would have written it.
 * @param recording of ours, not piped; all its events are to have equal trailers
 * @throws Error where it has something that is not known here
 */
export function inOtherOrder(recording: Buffer): Buffer {
  const to = new Turned(Buffer.from(recording));
  // The magic number, as all that follows.
  to.u64(HeaderOffset.magic);
  to.u64(HeaderOffset.size);
  const entry = to.u64(HeaderOffset.attrSize);
  const [attrs, attrBytes, data, bytes] = [24, 32, 40, 48].map((at) => to.u64(at)) as [number, number, number, number];
  to.all(56, [8, 8]);
  const features = recording.readBigUInt64LE(HeaderOffset.features);
  to.all(HeaderOffset.features, wide((FILE_HEADER_BYTES - HeaderOffset.features) / 8));
  /** By id, which fields samples have. */
  const layouts = new Map<bigint, bigint>();
  for (let at = attrs; at < attrs + attrBytes; at += entry) {
    const sampleType = recording.readBigUInt64LE(at + 24);
    attr(to, at, entry - 16);
    const ids = to.u64(at + entry - 16);
    const end = to.all(ids, wide(to.u64(at + entry - 8) / 8));
    for (let id = ids; id < end; id += 8) layouts.set(recording.readBigUInt64LE(id), sampleType);
  }
  for (let at = data; at < data + bytes; ) at += record(to, at, layouts);
  let table = data + bytes;
  for (let feature = 0; feature < 64; feature += 1) {
    if (((features >> BigInt(feature)) & 1n) === 0n) continue;
    const at = to.u64(table);
    featureContent(to, feature, at, to.u64(table + 8), recording);
    table += 16;
  }
  return to.bytes;
}

function attr(to: Turned, at: number, bytes: number): void {
  to.all(at, [4, 4, ...wide(4)]);
  to.bits(at + 40, 8);
  const end = to.all(at + 48, attrRest);
  to.all(end, wide((at + bytes - end) / 8));
}

/** @returns how long it is */
function record(to: Turned, at: number, layouts: ReadonlyMap<bigint, bigint>): number {
  const type = to.u32(at);
  to.u16(at + 4);
  const size = to.u16(at + 6);
  const body = at + HEADER_BYTES;
  const [trailer = 0n] = layouts.values();
  if (type === RecordType.sample) sample(to, body, layouts.get(to.bytes.readBigUInt64LE(body)) ?? 0n);
  else {
    const widths = bodies.get(type);
    if (!widths) throw new Error(`records of type ${type} are not known`);
    to.all(body, widths);
    const own = widthsOf(trailerFields, trailer);
    if (type < FileOnlyRecord.first) to.all(at + size - own.reduce((sum, width) => sum + width, 0), own);
  }
  return size;
}

function sample(to: Turned, body: number, sampleType: bigint): void {
  const known = sampleFields.reduce((type, field) => type | field, callchain);
  if ((sampleType & ~known) !== 0n || (sampleType & identifier) === 0n) throw new Error('not the fields of a seed');
  const chain = to.all(body, widthsOf(sampleFields, sampleType));
  if ((sampleType & callchain) !== 0n) to.all(chain + 8, wide(to.u64(chain)));
}

const texts = new Set<number>([
  ...[Feature.hostname, Feature.osRelease, Feature.version, Feature.arch, Feature.cpuDescription, Feature.cpuId],
]);

const numbers = new Map<number, readonly number[]>([
  [Feature.cpuCount, [4, 4]],
  [Feature.totalMemory, [8]],
  [Feature.sampleTime, [8, 8]],
  [Feature.clockId, [8]],
  [Feature.clockData, [4, 4, 8, 8]],
]);

function featureContent(to: Turned, feature: number, at: number, bytes: number, recording: Buffer): void {
  const widths = numbers.get(feature);
  if (widths) to.all(at, widths);
  else if (texts.has(feature)) to.text(at);
  else if (feature === Feature.commandLine) to.texts(at);
  else if (feature === Feature.buildId) buildIds(to, at, bytes);
  else if (feature === Feature.eventDescription) eventDescription(to, at);
  else if (feature === Feature.cpuTopology) {
    const lists = to.texts(to.texts(at));
    // A core and a socket of each CPU; dies; and a die of each.
    const cpus = cpusOf(recording);
    const dies = to.all(lists, Array(cpus * 2).fill(4));
    if (dies < at + bytes) to.all(to.texts(dies), Array(cpus).fill(4));
  } else if (feature === Feature.numaTopology) {
    let node = at + 4;
    for (let left = to.u32(at); left > 0; left -= 1) node = to.text(to.all(node, [4, 8, 8]));
  } else throw new Error(`feature ${feature} is not known`);
}

/** As many as its feature says. */
function cpusOf(recording: Buffer): number {
  const table = Number(recording.readBigUInt64LE(40)) + Number(recording.readBigUInt64LE(48));
  const features = recording.readBigUInt64LE(HeaderOffset.features);
  let before = 0;
  for (let feature = 0; feature < Feature.cpuCount; feature += 1) before += Number((features >> BigInt(feature)) & 1n);
  return recording.readUInt32LE(Number(recording.readBigUInt64LE(table + before * 16)));
}

function buildIds(to: Turned, from: number, bytes: number): void {
  for (let at = from; at < from + bytes; ) {
    to.all(at, [4, 2]);
    to.u32(at + HEADER_BYTES);
    at += to.u16(at + 6);
  }
}

function eventDescription(to: Turned, from: number): void {
  const [events, size] = [to.u32(from), to.u32(from + 4)];
  let at = from + 8;
  for (let left = events; left > 0; left -= 1) {
    attr(to, at, size);
    const ids = to.u32(at + size);
    at = to.all(to.text(at + size + 4), wide(ids));
  }
}
