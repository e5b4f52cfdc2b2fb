import { RecordType } from '../../abi/ring-page';
import { visible } from '../../base/safe-text';
import { RecordFields } from '../../profile/record-fields';
import type { OtherRecord } from '../../profile/recording';
import { recordNames } from '../record-names';

/** PERF_RECORD_MISC_*: bits that mean one thing or another by the type of the record. */
const [BIT_13, BIT_14] = [1 << 13, 1 << 14];

const [PROT_READ, PROT_WRITE, PROT_EXEC, MAP_SHARED] = [1, 2, 4, 1];

/** The kernel's order of them. Source: perf_ns__name() in tools/perf/util/event.c. */
const namespaces = ['net', 'uts', 'ipc', 'pid', 'user', 'mnt', 'cgroup'];

/** Which records `--show-…-events` mean. */
export const shownTypes = {
  task: [RecordType.comm, RecordType.fork, RecordType.exit],
  mmap: [RecordType.mmap, RecordType.mmap2],
  switch: [RecordType.switch, RecordType.switchCpuWide],
  namespace: [RecordType.namespaces],
  lost: [RecordType.lost],
  cgroup: [RecordType.cgroup],
  bpf: [RecordType.ksymbol, RecordType.bpfEvent],
  round: [RecordType.finishedRound],
  textPoke: [RecordType.textPoke],
} as const;

/**
 * What perf script prints of a record that is no sample: `PERF_RECORD_COMM exec: ls:1234/1234`. What lies outside of the record
 * is 0 or empty. Source: perf_event__fprintf() in tools/perf/util/event.c, Linux 6.1.
 * @param kernelName the text of an address of the kernel, where that has a name: `vfs_read+0x10`
 */
export function recordText(
  record: OtherRecord,
  kernelName: (address: bigint) => string | undefined = () => undefined,
): string {
  if (record.type === RecordType.textPoke) return `PERF_RECORD_${textPoke(new Fields(record), kernelName)}`;
  const text = texts.get(record.type);
  return `PERF_RECORD_${text ? text(new Fields(record)) : (recordNames[record.type] ?? record.type)}`;
}

/**
 * The thread whose name perf puts in front of a record: the one that it tells of.
 * @param from the one in which it was told
 */
export function threadOf(record: OtherRecord, from: { pid: number; tid: number }): { pid: number; tid: number } {
  const fields = new Fields(record);
  if (record.type === RecordType.fork || record.type === RecordType.exit)
    return { pid: fields.i32(0), tid: fields.i32(8) };
  return withIds.has(record.type) ? { pid: fields.i32(0), tid: fields.i32(4) } : from;
}

/** The name that a COMM record tells of, as it is. */
export const commOf = (record: OtherRecord): string => new Fields(record).raw(8);

/** Those that begin with a process and a thread. */
const withIds = new Set<number>([RecordType.comm, RecordType.mmap, RecordType.mmap2, RecordType.namespaces]);

/** The fields of a record as they are shown. */
class Fields extends RecordFields {
  /** As `%#lx`, which puts nothing before 0. */
  hex(at: number): string {
    const number = this.u64(at);
    return number === 0n ? '0' : `0x${number.toString(16)}`;
  }

  /** Up to a zero, safe for a terminal. */
  text(at: number): string {
    return visible(this.raw(at));
  }
}

const ids = (fields: Fields): string => `${fields.i32(0)}/${fields.i32(4)}`;

