import { isContext, Mode, modeOf } from './chain-context';
import { KernelPaths, NO_PATH } from './kernel-paths';
import type { Memory } from './memory';
import type { Places } from './places';
import type { SampleCursor } from './sample-cursor';
import { Stacks, StackWord } from './stacks';
import type { ThreadState } from './timeline';
import { BATCH, WordBatch } from './word-batch';
import { grown, WordTable } from './word-table';

/** What samples are told apart by besides their call chains. */
export interface StackKeys {
  readonly event: boolean;
  readonly comm: boolean;
  readonly pid: boolean;
  readonly tid: boolean;
  readonly cpu: boolean;
}

/** Words of an entry: those of a stack up to its functions, its path in the kernel + 1 or 0, then the rest of its functions. */
const [PATH, REST] = [StackWord.chain, StackWord.chain + 1];

/** Puts samples with equal stacks together. */
export class StackCollector {
  readonly #paths: KernelPaths;
  readonly #table = new WordTable();
  /** Of each entry: samples, and what they stand for. */
  #sums = new Float64Array(1 << 11);
  #scratch = new Int32Array(1 << 12);
  /** Entries that are not in the table yet, without their paths, and of each the kernel's part of its chain and the period. */
  readonly #waiting = new WordBatch();
  readonly #waitingParts = new WordBatch();
  readonly #waitingPeriods = new Float64Array(BATCH);
  readonly #ids = new Int32Array(BATCH);

  constructor(
    private readonly places: Places,
    private readonly keys: StackKeys,
    /** Told of samples, in the order in which they came, which stacks they are of; the numbers are valid until it returns. */
    private readonly onStacks: (ids: Int32Array) => void = () => {},
  ) {
    this.#paths = new KernelPaths(places);
  }

