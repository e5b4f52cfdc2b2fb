import { HEADER_BYTES, HEADER_SIZE_OFFSET, RecordType } from './ring-page';

/**
 * Encodes the records that the kernel writes when programs start and map memory, for what was there before it was asked.
 * Source: `enum perf_event_type` in include/uapi/linux/perf_event.h, Linux 6.18; misc bits from there too.
 */

/** PERF_RECORD_MISC_*: whose address it is; of a mapping, that it is of data; of a fork, that the child ran already. */
const RecordMisc = { kernel: 1, user: 2, mmapData: 1 << 13, forkExec: 1 << 13 } as const;

/** Of a record of ours: all zero, which readers take as: before everything else, of the first event. */
export type TrailerBytes = 8 | 16 | 24 | 32;

/** Paths are cut there by the kernel too: PATH_MAX. */
const LONGEST_NAME = 4095;

/** The name that a thread has. */
export function commRecord(pid: number, tid: number, comm: string, trailer: TrailerBytes): Buffer {
  const name = padded(comm);
  const body = Buffer.alloc(8);
  body.writeInt32LE(pid, 0);
  body.writeInt32LE(tid, 4);
  return record(RecordType.comm, RecordMisc.user, [body, name], trailer);
}

/** A thread `tid` of process `pid`, started by thread `parentTid` of process `parent`. */
export function forkRecord(
  { pid, tid, parent, parentTid }: { pid: number; tid: number; parent: number; parentTid: number },
  trailer: TrailerBytes,
): Buffer {
  const body = Buffer.alloc(24);
  body.writeInt32LE(pid, 0);
  body.writeInt32LE(parent, 4);
  body.writeInt32LE(tid, 8);
  body.writeInt32LE(parentTid, 12);
  // What runs already may be another program than its parent: readers give it none of the parent's memory.
  return record(RecordType.fork, RecordMisc.forkExec, [body], trailer);
}

/** Where a namespace is in nsfs; its inode tells it apart from others. */
export interface Namespace {
  readonly device: bigint;
  readonly inode: bigint;
}

/** The namespaces of a process, in the order of NET_NS_INDEX and the others of the kernel's perf_event.h. */
export function namespacesRecord(pid: number, namespaces: readonly Namespace[], trailer: TrailerBytes): Buffer {
  const body = Buffer.alloc(16 + namespaces.length * 16);
  body.writeInt32LE(pid, 0);
  body.writeInt32LE(pid, 4);
  body.writeBigUInt64LE(BigInt(namespaces.length), 8);
  for (const [i, { device, inode }] of namespaces.entries()) {
    body.writeBigUInt64LE(device, 16 + i * 16);
    body.writeBigUInt64LE(inode, 24 + i * 16);
  }
  return record(RecordType.namespaces, 0, [body], trailer);
}

/** A cgroup: its path below the root of its hierarchy, `/` for that itself. */
export function cgroupRecord(id: bigint, path: string, trailer: TrailerBytes): Buffer {
  const body = Buffer.alloc(8);
  body.writeBigUInt64LE(BigInt.asUintN(64, id), 0);
  return record(RecordType.cgroup, 0, [body, padded(path)], trailer);
}

/** A mapping of a process, or of the kernel with pid -1. */
export interface MappedFile {
  readonly pid: number;
  readonly start: bigint;
  readonly length: bigint;
  readonly offset: bigint;
  readonly path: string;
}

/** The kernel's text, or one of its modules. */
export function mmapRecord({ pid, start, length, offset, path }: MappedFile, trailer: TrailerBytes): Buffer {
  const body = Buffer.alloc(32);
  body.writeInt32LE(pid, 0);
  body.writeInt32LE(pid < 0 ? 0 : pid, 4);
  body.writeBigUInt64LE(start, 8);
  body.writeBigUInt64LE(length, 16);
  body.writeBigUInt64LE(offset, 24);
  return record(RecordType.mmap, pid < 0 ? RecordMisc.kernel : RecordMisc.user, [body, padded(path)], trailer);
}

/** PROT_* and MAP_* of mman.h. */
const [PROT_READ, PROT_WRITE, PROT_EXEC] = [1, 2, 4];
const [MAP_SHARED, MAP_PRIVATE] = [1, 2];

/** A mapping of a process with what tells its file apart from others of that name. */
export function mmap2Record(
  mapped: MappedFile & { device: { major: number; minor: number }; inode: bigint; permissions: string },
  trailer: TrailerBytes,
): Buffer {
  const { pid, start, length, offset, path, device, inode, permissions } = mapped;
  const may = (letter: string, bit: number): number => (permissions.includes(letter) ? bit : 0);
  const body = Buffer.alloc(64);
  body.writeInt32LE(pid, 0);
  body.writeInt32LE(pid, 4);
  body.writeBigUInt64LE(start, 8);
  body.writeBigUInt64LE(length, 16);
  body.writeBigUInt64LE(offset, 24);
  body.writeUInt32LE(device.major, 32);
  body.writeUInt32LE(device.minor, 36);
  body.writeBigUInt64LE(BigInt.asUintN(64, inode), 40);
  body.writeUInt32LE(may('r', PROT_READ) | may('w', PROT_WRITE) | may('x', PROT_EXEC), 56);
  body.writeUInt32LE(permissions.includes('s') ? MAP_SHARED : MAP_PRIVATE, 60);
  const misc = RecordMisc.user | (permissions.includes('x') ? 0 : RecordMisc.mmapData);
  return record(RecordType.mmap2, misc, [body, padded(path)], trailer);
}

/** How many records a CPU's ring had no room for, told at a time; the trailer is that of `TrailerBytes` 32. */
export function lostRecord(records: bigint, on: number, time: bigint): Buffer {
  const [body, trailer] = [Buffer.alloc(16), Buffer.alloc(32)];
  body.writeBigUInt64LE(records, 8);
  trailer.writeBigUInt64LE(time, 8);
  trailer.writeUInt32LE(on, 16);
  return record(RecordType.lost, 0, [body, trailer], 0);
}

/** What perf's own tools write between rounds of emptying all rings: up to the last but one, records can be put in order. */
export const finishedRound = (): Buffer => record(RecordType.finishedRound, 0, [], 0);

function record(type: number, misc: number, parts: readonly Buffer[], trailer: TrailerBytes | 0): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...parts, Buffer.alloc(trailer)]);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt16LE(misc, 4);
  bytes.writeUInt16LE(bytes.length, HEADER_SIZE_OFFSET);
  return bytes;
}

/** NUL-terminated, and up to a multiple of 8 bytes. */
function padded(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, LONGEST_NAME);
  const whole = Buffer.alloc((bytes.length + 8) & ~7);
  whole.set(bytes);
  return whole;
}
