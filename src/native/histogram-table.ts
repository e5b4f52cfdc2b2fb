import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { histogramFlags, histogramSelfLayout } from './layout';
import { secret } from './secret';
import { type Shim, sharedShim } from './shim';
import type { StackMemory } from './stack-memory';

/** How stacks are put into entries: an entry is of a group of stacks, those with equal values of all keys, and a part of functions. */
export interface HistogramShape {
  readonly flags: readonly (keyof typeof histogramFlags)[];
  readonly members: number;
  /** Which of the words in front of a stack's functions are keys, ascending. */
  readonly keyWords: readonly number[];
  /** Values of each stack, and kernel stack, that are keys beside them: so many of each, one stack behind the other. */
  readonly given: Int32Array;
  readonly givenOfEach: number;
  /** By function: its part, a number below theirs, -1 for one that is in no entry; and 1 for one of the kernel. */
  readonly parts: Int32Array;
  readonly isKernel: Uint8Array;
}

/** Numbers of what was sampled in an entry, and where each is among them. */
export const SelfWord = {
  size: histogramSelfLayout.size / 8,
  period: histogramSelfLayout.period / 8,
  samples: histogramSelfLayout.samples / 8,
  kernel: histogramSelfLayout.kernel / 8,
} as const;

/** What was counted. Entries are numbered in the order in which they came. */
export interface HistogramEntries {
  readonly size: number;
  /** A function of each. */
  readonly cells: Int32Array;
  /** Of the longest call chain that it shows. */
  readonly depths: Int32Array;
  /** How many places in call chains it is of. */
  readonly places: Int32Array;
  /** Values of its keys: those of words, then those that were given. */
  readonly keys: Int32Array;
  /** Period of it and of what it called: by entry, and in it by member. */
  readonly totals: Float64Array;
  /** Where in `sums` an entry is, -1 for one in which nothing was sampled. */
  readonly selves: Int32Array;
  /** What was sampled in it, by member: see `SelfWord`. */
  readonly sums: Float64Array;
}

/**
 * Counts stacks in C, where it takes a fifth of the time. What it has there is freed by `close`; all that is read from it is a
 * copy. Main thread only; 64 may be open at one time.
 */
export class HistogramTable {
  readonly #shim: Shim = sharedShim();
  readonly #number: number;

  /** @throws KernelError ENOMEM, EMFILE */
  constructor(
    private readonly stacks: StackMemory,
    private readonly shape: HistogramShape,
  ) {
    const { members, keyWords, givenOfEach, parts, isKernel } = shape;
    const number = this.#shim.sw_histogram_new(
      flagsOf(shape),
      members,
      keyWords.reduce((bits, word) => bits | (1 << word), 0),
      givenOfEach,
      bytesOf(parts),
      bytesOf(isKernel),
      parts.length,
      // Files may come from anybody: nobody is to know which entries are put at one place.
      secret(8),
    );
    this.#number = checked('sw_histogram_new', number);
  }

  /**
   * Counts the stacks of an event, as one of the members.
   * @param whole period and samples: raised by what the event has
   * @param marks written, for `placesInChains`: one for each place that was gone through, so never more than there are words of
   *   stacks. Empty: not wanted
   * @returns how many there are
   * @throws KernelError ENOMEM: what was counted is of no use then
   */
  add(event: number, member: number, whole: Float64Array, marks: Int32Array): number {
    const { words, starts, depths, counts, periods, kernelStacks, size } = this.stacks;
    const { given } = this.shape;
    const added = this.#shim.sw_histogram_add(
      this.#number,
      bytesOf(words),
      words.length,
      bytesOf(starts),
      bytesOf(depths),
      bytesOf(counts),
      bytesOf(periods),
      starts.length,
      bytesOf(kernelStacks),
      size,
      bytesOf(given),
      given.length,
      event,
      member,
      bytesOf(whole),
      bytesOf(marks),
      marks.length,
    );
    return checked('sw_histogram_add', added);
  }

  /** What was counted by now. */
  entries(): HistogramEntries {
    const { members, keyWords, givenOfEach } = this.shape;
    const size = checked('sw_histogram_size', this.#shim.sw_histogram_size(this.#number));
    const selfCount = checked('sw_histogram_selves', this.#shim.sw_histogram_selves(this.#number));
    const whole = () => new Int32Array(size);
    const [cells, depths, places, selves] = [whole(), whole(), whole(), whole()];
    const keys = new Int32Array(size * (keyWords.length + givenOfEach));
    const totals = new Float64Array(size * members);
    const sums = new Float64Array(selfCount * members * SelfWord.size);
    const read = this.#shim.sw_histogram_read(
      this.#number,
      size,
      bytesOf(cells),
      bytesOf(depths),
      bytesOf(places),
      bytesOf(selves),
      bytesOf(keys),
      keys.length,
      bytesOf(totals),
      totals.length,
      bytesOf(sums),
      selfCount * members,
    );
    checked('sw_histogram_read', read);
    return { size, cells, depths, places, selves, keys, totals, sums };
  }

  close(): void {
    this.#shim.sw_histogram_free(this.#number);
  }
}

/**
 * Writes the places in call chains that entries are of, stack and position in turn.
 * @param marks of the event, and maybe of others behind them
 * @param next by entry where in `chains` its places begin, -1 for one that is not wanted; moved on to where they end
 * @returns how many marks are the event's
 */
export function placesInChains(
  stacks: StackMemory,
  shape: Pick<HistogramShape, 'flags'>,
  event: number,
  marks: Int32Array,
  next: Int32Array,
  chains: Int32Array,
): number {
  const { words, starts, depths, kernelStacks, size } = stacks;
  const written = sharedShim().sw_histogram_chains(
    flagsOf(shape),
    bytesOf(words),
    words.length,
    bytesOf(starts),
    bytesOf(depths),
    starts.length,
    bytesOf(kernelStacks),
    size,
    event,
    bytesOf(marks),
    marks.length,
    bytesOf(next),
    next.length,
    bytesOf(chains),
    chains.length,
  );
  return checked('sw_histogram_chains', written);
}

const flagsOf = ({ flags }: Pick<HistogramShape, 'flags'>): number =>
  flags.reduce((bits, flag) => bits | histogramFlags[flag], 0);
