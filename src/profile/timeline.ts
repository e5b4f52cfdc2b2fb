import { type MappedRange, Memory } from './memory';
import type { Names } from './names';

/** What happened to tasks, as records tell; times in ns of the recording's clock. */
export type TaskEvent =
  | {
      readonly kind: 'comm';
      readonly time: number;
      readonly pid: number;
      readonly tid: number;
      readonly comm: string;
      readonly isExec: boolean;
    }
  | {
      readonly kind: 'fork';
      readonly time: number;
      readonly pid: number;
      readonly tid: number;
      readonly parent: number;
      readonly parentTid: number;
    }
  | { readonly kind: 'map'; readonly time: number; readonly pid: number; readonly range: MappedRange };

/** So many ranges are gone through for each that comes; programs seldom have more, and a file may tell of any number. */
const MOST_RANGES = 2048;

/** A process from its start on. */
class Process {
  // Written out, as lists that are pushed to have room for many more: most processes have one.
  readonly #versions: { readonly from: number; readonly memory: Memory }[];

  constructor(memory: Memory) {
    this.#versions = [{ from: Number.NEGATIVE_INFINITY, memory }];
  }

  get memory(): Memory {
    const last = this.#versions.at(-1);
    if (!last) throw new Error('a process has memory');
    return last.memory;
  }

  /** Its memory is another from then on. */
  replace(memory: Memory, from: number): void {
    this.#versions.push({ from, memory });
  }

  /** Its memory at a time, and since and until when it is that. */
  memoryAt(time: number): { readonly memory: Memory; readonly from: number; readonly to: number } {
    let i = this.#versions.length - 1;
    while (i > 0 && (this.#versions[i]?.from ?? 0) > time) i -= 1;
    const version = this.#versions[i] ?? { from: Number.NEGATIVE_INFINITY, memory: this.memory };
    return { ...version, to: this.#versions[i + 1]?.from ?? Number.POSITIVE_INFINITY };
  }
}

/** What a thread was, from a time on, until it became something else. */
interface ThreadSpan {
  readonly from: number;
  readonly process: Process;
  /** Number of its name; -1 for one that nothing has told. */
  readonly comm: number;
}

/** What a thread is at a time. */
export interface ThreadState {
  readonly memory: Memory;
  /** Number of its name. */
  readonly comm: number;
}

/** From when, and until when, a thread is that. */
interface StateSpan {
  readonly from: number;
  readonly to: number;
  readonly state: ThreadState;
}

/**
 * Which name a thread had at a time, and what was in its memory: told by records of the recording, which come in any order.
 */
export class Timeline {
  readonly #threads = new Map<number, ThreadSpan[]>();
  readonly #processes = new Map<number, Process>();
  #memories = 1;
  /** The state that was asked for last, by thread, and until when it holds. */
  readonly #last = new Map<number, StateSpan>();
  #lastTid = Number.NaN;
  #lastSpan: StateSpan | undefined;

  /** @param events in any order; those of one time in the order in which they happened */
  constructor(
    events: readonly TaskEvent[],
    private readonly comms: Names,
  ) {
    const idle = this.processOf(0);
    this.#threads.set(0, [{ from: Number.NEGATIVE_INFINITY, process: idle, comm: comms.idOf('swapper') }]);
    for (const event of [...events].sort((a, b) => a.time - b.time)) this.apply(event);
  }

  /** How many memories there are; each has a number of its own below that. */
  get memories(): number {
    return this.#memories;
  }

  /** The number of the name that a thread had at last. */
  lastComm(tid: number): number {
    return this.stateAt(tid, tid, Number.POSITIVE_INFINITY).comm;
  }

  stateAt(pid: number, tid: number, time: number): ThreadState {
    // Samples of a thread come one after the other.
    if (tid !== this.#lastTid) {
      this.#lastTid = tid;
      this.#lastSpan = this.#last.get(tid);
    }
    const last = this.#lastSpan;
    if (last && time >= last.from && time < last.to) return last.state;
    this.#lastSpan = this.spanAt(pid, tid, time);
    this.#last.set(tid, this.#lastSpan);
    return this.#lastSpan.state;
  }

  private spanAt(pid: number, tid: number, time: number): StateSpan {
    const spans = this.#threads.get(tid) ?? [this.become(tid, this.processOf(pid), -1, Number.NEGATIVE_INFINITY)];
    let i = spans.length - 1;
    while (i > 0 && (spans[i]?.from ?? 0) > time) i -= 1;
    const span = spans[i];
    if (!span) throw new Error('a thread has a span');
    const { memory, from, to } = span.process.memoryAt(time);
    const state = { memory, comm: span.comm < 0 ? this.comms.idOf(`:${tid}`) : span.comm };
    return {
      from: Math.max(from, i === 0 ? Number.NEGATIVE_INFINITY : span.from),
      to: Math.min(to, spans[i + 1]?.from ?? Number.POSITIVE_INFINITY),
      state,
    };
  }

  private apply(event: TaskEvent): void {
    if (event.kind === 'fork') this.fork(event);
    else if (event.kind === 'comm') this.rename(event);
    else this.map(event.pid, event.range, event.time);
  }

  private fork({ pid, tid, parent, parentTid, time }: TaskEvent & { kind: 'fork' }): void {
    const span = this.#threads.get(parentTid)?.at(-1);
    if (pid === parent) {
      this.become(tid, this.processOf(pid), span?.comm ?? -1, time);
      return;
    }
    const process = new Process(new Memory(this.nextMemory(), this.processOf(parent).memory));
    this.#processes.set(pid, process);
    this.become(tid, process, span?.comm ?? -1, time);
  }

  private rename({ pid, tid, comm, isExec, time }: TaskEvent & { kind: 'comm' }): void {
    const process = this.processOf(pid);
    // What was there before stays for samples that are taken while the new program is loaded.
    if (isExec) process.replace(new Memory(this.nextMemory(), process.memory), time);
    this.become(tid, process, this.comms.idOf(comm), time);
  }

  private map(pid: number, range: MappedRange, time: number): void {
    const process = this.processOf(pid);
    // What was there before is looked for only by samples from before.
    if (process.memory.count >= MOST_RANGES || process.memory.overlaps(range))
      process.replace(new Memory(this.nextMemory(), process.memory), time);
    process.memory.add(range);
  }

  private become(tid: number, process: Process, comm: number, from: number): ThreadSpan {
    const span = { from, process, comm };
    const spans = this.#threads.get(tid);
    if (spans) spans.push(span);
    else this.#threads.set(tid, [span]);
    return span;
  }

  private processOf(pid: number): Process {
    let process = this.#processes.get(pid);
    if (!process) {
      process = new Process(new Memory(this.nextMemory()));
      this.#processes.set(pid, process);
    }
    return process;
  }

  private nextMemory(): number {
    this.#memories += 1;
    return this.#memories - 1;
  }
}
