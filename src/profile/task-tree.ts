import { RecordType } from '../abi/ring-page';
import type { OtherRecord, Recording } from './recording';

/** What a process had in its memory, as a recording tells: an MMAP or MMAP2 record. */
export interface TaskMapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly offset: bigint;
  readonly inode: bigint;
  /** PROT_READ and so on. */
  readonly protection: number;
  readonly isShared: boolean;
  readonly path: string;
}

/** A thread that a recording tells of, and what it was last. */
export interface TaskNode {
  readonly pid: number;
  readonly tid: number;
  /** The process that began it; its own of a thread; -1 where that is not told. */
  readonly parent: number;
  readonly comm: string;
  /** By address. */
  readonly mappings: readonly TaskMapping[];
  /** In the order in which they were told of. */
  readonly children: readonly TaskNode[];
}

/** Of an MMAP2 record: where its fields are, from its body on. */
const [INODE, PROTECTION, FLAGS, MMAP2_NAME, MMAP_NAME] = [40, 56, 60, 64, 32];
const [PROT_EXEC, MAP_SHARED] = [4, 1];

/** PERF_RECORD_MISC_COMM_EXEC, and PERF_RECORD_MISC_MMAP_BUILD_ID: the inode is none then. */
const [MISC_EXEC, MISC_BUILD_ID] = [1 << 13, 1 << 14];

/** Memory is a process's: its threads have the same. */
interface Process {
  mappings: TaskMapping[];
}

/** A thread while records are read. */
interface Task {
  readonly pid: number;
  readonly tid: number;
  parent: number;
  comm: string;
}

/** Which threads there were, below those that began them. */
export class TaskTree {
  readonly #tasks = new Map<number, Task>();
  readonly #processes = new Map<number, Process>();

  private constructor() {
    this.#tasks.set(0, { pid: 0, tid: 0, parent: -1, comm: 'swapper' });
  }

  /** Reads what a recording tells of tasks, in the order of time. @throws SyswideError BAD_FILE */
  static of(recording: Recording): TaskNode[] {
    const tree = new TaskTree();
    const types = new Set<number>([RecordType.comm, RecordType.fork, RecordType.mmap, RecordType.mmap2]);
    recording.eachInOrder(() => {}, { types, visit: (_, record) => tree.take(record) });
    return tree.roots();
  }

  private take(record: OtherRecord): void {
    const length = record.end - record.begin;
    if (record.type === RecordType.comm && length >= 8) this.rename(record);
    else if (record.type === RecordType.fork && length >= 24) this.fork(record);
    else if (record.type === RecordType.mmap && length >= MMAP_NAME) this.map(record, MMAP_NAME);
    else if (record.type === RecordType.mmap2 && length >= MMAP2_NAME) this.map(record, MMAP2_NAME);
  }

  private rename(record: OtherRecord): void {
    const [pid, tid] = [i32(record, 0), i32(record, 4)];
    const task = this.taskOf(pid, tid);
    task.comm = text(record, 8);
    if ((misc(record) & MISC_EXEC) !== 0) this.processOf(pid).mappings = [];
  }

  private fork(record: OtherRecord): void {
    const [pid, parent, tid, parentTid] = [i32(record, 0), i32(record, 4), i32(record, 8), i32(record, 12)];
    const comm = this.#tasks.get(parentTid)?.comm ?? `:${tid}`;
    this.#tasks.set(tid, { pid, tid, parent, comm });
    // What ran before the recording is told of without a time: all that is in its memory follows.
    const isTold = u64(record, 16) === 0n;
    if (pid !== parent && !isTold)
      this.#processes.set(pid, { mappings: [...(this.#processes.get(parent)?.mappings ?? [])] });
  }

  private map(record: OtherRecord, name: number): void {
    const pid = i32(record, 0);
    // The kernel's own.
    if (pid < 0) return;
    const isSecond = name === MMAP2_NAME;
    const start = u64(record, 8);
    const process = this.processOf(pid);
    process.mappings = placed(process.mappings, {
      start,
      end: start + u64(record, 16),
      offset: u64(record, 24),
      inode: isSecond && (misc(record) & MISC_BUILD_ID) === 0 ? u64(record, INODE) : 0n,
      protection: isSecond ? i32(record, PROTECTION) : PROT_EXEC,
      isShared: isSecond && (i32(record, FLAGS) & MAP_SHARED) !== 0,
      path: text(record, name),
    });
  }

  private taskOf(pid: number, tid: number): Task {
    const task = this.#tasks.get(tid) ?? { pid, tid, parent: pid === tid ? -1 : pid, comm: `:${tid}` };
    this.#tasks.set(tid, task);
    return task;
  }

  private processOf(pid: number): Process {
    this.taskOf(pid, pid);
    const process = this.#processes.get(pid) ?? { mappings: [] };
    this.#processes.set(pid, process);
    return process;
  }

  /** Those that nobody began. What is below itself, by a file that lies, is left out. */
  private roots(): TaskNode[] {
    const below = new Map<number, Task[]>();
    const roots: Task[] = [];
    for (const task of this.#tasks.values()) {
      const hasParent = task.parent >= 0 && task.parent !== task.tid && this.#tasks.has(task.parent);
      if (!hasParent) roots.push(task);
      else below.set(task.parent, [...(below.get(task.parent) ?? []), task]);
    }
    return roots.map((root) => this.nodeOf(root, below, 0));
  }

  private nodeOf(task: Task, below: ReadonlyMap<number, readonly Task[]>, depth: number): TaskNode {
    const children = depth < MOST_DEPTH ? (below.get(task.tid) ?? []) : [];
    return {
      ...task,
      mappings: this.#processes.get(task.pid)?.mappings ?? [],
      children: children.map((child) => this.nodeOf(child, below, depth + 1)),
    };
  }
}

/** Deeper is no real tree of processes. */
const MOST_DEPTH = 500;

/** What was there before is cut where the new one is, by address. */
function placed(mappings: readonly TaskMapping[], added: TaskMapping): TaskMapping[] {
  const rest = mappings.flatMap((old) => {
    if (old.end <= added.start || old.start >= added.end) return [old];
    const offset = old.offset + added.end - old.start;
    const [before, behind] = [
      { ...old, end: added.start },
      { ...old, start: added.end, offset },
    ];
    return [before, behind].filter(({ start, end }) => start < end);
  });
  return [...rest, added].sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
}

const misc = ({ view, begin, littleEndian }: OtherRecord): number => view.getUint16(begin - 4, littleEndian);

const i32 = ({ view, begin, littleEndian }: OtherRecord, at: number): number => view.getInt32(begin + at, littleEndian);

const u64 = ({ view, begin, littleEndian }: OtherRecord, at: number): bigint =>
  view.getBigUint64(begin + at, littleEndian);

function text({ view, begin, end }: OtherRecord, at: number): string {
  const bytes = Buffer.from(view.buffer, view.byteOffset + begin + at, Math.max(0, end - begin - at));
  const stop = bytes.indexOf(0);
  return bytes.toString('utf8', 0, stop < 0 ? bytes.length : stop);
}
