import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { EventUpdate, FileOnlyRecord } from './file-only-record';

/** A CPU that came or went while it was recorded; times in ns of the recording's clock. */
export interface CpuChange {
  readonly cpu: number;
  readonly isOnline: boolean;
  /** Since when it was not so, as far as that was recorded. */
  readonly since: bigint;
  readonly time: bigint;
}

/** PERF_CPU_MAP__CPUS. */
const MAP_CPUS = 0;

/** Where in the body of an EVENT_UPDATE the map of CPUs is, and in it its numbers. */
const [MAP_AT, CPUS_AT] = [16, 20];

/** In a map: no CPU. Readers do not take a map without any number. */
const NO_CPU = 0xffff;

/** `CPUSINCE`, read as a little-endian number: what follows is ours. */
const MARK = 0x45434e4953555043n;

/** What follows the map: the mark, the two times, the CPU, and whether it is online. */
const Change = { mark: 0, since: 8, time: 16, cpu: 24, isOnline: 28, bytes: 32 } as const;

/**
 * Tells that a CPU came or went: an EVENT_UPDATE of perf's with the CPUs that an event is on from then on, which perf's tools take
 * in without a word, and behind it, where they do not look, which CPU it is, and when.
 * @param id of the event
 * Source: struct perf_record_event_update and perf_record_cpu_map_data in tools/lib/perf/include/perf/event.h, Linux 6.18.
 */
export function cpuUpdateRecord(id: bigint, cpus: readonly number[], change: CpuChange): Buffer {
  const numbers = cpus.length > 0 ? cpus : [NO_CPU];
  const changeAt = HEADER_BYTES + afterMap(numbers.length);
  const bytes = Buffer.alloc(changeAt + Change.bytes);
  bytes.writeUInt32LE(FileOnlyRecord.eventUpdate, 0);
  bytes.writeUInt16LE(bytes.length, HEADER_SIZE_OFFSET);
  bytes.writeBigUInt64LE(EventUpdate.cpus, HEADER_BYTES);
  bytes.writeBigUInt64LE(id, HEADER_BYTES + 8);
  bytes.writeUInt16LE(MAP_CPUS, HEADER_BYTES + MAP_AT);
  bytes.writeUInt16LE(numbers.length, HEADER_BYTES + MAP_AT + 2);
  for (const [i, cpu] of numbers.entries()) bytes.writeUInt16LE(cpu, HEADER_BYTES + CPUS_AT + i * 2);
  bytes.writeBigUInt64LE(MARK, changeAt + Change.mark);
  bytes.writeBigUInt64LE(change.since, changeAt + Change.since);
  bytes.writeBigUInt64LE(change.time, changeAt + Change.time);
  bytes.writeUInt32LE(change.cpu, changeAt + Change.cpu);
  bytes.writeUInt32LE(Number(change.isOnline), changeAt + Change.isOnline);
  return bytes;
}

/** What such a record tells; undefined for what is none of ours. @param begin where its body is in the view, up to `end` */
export function cpuChangeIn(view: DataView, begin: number, end: number): CpuChange | undefined {
  if (end - begin < afterMap(1) + Change.bytes || view.getBigUint64(begin, true) !== EventUpdate.cpus) return undefined;
  const at = begin + afterMap(view.getUint16(begin + MAP_AT + 2, true));
  if (at + Change.bytes > end || view.getBigUint64(at + Change.mark, true) !== MARK) return undefined;
  return {
    cpu: view.getUint32(at + Change.cpu, true),
    isOnline: view.getUint32(at + Change.isOnline, true) !== 0,
    since: view.getBigUint64(at + Change.since, true),
    time: view.getBigUint64(at + Change.time, true),
  };
}

/** Where what follows a map of so many CPUs is, in the body. */
const afterMap = (cpus: number): number => (CPUS_AT + cpus * 2 + 7) & ~7;
