import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { NAME_ALIGN } from './byte-writer';
import { FileOnlyRecord } from './file-only-record';

/** Which build of a program a recording is of. */
export interface BuildId {
  /** As its MMAP records have it; `[kernel.kallsyms]`, `[name]` for the kernel and its modules. */
  readonly path: string;
  /** 20 bytes at most. */
  readonly id: Buffer;
  readonly isKernel: boolean;
}

/** PERF_RECORD_MISC_KERNEL and _USER, and PERF_RECORD_MISC_BUILD_ID_SIZE: the record says how long the id is. */
const Misc = { kernel: 1, user: 2, hasSize: 1 << 15 } as const;

/** Where what is in the record: a pid, the id in room for 20 bytes, its length, and the path. */
const Offset = { pid: HEADER_BYTES, id: HEADER_BYTES + 4, size: HEADER_BYTES + 24, path: HEADER_BYTES + 28 } as const;

/** HEADER_BUILD_ID: records one behind the other. Source: struct perf_record_header_build_id, Linux 6.18. */
export const buildIdTable = (builds: readonly BuildId[]): Buffer => Buffer.concat(builds.map(buildIdRecord));

/** One of them. */
export function buildIdRecord({ path, id, isKernel }: BuildId): Buffer {
  const name = Buffer.from(path);
  const record = Buffer.alloc(Offset.path + Math.ceil((name.length + 1) / NAME_ALIGN) * NAME_ALIGN);
  record.writeUInt32LE(FileOnlyRecord.buildId, 0);
  record.writeUInt16LE((isKernel ? Misc.kernel : Misc.user) | Misc.hasSize, 4);
  record.writeUInt16LE(record.length, HEADER_SIZE_OFFSET);
  record.writeInt32LE(-1, Offset.pid);
  record.set(id, Offset.id);
  record.writeUInt8(id.length, Offset.size);
  record.set(name, Offset.path);
  return record;
}

/** The longest build-id: 20 bytes, and what older files have room for. */
const LONGEST_ID = 20;

/** Those of a table, as far as it is whole, and whether all of it is. */
export function buildIdsIn(table: Buffer, littleEndian: boolean): { builds: BuildId[]; isWhole: boolean } {
  const builds: BuildId[] = [];
  let at = 0;
  while (at + Offset.path <= table.length) {
    const u16 = (offset: number) => (littleEndian ? table.readUInt16LE(offset) : table.readUInt16BE(offset));
    const [misc, bytes] = [u16(at + 4), u16(at + HEADER_SIZE_OFFSET)];
    if (bytes < Offset.path || at + bytes > table.length) break;
    const record = table.subarray(at, at + bytes);
    const size = (misc & Misc.hasSize) === 0 ? LONGEST_ID : Math.min(record.readUInt8(Offset.size), LONGEST_ID);
    const name = record.subarray(Offset.path);
    const end = name.indexOf(0);
    builds.push({
      path: name.toString('utf8', 0, end < 0 ? name.length : end),
      id: Buffer.from(record.subarray(Offset.id, Offset.id + size)),
      isKernel: (misc & 7) === Misc.kernel,
    });
    at += bytes;
  }
  return { builds, isWhole: at === table.length };
}
