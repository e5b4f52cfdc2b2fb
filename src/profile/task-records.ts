import { RecordType } from '../abi/ring-page';
import { trailerOffsets } from '../abi/sample-offsets';
import type { Names } from './names';
import type { RecordedEvents } from './recorded-event';
import type { TaskEvent } from './timeline';

/** Where the kernel's own code is, as a recording tells. */
export interface KernelRange {
  readonly path: string;
  /** Lower 48 bits of addresses. */
  readonly start: number;
  readonly end: number;
  /** Where `start` lies in its file; of the kernel itself, the address of its symbol `_text`. */
  readonly offset: number;
}

/** PERF_RECORD_MISC_COMM_EXEC, and PERF_RECORD_MISC_MMAP_DATA, which is the same bit of another record. */
const MISC_EXEC = 1 << 13;

/** In an MMAP2 record, where what may be done with the memory is, and behind it the path. */
const [PROTECTION, MMAP2_NAME] = [56, 64];
const PROT_EXEC = 4;

/** Paths of memory without a file. Source: is_anon_memory() and is_no_dso_memory() in tools/perf/util/map.c, Linux 6.18. */
const noFile = /^(?:\/\/anon|\/dev\/zero|\/anon_hugepage|\[stack|\/SYSV|\[heap\])/;

const jitDump = /\/jit-\d+\.dump$/;

/** PERF_RECORD_MISC_CPUMODE_MASK and _KERNEL. */
const [CPUMODE, KERNEL] = [7, 1];

/** Bytes that a body has at least, by type. */
const leastBytes: ReadonlyMap<number, number> = new Map([
  [RecordType.comm, 16],
  [RecordType.fork, 24],
  [RecordType.mmap, 40],
  [RecordType.mmap2, 72],
]);

/** Processes that programs, and what is told of them, can be found by. */
export type RecordedProcesses = Pick<TaskRecords, 'jitDumps' | 'mappedBy'>;

/**
 * Reads what records tell of tasks and their memory. Records that are shorter than their fields are passed over, and counted.
 * Source: PERF_RECORD_COMM, FORK, MMAP, MMAP2 in include/uapi/linux/perf_event.h, Linux 6.18.
 */
export class TaskRecords {
  readonly events: TaskEvent[] = [];
  readonly kernel: KernelRange[] = [];
  /** Records that are shorter than their fields. */
  malformed = 0;
  /** By process: what its JIT compiler has written of the code that it made, and mapped to be found here. */
  readonly jitDumps = new Map<number, string>();
  /** By program: a process that had it in its memory, the last of which that is told. */
  readonly mappedBy = new Map<string, number>();
  readonly #trailer: { readonly bytes: number; readonly time: number };

  constructor(
    events: RecordedEvents,
    private readonly littleEndian: boolean,
    private readonly dsos: Names,
  ) {
    const { sampleType, sampleIdAll } = events.first;
    this.#trailer = sampleIdAll ? trailerOffsets(sampleType) : { bytes: 0, time: -1 };
  }

  /** A record whose body begins at `begin` in `view` and ends at `end`. */
  record(type: number, view: DataView, begin: number, end: number): void {
    if (end - begin < (leastBytes.get(type) ?? 0)) this.malformed += 1;
    else if (type === RecordType.comm) this.comm(view, begin, end);
    else if (type === RecordType.fork) this.fork(view, begin);
    else if (type === RecordType.mmap) this.map(view, begin, end, begin + 32);
    else if (type === RecordType.mmap2) this.map(view, begin, end, begin + MMAP2_NAME);
  }

  private comm(view: DataView, begin: number, end: number): void {
    const little = this.littleEndian;
    this.events.push({
      kind: 'comm',
      time: this.timeOf(view, begin, end),
      pid: view.getInt32(begin, little),
      tid: view.getInt32(begin + 4, little),
      comm: this.text(view, begin + 8, end),
      isExec: (view.getUint16(begin - 4, little) & MISC_EXEC) !== 0,
    });
  }

  private fork(view: DataView, begin: number): void {
    const i32 = (at: number) => view.getInt32(begin + at, this.littleEndian);
    const ids = { pid: i32(0), parent: i32(4), tid: i32(8), parentTid: i32(12) };
    this.events.push({ kind: 'fork', time: this.number(view, begin + 16), ...ids });
  }

  private map(view: DataView, begin: number, end: number, name: number): void {
    const little = this.littleEndian;
    const pid = view.getInt32(begin, little);
    const [start, length, offset] = [this.address(view, begin + 8), this.number(view, begin + 16), begin + 24];
    const path = this.text(view, name, end);
    if (name - begin === MMAP2_NAME && (view.getUint32(begin + PROTECTION, little) & PROT_EXEC) === 0) return;
    const misc = view.getUint16(begin - 4, little);
    if ((misc & CPUMODE) === KERNEL) {
      this.kernel.push({ path, start, end: start + length, offset: this.address(view, offset) });
      return;
    }
    this.mappedBy.set(path, pid);
    if (jitDump.test(path)) this.jitDumps.set(pid, path);
    const [time, last] = [this.timeOf(view, begin, end), start + length];
    if (noFile.test(path)) {
      // Code without a file is that of a JIT compiler: at its own addresses, in a file with names that it may have written.
      const dso = this.dsos.idOf(`/tmp/perf-${pid}.map`);
      this.events.push({ kind: 'map', time, pid, range: { start, end: last, offset: start, dso } });
      return;
    }
    const range = { start, end: last, offset: this.number(view, offset), dso: this.dsos.idOf(path) };
    this.events.push({ kind: 'map', time, pid, range });
  }

  private timeOf(view: DataView, begin: number, end: number): number {
    const { bytes, time } = this.#trailer;
    return time < 0 || end - bytes < begin ? 0 : this.number(view, end - bytes + time);
  }

  private number(view: DataView, at: number): number {
    const [low, high] = this.littleEndian ? [at, at + 4] : [at + 4, at];
    return view.getUint32(high, this.littleEndian) * 2 ** 32 + view.getUint32(low, this.littleEndian);
  }

  private address(view: DataView, at: number): number {
    const [low, high] = this.littleEndian ? [at, at + 4] : [at + 4, at];
    return (view.getUint32(high, this.littleEndian) & 0xffff) * 2 ** 32 + view.getUint32(low, this.littleEndian);
  }

  private text(view: DataView, begin: number, end: number): string {
    const bytes = Buffer.from(view.buffer, view.byteOffset + begin, Math.max(0, end - begin));
    const stop = bytes.indexOf(0);
    return bytes.toString('utf8', 0, stop < 0 ? bytes.length : stop);
  }
}
