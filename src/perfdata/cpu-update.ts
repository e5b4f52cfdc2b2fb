import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { FileOnlyRecord } from './file-only-record';

/** The CPUs that an event is on, and since when, in ns of the recording's clock. */
export interface CpuUpdate {
  readonly cpus: readonly number[];
  readonly time: number;
}

/** PERF_EVENT_UPDATE__CPUS, and PERF_CPU_MAP__CPUS. */
const [UPDATE_CPUS, MAP_CPUS] = [3n, 0];

/** Where in the body of an EVENT_UPDATE the map of CPUs is, and in it its numbers. */
const [MAP_AT, CPUS_AT] = [16, 20];

/** In a map: no CPU. Readers do not take a map without any number. */
const NO_CPU = 0xffff;

/** `CPUSINCE`, read as a little-endian number: what follows is ours. */
const MARK = 0x45434e4953555043n;

/**
 * Tells on which CPUs an event is from a time on: an EVENT_UPDATE of perf's with a map of CPUs, which perf's tools take in without
 * a word, and the time behind the map, where they do not look.
 * @param id of the event
 * Source: struct perf_record_event_update and perf_record_cpu_map_data in tools/lib/perf/include/perf/event.h, Linux 6.18.
 */
export function cpuUpdateRecord(id: bigint, cpus: readonly number[], time: bigint): Buffer {
  const numbers = cpus.length > 0 ? cpus : [NO_CPU];
  const timeAt = HEADER_BYTES + afterMap(numbers.length);
  const bytes = Buffer.alloc(timeAt + 16);
  bytes.writeUInt32LE(FileOnlyRecord.eventUpdate, 0);
  bytes.writeUInt16LE(bytes.length, HEADER_SIZE_OFFSET);
  bytes.writeBigUInt64LE(UPDATE_CPUS, HEADER_BYTES);
  bytes.writeBigUInt64LE(id, HEADER_BYTES + 8);
  bytes.writeUInt16LE(MAP_CPUS, HEADER_BYTES + MAP_AT);
  bytes.writeUInt16LE(numbers.length, HEADER_BYTES + MAP_AT + 2);
  for (const [i, cpu] of numbers.entries()) bytes.writeUInt16LE(cpu, HEADER_BYTES + CPUS_AT + i * 2);
  bytes.writeBigUInt64LE(MARK, timeAt);
  bytes.writeBigUInt64LE(time, timeAt + 8);
  return bytes;
}

/** What such a record tells; undefined for what is none of ours. @param begin where its body is in the view, up to `end` */
export function cpuUpdateIn(view: DataView, begin: number, end: number): CpuUpdate | undefined {
  if (end - begin < afterMap(0) + 16) return undefined;
  const count = view.getUint16(begin + MAP_AT + 2, true);
  const timeAt = begin + afterMap(count);
  if (timeAt + 16 > end || view.getBigUint64(begin, true) !== UPDATE_CPUS) return undefined;
  if (view.getBigUint64(timeAt, true) !== MARK) return undefined;
  const cpus = Array.from({ length: count }, (_, i) => view.getUint16(begin + CPUS_AT + i * 2, true));
  return { cpus: cpus.filter((cpu) => cpu !== NO_CPU), time: Number(view.getBigUint64(timeAt + 8, true)) };
}

/** Where what follows a map of so many CPUs is, in the body. */
const afterMap = (cpus: number): number => (CPUS_AT + cpus * 2 + 7) & ~7;