const texts = new Map<number, (fields: Fields) => string>([
  [RecordType.comm, (f) => `COMM${f.misc & BIT_13 ? ' exec' : ''}: ${f.text(8)}:${ids(f)}`],
  [RecordType.fork, (f) => `FORK${family(f)}`],
  [RecordType.exit, (f) => `EXIT${family(f)}`],
  [RecordType.lost, (f) => `LOST lost ${f.u64(8)}`],
  [RecordType.mmap, (f) => `MMAP ${ids(f)}: [${place(f)}]: ${f.misc & BIT_13 ? 'r' : 'x'} ${f.text(32)}`],
  [RecordType.mmap2, (f) => `MMAP2 ${ids(f)}: [${place(f)} ${fileOf(f)}]: ${protection(f)} ${f.text(64)}`],
  [RecordType.switch, (f) => `SWITCH ${direction(f)}`],
  [RecordType.switchCpuWide, (f) => `SWITCH_CPU_WIDE ${direction(f)}  ${other(f)}`],
  [RecordType.namespaces, (f) => `NAMESPACES ${ids(f)} - nr_namespaces: ${f.u64(8)}\n\t\t[${namespacesOf(f)}]`],
  [
    RecordType.ksymbol,
    (f) => `KSYMBOL addr ${f.u64(0).toString(16)} len ${f.u32(8)} ${symbolKind(f)} name ${f.text(16)}`,
  ],
  [RecordType.bpfEvent, (f) => `BPF_EVENT type ${f.u16(0)}, flags ${f.u16(2)}, id ${f.u32(4)}`],
  [RecordType.cgroup, (f) => `CGROUP cgroup: ${f.u64(0)} ${f.text(8)}`],
]);

/** Process and thread, then those that began it. */
const family = (f: Fields): string => `(${f.i32(0)}:${f.i32(8)}):(${f.i32(4)}:${f.i32(12)})`;

const place = (f: Fields): string => `${f.hex(8)}(${f.hex(16)}) @ ${f.hex(24)}`;

/** The file by its build or by its place on the disk. */
function fileOf(f: Fields): string {
  if (f.misc & BIT_14) return `<${f.bytes(36, f.u32(32) & 0xff).toString('hex')}>`;
  const two = (at: number) => f.u32(at).toString(16).padStart(2, '0');
  return `${two(32)}:${two(36)} ${f.u64(40)} ${f.u64(48)}`;
}

function protection(f: Fields): string {
  const bit = (mask: number, letter: string) => ((f.u32(56) & mask) === 0 ? '-' : letter);
  return (
    bit(PROT_READ, 'r') + bit(PROT_WRITE, 'w') + bit(PROT_EXEC, 'x') + ((f.u32(60) & MAP_SHARED) === 0 ? 'p' : 's')
  );
}

function direction(f: Fields): string {
  if ((f.misc & BIT_13) === 0) return 'IN         ';
  return f.misc & BIT_14 ? 'OUT preempt' : 'OUT        ';
}

const other = (f: Fields): string =>
  `${f.misc & BIT_13 ? 'next' : 'prev'} pid/tid: ${String(f.i32(0)).padStart(5)}/${String(f.i32(4)).padEnd(5)}`;

const symbolKind = (f: Fields): string => `type ${f.u16(12)} flags 0x${f.u16(14).toString(16)}`;

/** So many are told of at most: there are seven. */
const MOST_NAMESPACES = 64;

function namespacesOf(f: Fields): string {
  const count = Math.min(Number(f.u64(8)), MOST_NAMESPACES);
  return Array.from({ length: count }, (_, i) => {
    const line = i > 0 && i % 4 === 0 ? '\n\t\t ' : '';
    return `${line}${i}/${namespaces[i] ?? ''}: ${f.u64(16 + i * 16)}/${f.hex(24 + i * 16)}`;
  }).join(', ');
}

/** Bytes on a line, and where they begin. */
const [LINE, POKED] = [16, 12];

/** What the kernel has written over its own code, and what was there before. */
function textPoke(f: Fields, kernelName: (address: bigint) => string | undefined): string {
  const [address, before, after] = [f.u64(0), f.u16(8), f.u16(10)];
  const head = `TEXT_POKE ${address.toString(16)} ${kernelName(address) ?? ''} old len ${before} new len ${after}`;
  return [head, ...byteLines('Old', f.bytes(POKED, before)), ...byteLines('New', f.bytes(POKED + before, after))].join(
    '\n',
  );
}

function byteLines(name: string, bytes: Buffer): string[] {
  return Array.from({ length: Math.ceil(bytes.length / LINE) }, (_, i) => {
    const line = bytes.subarray(i * LINE, (i + 1) * LINE);
    return `            ${name} bytes: ${[...line].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
  });
}
