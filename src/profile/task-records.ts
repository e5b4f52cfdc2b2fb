import { RecordType } from '../abi/ring-page';
import { trailerOffsets } from '../abi/sample-offsets';
import type { BuildId } from '../perfdata/build-ids';
import { Cgroups } from './cgroups';
import { KERNEL_DSO } from './kernel-functions';
import type { Names } from './names';
import { PagedColumn } from './paged-column';
import type { RecordedEvents } from './recorded-event';
import { TaskEvents } from './task-events';

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
const [MISC_EXEC, MISC_DATA, MISC_RUNNING] = [1 << 13, 1 << 13, 1 << 13];

/** In an MMAP2 record, where what may be done with the memory is, and behind it the path. */
const [PROTECTION, MMAP2_NAME] = [56, 64];
const PROT_EXEC = 4;

/**
 * PERF_RECORD_MISC_MMAP_BUILD_ID: an MMAP2 record tells of which build the program is, and not of its inode. Where the length of
 * the build-id is, it itself, and how long it can be; and so many are kept.
 */
const MISC_BUILD_ID = 1 << 14;
const [BUILD_ID_SIZE, BUILD_ID, LONGEST_BUILD_ID, MOST_BUILDS] = [32, 36, 20, 1 << 16];

/** Paths of memory without a file. Source: is_anon_memory() and is_no_dso_memory() in tools/perf/util/map.c, Linux 6.18. */
export const noFile = /^(?:\/\/anon|\/dev\/zero|\/anon_hugepage|\[stack|\/SYSV|\[heap\])/;

/** Where the JIT compiler of a process may have written the names of its functions. */
export const jitMapOf = (pid: number): string => `/tmp/perf-${pid}.map`;

const jitDump = /\/jit-\d+\.dump$/;

/** PERF_RECORD_MISC_CPUMODE_MASK and _KERNEL. */
const [CPUMODE, KERNEL] = [7, 1];

/** Bytes that a body has at least, by type. */
const leastBytes: ReadonlyMap<number, number> = new Map([
  [RecordType.comm, 16],
  [RecordType.fork, 24],
  [RecordType.mmap, 40],
  [RecordType.mmap2, 72],
  [RecordType.cgroup, 16],
]);

/** Processes that programs, and what is told of them, can be found by. */
export interface RecordedProcesses {
  /** What the JIT compiler of a process has written of the code that it made, and mapped to be found here. */
  readonly jitDumpOf: (pid: number) => string | undefined;
  /** A process that had a program in its memory, the last of which that is told. */
  readonly mappedBy: (path: string) => number | undefined;
}

/** Ranges of the kernel: it seldom has more than a thousand, and a file may tell of any number. */
const MOST_KERNEL = 16_384;

/** What paths of memory are. */
const [UNKNOWN, PROGRAM, NO_FILE, JIT_DUMP] = [0, 1, 2, 3];

/**
 * Reads what records tell of tasks and their memory. Records that are shorter than their fields are passed over, and counted.
 * Source: PERF_RECORD_COMM, FORK, MMAP, MMAP2, CGROUP in include/uapi/linux/perf_event.h, Linux 6.18.
 */
export class TaskRecords implements RecordedProcesses {
  readonly events: TaskEvents;
  readonly kernel: KernelRange[] = [];
  readonly cgroups = new Cgroups();
  /** Build-ids that records of mappings have, by their paths. */
  readonly builds = new Map<string, BuildId>();
  /** Records that are shorter than their fields. */
  malformed = 0;
  /** By process, the number of the path. */
  readonly #jitDumps = new Map<number, number>();
  /** Of paths, by their numbers: what they are, and the process that was told last. */
  readonly #kinds = new PagedColumn(Uint8Array);
  readonly #mappedBy = new PagedColumn(Int32Array);
  readonly #trailer: { readonly bytes: number; readonly time: number };
  /** The bytes of what records lie in. */
  #bytes: Buffer = Buffer.alloc(0);

  constructor(
    events: RecordedEvents,
    private readonly littleEndian: boolean,
    private readonly comms: Names,
    private readonly dsos: Names,
  ) {
    const { sampleType, sampleIdAll } = events.first;
    this.#trailer = sampleIdAll ? trailerOffsets(sampleType) : { bytes: 0, time: -1 };
    this.events = new TaskEvents(comms.idOf('swapper'));
  }

  jitDumpOf(pid: number): string | undefined {
    const path = this.#jitDumps.get(pid);
    return path === undefined ? undefined : this.dsos.textOf(path);
  }

  mappedBy(path: string): number | undefined {
    const id = this.dsos.idOf(path);
    return this.#kinds.at(id) === UNKNOWN ? undefined : this.#mappedBy.at(id);
  }

  /** A record whose body begins at `begin` in `view` and ends at `end`. */
  record(type: number, view: DataView, begin: number, end: number): void {
    if (end - begin < (leastBytes.get(type) ?? 0)) this.malformed += 1;
    else if (type === RecordType.comm) this.comm(view, begin, end);
    else if (type === RecordType.fork) this.fork(view, begin, end);
    else if (type === RecordType.mmap) this.map(view, begin, end, begin + 32);
    else if (type === RecordType.mmap2) this.map(view, begin, end, begin + MMAP2_NAME);
    else if (type === RecordType.cgroup) this.cgroup(view, begin, end);
  }

  private comm(view: DataView, begin: number, end: number): void {
    const little = this.littleEndian;
    const [time, comm] = [this.timeOf(view, begin, end), this.text(this.comms, view, begin + 8, end)];
    const [pid, tid] = [view.getInt32(begin, little), view.getInt32(begin + 4, little)];
    if ((view.getUint16(begin - 4, little) & MISC_EXEC) !== 0) this.events.exec(time, pid, tid, comm);
    else this.events.comm(time, pid, tid, comm);
  }

  private fork(view: DataView, begin: number, end: number): void {
    const i32 = (at: number) => view.getInt32(begin + at, this.littleEndian);
    // Its own time is some ns behind that of its trailer, by which all records are told.
    const time = this.#trailer.time < 0 ? this.number(view, begin + 16) : this.timeOf(view, begin, end);
    const isRunning = (view.getUint16(begin - 4, this.littleEndian) & MISC_RUNNING) !== 0;
    this.events[isRunning ? 'running' : 'fork'](time, i32(0), i32(8), i32(4), i32(12));
  }

  private cgroup(view: DataView, begin: number, end: number): void {
    const [low, high] = this.littleEndian ? [0, 4] : [4, 0];
    const id = {
      cgroupLow: view.getInt32(begin + low, this.littleEndian),
      cgroupHigh: view.getInt32(begin + high, this.littleEndian),
    };
    this.cgroups.tell(id, this.bytesOf(view), ...this.textIn(view, begin + 8, end));
  }

  private map(view: DataView, begin: number, end: number, name: number): void {
    const isCode = this.isCode(view, begin, name);
    if (name - begin === MMAP2_NAME) this.build(view, begin, end, name);
    if ((view.getUint16(begin - 4, this.littleEndian) & CPUMODE) !== KERNEL)
      this.mapUser(view, begin, end, name, isCode);
    else if (isCode) this.mapKernel(view, begin, end, name);
  }

  private build(view: DataView, begin: number, end: number, name: number): void {
    const misc = view.getUint16(begin - 4, this.littleEndian);
    if ((misc & MISC_BUILD_ID) === 0 || this.builds.size >= MOST_BUILDS) return;
    const size = Math.min(view.getUint8(begin + BUILD_ID_SIZE), LONGEST_BUILD_ID);
    const bytes = this.bytesOf(view);
    const isKernel = (misc & CPUMODE) === KERNEL;
    const told = bytes.toString('utf8', ...this.textIn(view, name, end));
    const path = isKernel && told.startsWith(KERNEL_DSO) ? KERNEL_DSO : told;
    if (size === 0 || this.builds.has(path)) return;
    const at = view.byteOffset + begin + BUILD_ID;
    this.builds.set(path, { path, isKernel, id: Buffer.from(bytes.subarray(at, at + size)) });
  }

  /** Whether it may be executed: what may not is only told where accessed addresses are. */
  private isCode(view: DataView, begin: number, name: number): boolean {
    return name - begin === MMAP2_NAME
      ? (view.getUint32(begin + PROTECTION, this.littleEndian) & PROT_EXEC) !== 0
      : (view.getUint16(begin - 4, this.littleEndian) & MISC_DATA) === 0;
  }

  private mapKernel(view: DataView, begin: number, end: number, name: number): void {
    if (this.kernel.length >= MOST_KERNEL) return;
    const start = this.address(view, begin + 8);
    const path = this.bytesOf(view).toString('utf8', ...this.textIn(view, name, end));
    this.kernel.push({
      path,
      start,
      end: start + this.number(view, begin + 16),
      offset: this.address(view, begin + 24),
    });
  }

  private mapUser(view: DataView, begin: number, end: number, name: number, isCode: boolean): void {
    const pid = view.getInt32(begin, this.littleEndian);
    const start = this.address(view, begin + 8);
    const last = start + this.number(view, begin + 16);
    const [time, path] = [this.timeOf(view, begin, end), this.text(this.dsos, view, name, end)];
    const kind = this.kindOf(path);
    this.#mappedBy.set(path, pid);
    if (kind === JIT_DUMP && isCode) this.#jitDumps.set(pid, path);
    // Memory without a file has its own addresses; code there is a JIT compiler's, who may have written a file with names.
    const offset = kind === NO_FILE ? start : this.number(view, begin + 24);
    const dso = kind === NO_FILE && isCode ? this.dsos.idOf(jitMapOf(pid)) : path;
    this.events.map(time, pid, { start, end: last, offset, dso });
  }

  /** What memory of a path is, by the number of the path. */
  private kindOf(path: number): number {
    while (this.#kinds.length <= path) {
      this.#kinds.push(UNKNOWN);
      this.#mappedBy.push(0);
    }
    const known = this.#kinds.at(path);
    if (known !== UNKNOWN) return known;
    const text = this.dsos.textOf(path);
    const kind = jitDump.test(text) ? JIT_DUMP : noFile.test(text) ? NO_FILE : PROGRAM;
    this.#kinds.set(path, kind);
    return kind;
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

  /** The number of a text that ends with a zero. */
  private text(names: Names, view: DataView, begin: number, end: number): number {
    const bytes = this.bytesOf(view);
    return names.idOfBytes(bytes, ...this.textIn(view, begin, end));
  }

  /** Where in the bytes a text is. */
  private textIn(view: DataView, begin: number, end: number): [begin: number, end: number] {
    const bytes = this.bytesOf(view);
    const [from, last] = [view.byteOffset + begin, view.byteOffset + Math.max(begin, end)];
    let to = from;
    while (to < last && bytes[to] !== 0) to += 1;
    return [from, to];
  }

  private bytesOf(view: DataView): Buffer {
    if (this.#bytes.buffer !== view.buffer) this.#bytes = Buffer.from(view.buffer);
    return this.#bytes;
  }
}
