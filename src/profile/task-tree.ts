import { RecordType } from '../abi/ring-page';
import { Names } from './names';
import { Numbering } from './numbering';
import { PagedColumn } from './paged-column';
import { RecordFields } from './record-fields';
import type { OtherRecords, Recording } from './recording';
import { type TaskMapping, TaskMappings } from './task-mappings';

/** A thread that a recording tells of, and what it was last. */
export interface TaskNode {
  readonly pid: number;
  readonly tid: number;
  /** The process that began it; its own of a thread; -1 where that is not told. */
  readonly parent: number;
  readonly comm: string;
  /** How many threads are above it. */
  readonly depth: number;
  /** What is in its memory, by address: worked out when it is asked for. */
  readonly mappings: () => readonly TaskMapping[];
}

/** PERF_RECORD_MISC_COMM_EXEC. */
const MISC_EXEC = 1 << 13;

/** Deeper is no real tree of processes. */
const MOST_DEPTH = 500;

/** No thread, process or mapping. */
const NONE = -1;

/** Which threads there were, below those that began them. A file may tell of nothing else: a thread is a row of numbers. */
export class TaskTree {
  /** Threads in the order in which they were told of, and for each what follows. */
  readonly #tids = new Numbering();
  readonly #pid = new PagedColumn(Int32Array);
  readonly #parent = new PagedColumn(Int32Array);
  readonly #comm = new PagedColumn(Int32Array);
  readonly #comms = new Names();
  /** Processes that something was mapped into, and for each the newest: its threads have the same memory. */
  readonly #pids = new Numbering();
  readonly #newest = new PagedColumn(Int32Array);
  readonly #mappings = new TaskMappings();

  private constructor(private readonly hasMappings: boolean) {
    this.set(0, 0, NONE, this.#comms.idOf('swapper'));
  }

  /**
   * Reads what a recording tells of tasks, in the order of time.
   * @param hasMappings whether also of what was in their memory
   * @returns those that nobody began, each with those below it behind it
   * @throws SyswideError BAD_FILE
   */
  static of(recording: Recording, hasMappings: boolean): Iterable<TaskNode> {
    const tree = new TaskTree(hasMappings);
    const types = new Set<number>([RecordType.comm, RecordType.fork, RecordType.mmap, RecordType.mmap2]);
    const visit: OtherRecords['visit'] = (_, record) => tree.take(record.type, new RecordFields(record));
    recording.eachInOrder(() => {}, { types, visit });
    return tree.nodes();
  }

  private take(type: number, fields: RecordFields): void {
    if (type === RecordType.comm) this.rename(fields);
    else if (type === RecordType.fork) this.fork(fields);
    else this.map(type, fields);
  }

  private rename(fields: RecordFields): void {
    const [pid, tid] = [fields.i32(0), fields.i32(4)];
    const comm = this.#comms.idOf(fields.raw(8));
    const task = this.#tids.find(tid);
    if (task === NONE) this.set(tid, pid, pid === tid ? NONE : pid, comm);
    else this.#comm.set(task, comm);
    if ((fields.misc & MISC_EXEC) !== 0) this.mapped(pid, NONE);
  }

  private fork(fields: RecordFields): void {
    const [pid, parent, tid, parentTid] = [fields.i32(0), fields.i32(4), fields.i32(8), fields.i32(12)];
    const beginner = this.#tids.find(parentTid);
    this.set(tid, pid, parent, beginner === NONE ? this.#comms.idOf(`:${tid}`) : this.#comm.at(beginner));
    // What ran before the recording is told of without a time: all that is in its memory follows.
    const isTold = fields.u64(16) === 0n;
    if (pid !== parent && !isTold) this.mapped(pid, this.newestOf(parent));
  }

  private map(type: number, fields: RecordFields): void {
    const pid = fields.i32(0);
    // The kernel's own.
    if (pid < 0) return;
    if (this.#tids.find(pid) === NONE) this.set(pid, pid, NONE, this.#comms.idOf(`:${pid}`));
    if (this.hasMappings) this.mapped(pid, this.#mappings.add(type, fields, this.newestOf(pid)));
  }

  private set(tid: number, pid: number, parent: number, comm: number): void {
    const task = this.#tids.of(tid);
    if (task === this.#pid.length) for (const column of [this.#pid, this.#parent, this.#comm]) column.push(0);
    this.#pid.set(task, pid);
    this.#parent.set(task, parent);
    this.#comm.set(task, comm);
  }

  private newestOf(pid: number): number {
    const process = this.#pids.find(pid);
    return process === NONE ? NONE : this.#newest.at(process);
  }

  private mapped(pid: number, newest: number): void {
    if (newest === NONE && this.#pids.find(pid) === NONE) return;
    const process = this.#pids.of(pid);
    if (process === this.#newest.length) this.#newest.push(newest);
    else this.#newest.set(process, newest);
  }

  /** What is below itself, by a file that lies, is left out. */
  private *nodes(): Generator<TaskNode> {
    const { below, beside } = this.families();
    for (let root = 0; root < this.#tids.size; root += 1) {
      if (this.parentOf(root) !== NONE) continue;
      // From the root down to one: a task, and then those beside it.
      const line = [root];
      for (let task = root; task !== NONE; task = line.at(-1) ?? NONE) {
        yield this.nodeAt(task, line.length - 1);
        const child = line.length <= MOST_DEPTH ? below.at(task) : NONE;
        if (child !== NONE) line.push(child);
        else this.goOn(line, beside);
      }
    }
  }

  /** To the next task beside the last of a line, or beside one above it; never beside the root. */
  private goOn(line: number[], beside: PagedColumn): void {
    while (line.length > 1) {
      const next = beside.at(line.pop() ?? 0);
      if (next !== NONE) {
        line.push(next);
        return;
      }
    }
    line.pop();
  }

  /** Of each task the first that it began, and the next that was begun by the same one. */
  private families(): { readonly below: PagedColumn; readonly beside: PagedColumn } {
    const [below, beside] = [new PagedColumn(Int32Array), new PagedColumn(Int32Array)];
    for (let task = 0; task < this.#tids.size; task += 1) for (const column of [below, beside]) column.push(NONE);
    for (let task = this.#tids.size - 1; task >= 0; task -= 1) {
      const parent = this.parentOf(task);
      if (parent === NONE) continue;
      beside.set(task, below.at(parent));
      below.set(parent, task);
    }
    return { below, beside };
  }

  private parentOf(task: number): number {
    const parent = this.#parent.at(task);
    return parent === this.#tids.numberAt(task) ? NONE : this.#tids.find(parent);
  }

  private nodeAt(task: number, depth: number): TaskNode {
    const pid = this.#pid.at(task);
    return {
      pid,
      tid: this.#tids.numberAt(task),
      parent: this.#parent.at(task),
      comm: this.#comms.textOf(this.#comm.at(task)),
      depth,
      mappings: () => this.#mappings.seenFrom(this.newestOf(pid)),
    };
  }
}
