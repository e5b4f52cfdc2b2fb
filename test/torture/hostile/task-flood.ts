import { encodeAttr } from '../../../src/abi/attr';
import { SampleType } from '../../../src/abi/perf-event';
import { HEADER_BYTES, HEADER_SIZE_OFFSET, RecordType } from '../../../src/abi/ring-page';
import { PerfDataWriter } from '../../../src/perfdata/perf-data-writer';

const { identifier, ip, tid, time, cpu, period } = SampleType;
const sampleType = identifier | ip | tid | time | cpu | period;

/** Of what syswide and perf write: identifier, thread, time and CPU. */
const TRAILER = 32;

const [MISC_KERNEL, MISC_USER, MISC_EXEC] = [1, 2, 1 << 13];

/** What one record of a flood is: its type, its misc bits, numbers of 4 bytes with addresses of 8 among them, and a text. */
interface Told {
  readonly type: number;
  readonly misc: number;
  readonly body: readonly (number | bigint)[];
  readonly text?: string;
}

const comm = (pid: number, name: string, isExec = false): Told => ({
  type: RecordType.comm,
  misc: MISC_USER | (isExec ? MISC_EXEC : 0),
  body: [pid, pid],
  text: name,
});

const fork = (child: number, parent: number, isThread = false): Told => ({
  type: RecordType.fork,
  misc: 0,
  body: [isThread ? parent : child, parent, child, parent, 0n],
});

const exit = (pid: number): Told => ({ ...fork(pid, 1), type: RecordType.exit });

const map = (pid: number, start: number, path: string, misc = MISC_USER): Told => ({
  type: RecordType.mmap,
  misc,
  body: [pid, pid, BigInt(start), 4096n, 0n],
  text: path,
});

const map2 = (pid: number, start: number, path: string): Told => ({
  type: RecordType.mmap2,
  misc: MISC_USER,
  body: [pid, pid, BigInt(start), 4096n, 0n, 8, 1, 5n, 0n, 5, 2],
  text: path,
});

/** 7 characters, so that records are as short as they can be. */
const nameOf = (i: number): string => i.toString(36).padStart(7, 'x');
const pidOf = (i: number): number => 10 + i;

/** Records of one kind, the i-th of each. */
export const floods = {
  'COMM of one process': () => [comm(5, 'name')],
  'COMM of one process, names of their own': (i) => [comm(5, nameOf(i))],
  'COMM of many processes, names of their own': (i) => [comm(pidOf(i), nameOf(i))],
  'COMM of programs that begin in one process': (i) => [comm(5, nameOf(i), true)],
  'COMM of programs that begin in many': (i) => [comm(pidOf(i), nameOf(i), true)],
  'FORK of many by one': (i) => [fork(pidOf(i), 5)],
  'FORK of each by the one before': (i) => [fork(pidOf(i + 1), pidOf(i))],
  'FORK of threads': (i) => [fork(pidOf(i), 5, true)],
  'FORK and EXIT': (i) => [fork(pidOf(i), 5), exit(pidOf(i))],
  'FORK and MMAP of each': (i) => [fork(pidOf(i + 1), pidOf(i)), map(pidOf(i + 1), i * 8192, '/a')],
  'MMAP of one process': (i) => [map(5, i * 8192, '/a')],
  'MMAP at one place': (i) => [map(5, (i % 3) * 2048, '/a')],
  'MMAP of one process, files of their own': (i) => [map(5, i * 8192, `/${nameOf(i).slice(1)}`)],
  'MMAP at one place, files of their own': (i) => [map(5, 4096, `/${nameOf(i).slice(1)}`)],
  'MMAP of many processes, files of their own': (i) => [map(pidOf(i), 4096, `/${nameOf(i).slice(1)}`)],
  'MMAP of many processes, without a file': (i) => [map(pidOf(i), 4096, '//anon')],
  'MMAP of the kernel': (i) => [map(-1, i * 8192, `/${nameOf(i).slice(1)}`, MISC_KERNEL)],
  'MMAP2 of one process, files of their own': (i) => [map2(5, i * 8192, `/${nameOf(i).slice(1)}`)],
  'MMAP2 of many processes': (i) => [map2(pidOf(i), 4096, `/${nameOf(i).slice(1)}`)],
} satisfies Record<string, (i: number) => readonly Told[]>;

export type Flood = keyof typeof floods;

/**
 * Writes a recording of nothing but records of one kind.
 * @param hasTrailer whether they tell of their time, as recordings do; without they are as short as they can be
 */
export function writeFlood(path: string, kind: Flood, bytes: number, hasTrailer: boolean): void {
  const attr = encodeAttr({ type: 1, config: 0n, sampleType, flags: { sampleIdAll: hasTrailer } });
  const writer = PerfDataWriter.create(path, [{ name: 'cpu-clock', attr, ids: [1n] }], {
    ...{ hostname: 'h', osRelease: 'r', version: 'v', arch: 'a', cpusPresent: 1, cpusOnline: 1 },
    ...{ cpuDescription: 'c', totalMemoryKib: 1n, commandLine: ['record'] },
  });
  const records = Buffer.alloc(bytes);
  let at = 0;
  const record: (i: number) => readonly Told[] = floods[kind];
  for (let i = 0; at + 256 < bytes; i += 1) {
    for (const told of record(i)) at = put(records, at, told, hasTrailer ? 1_000_000 + i : undefined);
  }
  writer.append([records.subarray(0, at)]);
  writer.sync();
  writer.finish({});
  writer.close();
}

/** @returns where the next one is to be */
function put(records: Buffer, from: number, { type, misc, body, text }: Told, at: number | undefined): number {
  let to = from + HEADER_BYTES;
  for (const number of body) {
    if (typeof number === 'bigint') to = records.writeBigUInt64LE(number, to);
    else to = records.writeInt32LE(number, to);
  }
  if (text !== undefined) to += (records.write(text, to, 'latin1') + 8) & ~7;
  if (at !== undefined) {
    records.writeBigUInt64LE(BigInt(at), to + 16);
    to += TRAILER;
  }
  records.writeUInt32LE(type, from);
  records.writeUInt16LE(misc, from + 4);
  records.writeUInt16LE(to - from, from + HEADER_SIZE_OFFSET);
  return to;
}
