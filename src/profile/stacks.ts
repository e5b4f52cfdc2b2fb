import type { Places } from './places';
import type { SampleCursor } from './sample-cursor';
import type { ThreadState } from './timeline';
import { grown, WordTable } from './word-table';

/** What samples are told apart by besides their call chains. */
export interface StackKeys {
  readonly pid: boolean;
  readonly tid: boolean;
  readonly cpu: boolean;
}

/** PERF_CONTEXT_* of include/uapi/linux/perf_event.h, the lower halves of negative numbers: what follows is of the… */
const Context = { hypervisor: -32, kernel: -128, user: -512, first: -4095 } as const;

/** PERF_RECORD_MISC_*. */
const Mode = { kernel: 1, user: 2, hypervisor: 3 } as const;

/** Words before the functions of the call chain: see `Stacks.words`. */
export const StackWord = { event: 0, comm: 1, pid: 2, tid: 3, cpu: 4, chain: 5 } as const;

/**
 * Samples by where they were taken and from where that was called: equal ones are one, so that what follows costs nothing for
 * how many there are.
 */
export class Stacks {
  readonly #table = new WordTable();
  #counts = new Float64Array(1 << 10);
  #periods = new Float64Array(1 << 10);
  #scratch = new Uint32Array(1 << 12);

  constructor(
    private readonly places: Places,
    private readonly keys: StackKeys,
  ) {}

  add(sample: SampleCursor, state: ThreadState): void {
    const needed = StackWord.chain + sample.chainLength + 1;
    if (this.#scratch.length < needed) this.#scratch = new Uint32Array(needed * 2);
    const scratch = this.#scratch;
    scratch[StackWord.event] = sample.event;
    scratch[StackWord.comm] = state.comm;
    scratch[StackWord.pid] = this.keys.pid ? sample.pid : 0;
    scratch[StackWord.tid] = this.keys.tid ? sample.tid : 0;
    scratch[StackWord.cpu] = this.keys.cpu ? sample.cpu : 0;
    const id = this.#table.intern(scratch, 0, this.chain(sample, state));
    if (id >= this.#counts.length) {
      this.#counts = grown(this.#counts, id + 1, (size) => new Float64Array(size));
      this.#periods = grown(this.#periods, id + 1, (size) => new Float64Array(size));
    }
    this.#counts[id] = (this.#counts[id] ?? 0) + 1;
    this.#periods[id] = (this.#periods[id] ?? 0) + sample.period;
  }

  /** How many different ones there are. */
  get size(): number {
    return this.#table.size;
  }

  /** All of them: see `StackWord`. From its `chain` on they have their functions, the innermost first: see `Cell`. */
  get words(): Uint32Array {
    return this.#table.words;
  }

  /** Where in `words` one begins. */
  startOf(id: number): number {
    return this.#table.startOf(id);
  }

  /** How many functions it has: one at least. */
  depthOf(id: number): number {
    return this.#table.lengthOf(id) - StackWord.chain;
  }

  /** Samples of it. */
  countOf(id: number): number {
    return this.#counts[id] ?? 0;
  }

  /** Events that they stand for. */
  periodOf(id: number): number {
    return this.#periods[id] ?? 0;
  }

  /** Looks up the functions of one; of a sample without a call chain, only where it was taken. @returns words with them */
  private chain(sample: SampleCursor, { memory }: ThreadState): number {
    const { words, chainAt, chainLength } = sample;
    const [places, scratch] = [this.places, this.#scratch];
    scratch[StackWord.chain] = places.cellAt(sample.mode, memory, sample.ipLow, sample.ipHigh);
    let mode: number = Mode.user;
    let length: number = StackWord.chain;
    for (let at = chainAt; at < chainAt + chainLength * 2; at += 2) {
      const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
      if (high === 0xffffffff && (low | 0) < 0 && (low | 0) >= Context.first) {
        mode = modeOf(low | 0);
        // perf takes nothing from a chain with a context that nobody knows.
        if (mode < 0) return StackWord.chain + 1;
        continue;
      }
      // The chain begins where the sample was taken.
      if (length > StackWord.chain) scratch[length] = places.cellAt(mode, memory, low, high);
      length += 1;
    }
    return Math.max(length, StackWord.chain + 1);
  }
}

/** Less than 0 for a context that nobody knows. */
function modeOf(context: number): number {
  if (context === Context.kernel) return Mode.kernel;
  if (context === Context.user) return Mode.user;
  return context === Context.hypervisor ? Mode.hypervisor : -1;
}
