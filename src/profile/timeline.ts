import { Memories, NOTHING } from './memories';
import type { Memory } from './memory';
import type { Names } from './names';
import { Numbering } from './numbering';
import { PagedColumn } from './paged-column';
import { TaskEventKind, type TaskEvents } from './task-events';

/** What a thread is at a time. */
export interface ThreadState {
  readonly memory: Memory;
  /** Number of its name. */
  readonly comm: number;
}

/** From when, and until when, a thread is that. */
export interface StateSpan {
  readonly from: number;
  readonly to: number;
  readonly state: ThreadState;
}

/** So many threads are remembered as they were asked for; then it begins anew. */
const MOST_REMEMBERED = 10_000;

/** None of them. */
const NONE = -1;

/**
 * Which name a thread had at a time, and what was in its memory: told by records of the recording, which come in any order.
 */
export class Timeline {
  /** Threads and processes, by the numbers that the kernel gave them; for each what follows. */
  readonly #ids = new Numbering();
  /** The row of the event that made the thread what it is at last. */
  readonly #thread = new PagedColumn(Int32Array);
  /** The last process of that number. */
  readonly #process = new PagedColumn(Int32Array);
  /** By process: its memory at last, and the row in what follows of the one before. */
  readonly #memory = new PagedColumn(Int32Array);
  readonly #replaced = new PagedColumn(Int32Array);
  /** A memory that a process had, until when, and the row of the one before. */
  readonly #old = new PagedColumn(Int32Array);
  readonly #until = new PagedColumn(Float64Array);
  readonly #older = new PagedColumn(Int32Array);
  readonly #memories: Memories;
  /** The state that was asked for last, by thread, and until when it holds. */
  readonly #last = new Map<number, StateSpan>();
  #lastTid = Number.NaN;
  #lastSpan: StateSpan | undefined;
  #foresees = true;

  /** @param events in any order; those of one time in the order in which they happened. Taken over */
  constructor(
    private readonly events: TaskEvents,
    private readonly comms: Names,
  ) {
    this.#memories = new Memories(events);
    events.each((row) => this.apply(row));
  }

  /**
   * A thread has no name before the first record that tells of it: as `perf script` has it, which goes through a file once. A
   * recording begins on one CPU after the other, so that a thread may run before its beginning could be told.
   */
  withoutForesight(): this {
    this.#foresees = false;
    this.#last.clear();
    this.#lastTid = Number.NaN;
    return this;
  }

  /** The number of the name that a thread had at last. */
  lastComm(tid: number): number {
    return this.commAt(tid, Number.POSITIVE_INFINITY);
  }

  /** The number of the name that a thread had at a time. */
  commAt(tid: number, time: number): number {
    const { row } = this.rowAt(tid, time);
    return this.nameOf(tid, this.isForeseen(row, time) ? NONE : row);
  }

  stateAt(pid: number, tid: number, time: number): ThreadState {
    return this.spanOf(pid, tid, time).state;
  }

