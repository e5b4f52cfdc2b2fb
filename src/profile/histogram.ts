import {
  type HistogramEntries,
  type HistogramShape,
  HistogramTable,
  placesInChains,
  SelfWord,
} from '../native/histogram-table';
import type { CallOrder } from './call-tree';
import { cellParts } from './cell-parts';
import type { Cells } from './cells';
import type { SampleSum } from './sample-sums';
import type { SortKey } from './sort-keys';
import { stackValues, type ValueSources } from './stack-values';
import type { Stacks } from './stacks';

export { type SortKey, sortKeys, stackKeysFor } from './sort-keys';

/** How samples are put into entries. */
export interface HistogramOptions extends ValueSources {
  readonly keys: readonly SortKey[];
  /** Whether callers have a share of what they call. */
  readonly children: boolean;
  /** Whether entries remember which call chains they are of, and of what calls itself which call: the outermost or innermost. */
  readonly chains: CallOrder | undefined;
  /** Events that entries have a share of each; 1 where it is not said. */
  readonly members?: number;
  /** Of an event: samples that are part of the whole, and of no entry. */
  readonly hiddenOf?: (event: number) => SampleSum;
  /** Whether the whole is only what entries have: what is not accepted is no part of it. */
  readonly isRelative?: boolean;
}

/**
 * How much of one event's samples, or of those of several, is of what. In an entry are those whose keys are equal; with
 * `children`, a sample is also in the entries of all its callers, once in each.
 *
 * Stacks are counted in C, when something is asked for first; nothing has to be closed.
 */
export class Histogram {
  readonly #members: number;
  readonly #hasEventKey: boolean;
  /** In the order in which they came. */
  readonly #events: { readonly event: number; readonly member: number }[] = [];
  /** Of all that were added. */
  #counted: Counted | undefined;

  constructor(
    private readonly stacks: Stacks,
    private readonly cells: Cells,
    private readonly options: HistogramOptions,
    private readonly accepts?: (cell: number) => boolean,
  ) {
    this.#hasEventKey = options.keys.includes('event');
    this.#members = options.members ?? 1;
  }

  /** Counts the stacks of an event, as one of the members. */
  add(event: number, member = 0): void {
    this.#events.push({ event, member });
    this.#counted = undefined;
  }

  /** Of all samples. */
  get period(): number {
    return this.counted.period;
  }

  get count(): number {
    return this.counted.count;
  }

  get members(): number {
    return this.#members;
  }