  add(sample: SampleCursor, state: ThreadState): void {
    const needed = REST + sample.chainLength + 1;
    if (this.#scratch.length < needed) this.#scratch = new Int32Array(needed * 2);
    const scratch = this.#scratch;
    scratch[StackWord.event] = this.keys.event ? sample.event : 0;
    scratch[StackWord.comm] = this.keys.comm ? state.comm : 0;
    scratch[StackWord.pid] = this.keys.pid ? sample.pid : 0;
    scratch[StackWord.tid] = this.keys.tid ? sample.tid : 0;
    scratch[StackWord.cpu] = this.keys.cpu ? sample.cpu : 0;
    const length = this.chain(sample, state);
    this.#waitingPeriods[this.#waiting.count] = sample.period;
    this.#waiting.push(scratch, 0, length);
    if (this.#waiting.count === BATCH) this.sumUp();
  }

  /** Looks up what waits for it. */
  private sumUp(): void {
    const { words, starts, count } = this.#waiting;
    this.#paths.ofAll(this.#waitingParts, this.#ids);
    for (let i = 0; i < count; i += 1) words[(starts[i] ?? 0) + PATH] = (this.#ids[i] ?? NO_PATH) + 1;
    this.#table.internAll(this.#waiting, this.#ids);
    this.#sums = grown(this.#sums, this.#table.size * 2, (size) => new Float64Array(size));
    for (let i = 0; i < count; i += 1) {
      const at = (this.#ids[i] ?? 0) * 2;
      this.#sums[at] = (this.#sums[at] ?? 0) + 1;
      this.#sums[at + 1] = (this.#sums[at + 1] ?? 0) + (this.#waitingPeriods[i] ?? 0);
    }
    this.#waiting.clear();
    this.#waitingParts.clear();
    this.onStacks(this.#ids.subarray(0, count));
  }

  /** All that there are by now. */
  stacks(): Stacks {
    this.sumUp();
    const [table, paths, size] = [this.#table, this.#paths, this.#table.size];
    const groups = new WordTable();
    const kernelStacks = new Int32Array(size).fill(-1);
    let length = 0;
    for (let id = 0; id < size; id += 1) {
      const start = table.startOf(id);
      const path = (table.words[start + PATH] ?? 0) - 1;
      length += table.lengthOf(id) - 1;
      if (path < 0) continue;
      const depth = paths.depthOf(path);
      length += depth;
      const known = groups.size;
      const group = groups.intern(table.words, start, REST);
      if (group === known) length += StackWord.chain + depth;
      kernelStacks[id] = size + group;
    }
    return new Stacks({ size, kernelStacks, ...this.expanded(kernelStacks, groups, length) });
  }

  /** Stacks, and behind them kernel stacks, with all their functions. @param length of all of them in words */
  private expanded(kernelStacks: Int32Array, groups: WordTable, length: number) {
    const [table, size] = [this.#table, this.#table.size];
    const words = new Int32Array(length);
    const [starts, depths] = [new Int32Array(size + groups.size), new Int32Array(size + groups.size)];
    const [counts, periods] = [new Float64Array(size + groups.size), new Float64Array(size + groups.size)];
    let used = 0;
    const add = (id: number, from: WordTable, entry: number) => {
      starts[id] = used;
      used = this.expand(words, used, from.words, from.startOf(entry), from.lengthOf(entry));
      depths[id] = used - (starts[id] ?? 0) - StackWord.chain;
    };
    for (let id = 0; id < size; id += 1) {
      add(id, table, id);
      counts[id] = this.#sums[id * 2] ?? 0;
      periods[id] = this.#sums[id * 2 + 1] ?? 0;
      const kernelStack = kernelStacks[id] ?? -1;
      if (kernelStack < 0) continue;
      counts[kernelStack] = (counts[kernelStack] ?? 0) + (counts[id] ?? 0);
      periods[kernelStack] = (periods[kernelStack] ?? 0) + (periods[id] ?? 0);
    }
    for (let group = 0; group < groups.size; group += 1) add(size + group, groups, group);
    return { words, starts, depths, counts, periods };
  }

  /** Writes an entry with the functions of its path. @returns where it ends */
  private expand(to: Int32Array, at: number, entries: Int32Array, from: number, length: number): number {
    let end = at;
    for (let i = from; i < from + PATH; i += 1, end += 1) to[end] = entries[i] ?? 0;
    const path = (entries[from + PATH] ?? 0) - 1;
    if (path >= 0) {
      const { cells } = this.#paths;
      const start = this.#paths.startOf(path);
      const last = start + this.#paths.depthOf(path);
      for (let i = start; i < last; i += 1, end += 1) to[end] = cells[i] ?? 0;
    }
    for (let i = from + REST; i < from + length; i += 1, end += 1) to[end] = entries[i] ?? 0;
    return end;
  }

  /**
   * Looks up the functions of a sample but those of its path; of one without a call chain, only where it was taken.
   * @returns words with them
   */
  private chain(sample: SampleCursor, { memory }: ThreadState): number {
    const { words, chainAt } = sample;
    const user = endOfPath(sample);
    this.#waitingParts.push(words, chainAt, user - chainAt);
    if (user > chainAt) return this.rest(sample, memory, user, REST);
    this.#scratch[REST] = this.places.cellAt(sample.mode, memory, sample.ipLow, sample.ipHigh);
    return this.rest(sample, memory, chainAt, REST + 1);
  }

  /** Looks up what follows in a chain from a place on. @param known words that are there already */
  private rest(sample: SampleCursor, memory: Memory, from: number, known: number): number {
    const { words, chainAt, chainLength } = sample;
    const scratch = this.#scratch;
    let mode: number = Mode.user;
    let length = known;
    // The first address is where the sample was taken: that is known.
    let isFirst = known > REST;
    for (let at = from; at < chainAt + chainLength * 2; at += 2) {
      const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
      if (isContext(low, high)) {
        mode = modeOf(low);
        if (mode < 0) return this.cut(sample, memory);
        continue;
      }
      if (!isFirst) {
        scratch[length] = this.places.cellAt(mode, memory, low, high);
        length += 1;
      }
      isFirst = false;
    }
    return length;
  }

  /** perf takes nothing from a chain with a context that nobody knows. */
  private cut({ mode, ipLow, ipHigh }: SampleCursor, memory: Memory): number {
    this.#waitingParts.cutLast();
    this.#scratch[REST] = this.places.cellAt(mode, memory, ipLow, ipHigh);
    return REST + 1;
  }
}

/**
 * Where the kernel's part of a chain ends, which has a path: its beginning where it has none. The part begins where the sample
 * was taken, and nothing but user space follows.
 */
function endOfPath({ mode, words, chainAt, chainLength, ipLow, ipHigh }: SampleCursor): number {
  if (mode !== Mode.kernel || chainLength < 2 || words[chainAt + 2] !== ipLow || words[chainAt + 3] !== ipHigh) {
    return chainAt;
  }
  const end = chainAt + chainLength * 2;
  let at = chainAt + 2;
  while (at < end && !isContext(words[at] ?? 0, words[at + 1] ?? 0)) at += 2;
  if (at < end && modeOf(words[at] ?? 0) !== Mode.user) return chainAt;
  return modeOf(words[chainAt] ?? 0) === Mode.kernel && words[chainAt + 1] === -1 ? at : chainAt;
}
