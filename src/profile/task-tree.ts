import { RecordType } from '../abi/ring-page';
import { RecordFields } from './record-fields';
import type { OtherRecords, Recording } from './recording';

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
  /** What is in its memory, by address: worked out when it is asked for. */
  readonly mappings: () => readonly TaskMapping[];
  /** In the order in which they were told of. */
  readonly children: readonly TaskNode[];
}

/** Of an MMAP2 record: where its fields are, from its body on. */
const [INODE, PROTECTION, FLAGS, MMAP2_NAME, MMAP_NAME] = [40, 56, 60, 64, 32];
const [PROT_EXEC, MAP_SHARED] = [4, 1];

/** PERF_RECORD_MISC_COMM_EXEC, and PERF_RECORD_MISC_MMAP_BUILD_ID: the inode is none then. */
const [MISC_EXEC, MISC_BUILD_ID] = [1 << 13, 1 << 14];

/** What was mapped, the newest first: a child begins with that of its parent, and both go on from there. */
interface Mapped {
  readonly mapping: TaskMapping;
  readonly before: Mapped | undefined;
}

/** A thread while records are read. */
type Task = Omit<TaskNode, 'mappings' | 'children'>;

/** Which threads there were, below those that began them. */
export class TaskTree {
  readonly #tasks = new Map<number, Task>();
  /** By process: its threads have the same memory. */
  readonly #mapped = new Map<number, Mapped | undefined>();

  private constructor() {
    this.#tasks.set(0, { pid: 0, tid: 0, parent: -1, comm: 'swapper' });
  }

  /** Reads what a recording tells of tasks, in the order of time. @throws SyswideError BAD_FILE */
  static of(recording: Recording): TaskNode[] {
    const tree = new TaskTree();
    const types = new Set<number>([RecordType.comm, RecordType.fork, RecordType.mmap, RecordType.mmap2]);
    const visit: OtherRecords['visit'] = (_, record) => tree.take(record.type, new RecordFields(record));
    recording.eachInOrder(() => {}, { types, visit });
    return tree.roots();
  }

  private take(type: number, fields: RecordFields): void {
    if (type === RecordType.comm) this.rename(fields);
    else if (type === RecordType.fork) this.fork(fields);
    else this.map(fields, type === RecordType.mmap2);
  }

  private rename(fields: RecordFields): void {
    const [pid, tid] = [fields.i32(0), fields.i32(4)];
    this.#tasks.set(tid, { ...this.taskOf(pid, tid), comm: fields.raw(8) });
    if ((fields.misc & MISC_EXEC) !== 0) this.#mapped.delete(pid);
  }

  private fork(fields: RecordFields): void {
    const [pid, parent, tid, parentTid] = [fields.i32(0), fields.i32(4), fields.i32(8), fields.i32(12)];
    const comm = this.#tasks.get(parentTid)?.comm ?? `:${tid}`;
    this.#tasks.set(tid, { pid, tid, parent, comm });
    // What ran before the recording is told of without a time: all that is in its memory follows.
    const isTold = fields.u64(16) === 0n;
    if (pid !== parent && !isTold) this.#mapped.set(pid, this.#mapped.get(parent));
  }

  private map(fields: RecordFields, isSecond: boolean): void {
    const pid = fields.i32(0);
    // The kernel's own.
    if (pid < 0) return;
    this.taskOf(pid, pid);
    const start = fields.u64(8);
    const mapping = {
      start,
      end: start + fields.u64(16),
      offset: fields.u64(24),
      inode: isSecond && (fields.misc & MISC_BUILD_ID) === 0 ? fields.u64(INODE) : 0n,
      protection: isSecond ? fields.i32(PROTECTION) : PROT_EXEC,
      isShared: isSecond && (fields.i32(FLAGS) & MAP_SHARED) !== 0,
      path: fields.raw(isSecond ? MMAP2_NAME : MMAP_NAME),
    };
    this.#mapped.set(pid, { mapping, before: this.#mapped.get(pid) });
  }

  private taskOf(pid: number, tid: number): Task {
    const task = this.#tasks.get(tid) ?? { pid, tid, parent: pid === tid ? -1 : pid, comm: `:${tid}` };
    this.#tasks.set(tid, task);
    return task;
  }

  /** Those that nobody began. What is below itself, by a file that lies, is left out. */
  private roots(): TaskNode[] {
    const below = new Map<number, Task[]>();
    const roots: Task[] = [];
    for (const task of this.#tasks.values()) {
      const siblings = task.parent === task.tid ? undefined : (below.get(task.parent) ?? []);
      if (!siblings || !this.#tasks.has(task.parent)) roots.push(task);
      else {
        siblings.push(task);
        below.set(task.parent, siblings);
      }
    }
    return roots.map((root) => this.nodeOf(root, below, 0));
  }

  private nodeOf(task: Task, below: ReadonlyMap<number, readonly Task[]>, depth: number): TaskNode {
    const children = depth < MOST_DEPTH ? (below.get(task.tid) ?? []) : [];
    return {
      ...task,
      mappings: () => seenOf(this.#mapped.get(task.pid)),
      children: children.map((child) => this.nodeOf(child, below, depth + 1)),
    };
  }
}

/** Deeper is no real tree of processes. */
const MOST_DEPTH = 500;

/** More is in the memory of no real process: what is older is taken to be gone. */
const MOST_MAPPED = 4096;

/** What is not behind something newer, by address. */
function seenOf(newest: Mapped | undefined): TaskMapping[] {
  const seen: TaskMapping[] = [];
  let left = MOST_MAPPED;
  for (let mapped = newest; mapped && left > 0; mapped = mapped.before, left -= 1) {
    seen.push(...partsBeside(mapped.mapping, seen));
  }
  return seen.sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
}

/** What is left of a mapping where newer ones are. */
const partsBeside = (mapping: TaskMapping, newer: readonly TaskMapping[]): TaskMapping[] =>
  newer
    .filter(({ start, end }) => start < mapping.end && end > mapping.start)
    .reduce((parts, { start, end }) => parts.flatMap((part) => partsOutside(part, start, end)), [mapping]);

function partsOutside(part: TaskMapping, start: bigint, end: bigint): TaskMapping[] {
  if (part.end <= start || part.start >= end) return [part];
  return [{ ...part, end: start }, from(part, end)].filter((rest) => rest.start < rest.end);
}

const from = (part: TaskMapping, start: bigint): TaskMapping => ({
  ...part,
  start,
  offset: part.offset + start - part.start,
});
