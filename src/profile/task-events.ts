import type { MappedRange } from './memory';
import { MergedOrder } from './merged-order';
import { PagedColumn } from './paged-column';

/** What an event is. */
export const TaskEventKind = { comm: 0, exec: 1, fork: 2, map: 3, running: 4 } as const;

/**
 * What happened to tasks, as records tell, one row each. A file may be nothing but such records, so that a row is a few
 * numbers, and what `Timeline` makes of them takes their place.
 */
export class TaskEvents {
  readonly #kind = new PagedColumn(Uint8Array);
  readonly #time = new PagedColumn(Float64Array);
  readonly #tid = new PagedColumn(Int32Array);
  /** The process; once it is settled, its number, or of a mapping the one before. */
  readonly #pid = new PagedColumn(Int32Array);
  /** Of a name its number, of a fork the process that forked, of a mapping the number of its file; settled: of a name. */
  readonly #what = new PagedColumn(Int32Array);
  /** Of a fork the thread that forked, of a mapping its row in what follows; settled: what the thread was before. */
  readonly #more = new PagedColumn(Int32Array);
  readonly #start = new PagedColumn(Float64Array);
  readonly #end = new PagedColumn(Float64Array);
  readonly #offset = new PagedColumn(Float64Array);
  #latest = Number.NEGATIVE_INFINITY;
  #isOrdered = true;

  /** @param idle number of the name of thread 0, which it has before anything is told */
  constructor(idle: number) {
    this.comm(Number.NEGATIVE_INFINITY, 0, 0, idle);
  }

  /** A thread has a name from then on, in ns of the recording's clock. @param comm its number */
  comm(time: number, pid: number, tid: number, comm: number): void {
    this.add(TaskEventKind.comm, time, pid, tid, comm, 0);
  }

  /** The same, as another program begins. */
  exec(time: number, pid: number, tid: number, comm: number): void {
    this.add(TaskEventKind.exec, time, pid, tid, comm, 0);
  }

  /** A thread `tid` of process `pid` is begun by another one. */
  fork(time: number, pid: number, tid: number, parent: number, parentTid: number): void {
    this.add(TaskEventKind.fork, time, pid, tid, parent, parentTid);
  }

  /** The same of one that ran already when that was told: what its parent had in its memory says nothing of it. */
  running(time: number, pid: number, tid: number, parent: number, parentTid: number): void {
    this.add(TaskEventKind.running, time, pid, tid, parent, parentTid);
  }

  map(time: number, pid: number, { start, end, offset, dso }: MappedRange): void {
    this.add(TaskEventKind.map, time, pid, pid, dso, this.#start.length);
    this.#start.push(start);
    this.#end.push(end);
    this.#offset.push(offset);
  }

  /** All rows in the order of time; those of one time as they came. */
  each(visit: (row: number) => void): void {
    const { length } = this.#kind;
    if (this.#isOrdered) {
      for (let row = 0; row < length; row += 1) visit(row);
      return;
    }
    const times = new Float64Array(length);
    for (let row = 0; row < length; row += 1) times[row] = this.#time.at(row);
    for (const row of new MergedOrder().upTo(times, length, Number.POSITIVE_INFINITY)) visit(row);
  }

  kindAt(row: number): number {
    return this.#kind.at(row);
  }

  timeAt(row: number): number {
    return this.#time.at(row);
  }

  tidAt(row: number): number {
    return this.#tid.at(row);
  }

  /** Of one that is not settled. */
  pidAt(row: number): number {
    return this.#pid.at(row);
  }

  /** Of a fork that is not settled: who began it. */
  parentAt(row: number): { readonly pid: number; readonly tid: number } {
    return { pid: this.#what.at(row), tid: this.#more.at(row) };
  }

  /** The thread is that from then on. @param before the row of what it was; -1 for none */
  settle(row: number, process: number, comm: number, before: number): void {
    this.#pid.set(row, process);
    this.#what.set(row, comm);
    this.#more.set(row, before);
  }

  /** Of one that is settled. */
  processAt(row: number): number {
    return this.#pid.at(row);
  }

  /** The number of a name, also of one that is settled. */
  commAt(row: number): number {
    return this.#what.at(row);
  }

  /** Of one that is settled, also of mappings. */
  beforeAt(row: number): number {
    return this.kindAt(row) === TaskEventKind.map ? this.#pid.at(row) : this.#more.at(row);
  }

  /** The mapping is the newest in its memory. @param before the row of the one before; -1 for none */
  settleMap(row: number, before: number): void {
    this.#pid.set(row, before);
  }

  rangeAt(row: number): MappedRange {
    const at = this.#more.at(row);
    return { start: this.#start.at(at), end: this.#end.at(at), offset: this.#offset.at(at), dso: this.#what.at(row) };
  }

  private add(kind: number, time: number, pid: number, tid: number, what: number, more: number): void {
    this.#kind.push(kind);
    this.#time.push(time);
    this.#tid.push(tid);
    this.#pid.push(pid);
    this.#what.push(what);
    this.#more.push(more);
    if (time < this.#latest) this.#isOrdered = false;
    this.#latest = time;
  }
}