  /** What the shares of an entry are of: the period of a member, or of the entry's own event where that is a key. */
  wholeOf(entry: number, member = 0): number {
    if (!this.#hasEventKey) return this.periodOf(member);
    return this.counted.eventPeriods.get(this.keyOf(entry, 'event')) ?? 0;
  }

  /** Of a member. */
  periodOf(member: number): number {
    return this.counted.periods[member] ?? 0;
  }

  /** Whether the shares of all entries are of the same. */
  get hasOneWhole(): boolean {
    return !this.#hasEventKey;
  }

  get size(): number {
    return this.counted.entries.size;
  }

  /** Period of what was sampled in the entry itself. */
  selfOf(entry: number, member = 0): number {
    return this.ownSum(entry, member, SelfWord.period);
  }

  /** The part of that which was sampled in the kernel. */
  kernelOf(entry: number, member = 0): number {
    return this.ownSum(entry, member, SelfWord.kernel);
  }

  /** The same, with what it called. */
  totalOf(entry: number, member = 0): number {
    return this.counted.entries.totals[entry * this.#members + member] ?? 0;
  }

  /** How many functions the longest call chain has that it shows. */
  depthOf(entry: number): number {
    return this.counted.entries.depths[entry] ?? 0;
  }

  /** Samples in the entry itself. */
  samplesOf(entry: number, member = 0): number {
    return this.ownSum(entry, member, SelfWord.samples);
  }

  /**
   * The value of a key: an event, a comm, a pid, a tid, a CPU, a socket, see `Parents`; of `dso`, `sym` and `srcline` the number of a
   * cell.
   */
  keyOf(entry: number, key: SortKey): number {
    const { entries, stackKeys } = this.counted;
    if (key === 'dso' || key === 'sym' || key === 'srcline') return entries.cells[entry] ?? 0;
    return entries.keys[entry * stackKeys.length + stackKeys.indexOf(key)] ?? 0;
  }

  /** The name of an entry's parent; undefined for one without. */
  parentOf(entry: number): string | undefined {
    return this.options.parents?.nameOf(this.keyOf(entry, 'parent'));
  }

  /**
   * The parts of call chains that entries are of: stack and position, counted from the innermost function, in turn. Of several
   * members, those of the first.
   * @param wanted entries; all of the parts are gone through once
   */
  chainsOf(wanted: Iterable<number>): Map<number, Int32Array> {
    const { entries, marks, shape } = this.counted;
    const lengthOf = (entry: number) => (entries.places[entry] ?? 0) * 2;
    const asked = new Set(wanted);
    const next = new Int32Array(entries.size).fill(-1);
    let length = 0;
    for (const entry of asked) {
      next[entry] = length;
      length += lengthOf(entry);
    }
    const all = new Int32Array(length);
    if (length > 0) {
      let used = 0;
      for (const { event, member } of this.#events) {
        if (member > 0) continue;
        used += placesInChains(this.stacks.arrays, shape, event, marks.subarray(used), next, all);
      }
    }
    const chains = new Map<number, Int32Array>();
    for (const entry of asked) {
      const end = next[entry] ?? 0;
      chains.set(entry, all.subarray(end - lengthOf(entry), end));
    }
    return chains;
  }

  private ownSum(entry: number, member: number, word: number): number {
    const { selves, sums } = this.counted.entries;
    const at = selves[entry] ?? -1;
    return at < 0 ? 0 : (sums[(at * this.#members + member) * SelfWord.size + word] ?? 0);
  }

  private get counted(): Counted {
    this.#counted ??= this.counts();
    return this.#counted;
  }

  private counts(): Counted {
    const { shape, stackKeys } = this.shape();
    const marks = this.roomForMarks();
    let marked = 0;
    const [periods, eventPeriods] = [[] as number[], new Map<number, number>()];
    const whole = new Float64Array(2);
    const table = new HistogramTable(this.stacks.arrays, shape);
    try {
      for (const { event, member } of this.#events) {
        const [before = 0] = whole;
        this.hide(event, whole);
        marked += table.add(event, member, whole, marks.subarray(member === 0 ? marked : marks.length));
        const period = (whole[0] ?? 0) - before;
        periods[member] = (periods[member] ?? 0) + period;
        eventPeriods.set(event, period);
      }
      const [period = 0, count = 0] = whole;
      return { shape, stackKeys, marks, periods, eventPeriods, period, count, entries: table.entries() };
    } finally {
      table.close();
    }
  }

  /** As many as there can be at most: only what is written of it takes memory. */
  private roomForMarks(): Int32Array {
    if (!this.options.chains) return new Int32Array(0);
    const events = this.#events.filter(({ member }) => member === 0).map(({ event }) => event);
    const again = events.length - new Set(events).size;
    return new Int32Array(this.stacks.words.length * (again + 1));
  }

  /** Adds to the whole what is part of no entry. */
  private hide(event: number, whole: Float64Array): void {
    const hidden = this.options.hiddenOf?.(event);
    if (!hidden) return;
    whole[0] = (whole[0] ?? 0) + hidden.period;
    whole[1] = (whole[1] ?? 0) + hidden.samples;
  }

  private shape(): { readonly shape: HistogramShape; readonly stackKeys: readonly SortKey[] } {
    const { keys, children, chains, isRelative } = this.options;
    const events = new Set(this.#events.map(({ event }) => event));
    const { keys: stackKeys, ...values } = stackValues(this.stacks, keys, this.options, (event) => events.has(event));
    // Where no entry is both of the kernel's part of a stack and of the rest. Who called the kernel may tell who the parent is.
    const isShared = chains === 'caller' && keys.includes('sym') && !keys.includes('parent');
    const shape: HistogramShape = {
      ...values,
      ...cellParts(this.cells, keys, this.accepts),
      members: this.#members,
      flags: [
        ...(children ? (['children'] as const) : []),
        ...(chains === 'caller' ? (['callers'] as const) : []),
        ...(isShared ? (['shared'] as const) : []),
        ...(isRelative ? (['relative'] as const) : []),
      ],
    };
    return { shape, stackKeys };
  }
}

/** What came of counting. */
interface Counted {
  readonly shape: HistogramShape;
  /** The keys that entries have values of. */
  readonly stackKeys: readonly SortKey[];
  readonly entries: HistogramEntries;
  /** Of each place that was gone through: the entry that it was counted for, + 1, or 0. Empty where call chains are not shown. */
  readonly marks: Int32Array;
  /** Of all samples. */
  readonly period: number;
  readonly count: number;
  /** Of each member, and of each event. */
  readonly periods: readonly number[];
  readonly eventPeriods: ReadonlyMap<number, number>;
}