  /** What a thread was at a time, and since and until when. */
  spanOf(pid: number, tid: number, time: number): StateSpan {
    // Samples of a thread come one after the other.
    if (tid !== this.#lastTid) {
      this.#lastTid = tid;
      this.#lastSpan = this.#last.get(tid);
    }
    const last = this.#lastSpan;
    if (last && time >= last.from && time < last.to) return last;
    this.#lastSpan = this.spanAt(pid, tid, time);
    if (this.#last.size >= MOST_REMEMBERED) this.#last.clear();
    this.#last.set(tid, this.#lastSpan);
    return this.#lastSpan;
  }

  private spanAt(pid: number, tid: number, time: number): StateSpan {
    const { row, to } = this.rowAt(tid, time);
    const process = row === NONE ? this.lastProcess(pid) : this.events.processAt(row);
    const memory = this.memoryAt(process, time);
    const isForeseen = this.isForeseen(row, time);
    const isFirst = row === NONE || (this.events.beforeAt(row) === NONE && (this.#foresees || isForeseen));
    return {
      from: Math.max(memory.from, isFirst ? Number.NEGATIVE_INFINITY : this.events.timeAt(row)),
      to: Math.min(memory.to, isForeseen ? this.events.timeAt(row) : to),
      state: { memory: this.#memories.memoryOf(memory.number), comm: this.nameOf(tid, isForeseen ? NONE : row) },
    };
  }

  /** Whether it is not known yet, at that time, what an event tells. */
  private isForeseen(row: number, time: number): boolean {
    return !this.#foresees && row !== NONE && this.events.timeAt(row) > time;
  }

  /** The row of the event that made a thread what it was at a time, and until when it was that. */
  private rowAt(tid: number, time: number): { readonly row: number; readonly to: number } {
    const { events } = this;
    let [row, to] = [this.lastRow(tid), Number.POSITIVE_INFINITY];
    while (row !== NONE && events.timeAt(row) > time && events.beforeAt(row) !== NONE) {
      to = events.timeAt(row);
      row = events.beforeAt(row);
    }
    return { row, to };
  }

  /** The memory of a process at a time, and since and until when it is that. */
  private memoryAt(process: number, time: number): { number: number; from: number; to: number } {
    if (process === NONE) return { number: NOTHING, from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
    let [number, to] = [this.#memory.at(process), Number.POSITIVE_INFINITY];
    let row = this.#replaced.at(process);
    while (row !== NONE && this.#until.at(row) > time) {
      number = this.#old.at(row);
      to = this.#until.at(row);
      row = this.#older.at(row);
    }
    return { number, from: row === NONE ? Number.NEGATIVE_INFINITY : this.#until.at(row), to };
  }

  private nameOf(tid: number, row: number): number {
    const comm = row === NONE ? NONE : this.events.commAt(row);
    return comm === NONE ? this.comms.idOf(`:${tid}`) : comm;
  }

  private lastRow(tid: number): number {
    const id = this.#ids.find(tid);
    return id < 0 ? NONE : this.#thread.at(id);
  }

  private lastProcess(pid: number): number {
    const id = this.#ids.find(pid);
    return id < 0 ? NONE : this.#process.at(id);
  }

  private apply(row: number): void {
    const kind = this.events.kindAt(row);
    if (kind === TaskEventKind.fork) this.fork(row, true);
    else if (kind === TaskEventKind.running) this.fork(row, false);
    else if (kind === TaskEventKind.map) this.map(row);
    else this.rename(row, kind === TaskEventKind.exec);
  }

  private fork(row: number, inherits: boolean): void {
    const pid = this.events.pidAt(row);
    const parent = this.events.parentAt(row);
    const last = this.lastRow(parent.tid);
    const comm = last === NONE ? NONE : this.events.commAt(last);
    if (pid === parent.pid) {
      this.become(row, this.processOf(pid), comm);
      return;
    }
    const origin = inherits ? this.lastProcess(parent.pid) : NONE;
    const process = this.begin(pid, origin === NONE ? NOTHING : this.#memories.childOf(this.#memory.at(origin)));
    this.become(row, process, comm);
  }

  private rename(row: number, isExec: boolean): void {
    const process = this.processOf(this.events.pidAt(row));
    const memory = this.#memory.at(process);
    // What was there before stays for samples that are taken while the new program is loaded.
    if (isExec) this.replace(process, this.#memories.otherOf(memory), this.events.timeAt(row));
    this.become(row, process, this.events.commAt(row));
  }

  private map(row: number): void {
    const process = this.processOf(this.events.pidAt(row));
    // What was there before is looked for only by samples from before.
    this.replace(process, this.#memories.map(this.#memory.at(process), row), this.events.timeAt(row));
  }

  /** Its memory is another from then on. What had none has it from its beginning on. */
  private replace(process: number, memory: number, from: number): void {
    const old = this.#memory.at(process);
    if (old === memory) return;
    this.#memory.set(process, memory);
    if (old === NOTHING) return;
    this.#old.push(old);
    this.#until.push(from);
    this.#older.push(this.#replaced.at(process));
    this.#replaced.set(process, this.#old.length - 1);
  }

  private become(row: number, process: number, comm: number): void {
    const id = this.idOf(this.events.tidAt(row));
    this.events.settle(row, process, comm, this.#thread.at(id));
    this.#thread.set(id, row);
  }

  private processOf(pid: number): number {
    const process = this.#process.at(this.idOf(pid));
    return process === NONE ? this.begin(pid, NOTHING) : process;
  }

  private begin(pid: number, memory: number): number {
    this.#memory.push(memory);
    this.#replaced.push(NONE);
    const process = this.#memory.length - 1;
    this.#process.set(this.idOf(pid), process);
    return process;
  }

  private idOf(number: number): number {
    const id = this.#ids.of(number);
    if (id === this.#thread.length) {
      this.#thread.push(NONE);
      this.#process.push(NONE);
    }
    return id;
  }
}
