import { bytesOf } from './foreign-library';
import { rangeLayout, sampleLayout } from './layout';

/** Samples of a batch, at most. */
export const BATCH = 1024;

/** A batch is full when its call chains have come to so many words. What is mapped into its spaces is not told from so many on. */
const [MANY_WORDS, MANY_RANGES] = [1 << 14, 1 << 12];

const WORD = 4;
const DOUBLE = 8;
const SAMPLE_WORDS = sampleLayout.size / WORD;
const RANGE_DOUBLES = rangeLayout.size / DOUBLE;

/** Where in a sample a field is, in words. */
const Field = {
  space: sampleLayout.space / WORD,
  mode: sampleLayout.mode / WORD,
  low: sampleLayout.low / WORD,
  high: sampleLayout.high / WORD,
  chain: sampleLayout.chain / WORD,
  length: sampleLayout.length / WORD,
  ranges: sampleLayout.ranges / WORD,
  nRanges: sampleLayout.nRanges / WORD,
} as const;

/** Numbers that samples are told apart by besides their functions. */
export const SAMPLE_KEYS = 5;

/** The one that the records of samples do not tell. */
const COMM_KEY = 1;

/** Where a sample was taken, in two halves of an address, and from where that was called. */
export interface SampledChain {
  readonly mode: number;
  readonly ipLow: number;
  readonly ipHigh: number;
  readonly period: number;
  /** The call chain in `words`, in two halves an address: from where, and how many addresses. */
  readonly words: Int32Array;
  readonly chainAt: number;
  readonly chainLength: number;
}

/** What is mapped into a space. Bytes; addresses and offsets below 2^53. */
export interface SpaceRange {
  readonly start: number;
  readonly end: number;
  /** Where `start` lies in the file. */
  readonly offset: number;
  /** Number of the file. */
  readonly dso: number;
}

/** Whose addresses a sample has. */
export interface Space {
  /** By which it is told apart from others; greater than 0. */
  readonly id: number;
  /** Undefined where it is not told what is mapped into it. */
  readonly ranges: PackedRanges | undefined;
}

/** Ranges as C has them. */
export interface PackedRanges {
  readonly count: number;
  readonly doubles: Float64Array;
}

/** @param ranges by ascending address, one not into the other */
export function packRanges(ranges: readonly SpaceRange[]): PackedRanges {
  const doubles = new Float64Array(ranges.length * RANGE_DOUBLES);
  const words = new Int32Array(doubles.buffer);
  ranges.forEach(({ start, end, offset, dso }, i) => {
    const at = i * RANGE_DOUBLES;
    doubles[at + rangeLayout.start / DOUBLE] = start;
    doubles[at + rangeLayout.end / DOUBLE] = end;
    doubles[at + rangeLayout.shift / DOUBLE] = offset - start;
    words[(at * DOUBLE + rangeLayout.dso) / WORD] = dso;
  });
  return { count: ranges.length, doubles };
}

/** Numbers of a space that has been told: where its ranges begin, and how many there are; -1: they are not told. */
interface ToldSpace {
  readonly id: number;
  readonly ranges: number;
  readonly nRanges: number;
}

/** Samples on their way to C, side by side in memory that C reads. */
export class SampleBatch {
  readonly #samples = new Int32Array(BATCH * SAMPLE_WORDS);
  readonly #periods = new Float64Array(this.#samples.buffer);
  #words = new Int32Array(MANY_WORDS);
  #ranges = new Float64Array(MANY_RANGES * RANGE_DOUBLES);
  #last: Space | undefined;
  #told: ToldSpace = { id: 0, ranges: 0, nRanges: -1 };
  #usedWords = 0;
  count = 0;
  usedRanges = 0;
  /** All of it, as arguments. */
  readonly samplesBytes = bytesOf(this.#samples);
  rangesBytes = bytesOf(this.#ranges);
  #wordsBytes = bytesOf(this.#words);
  /** Where the call chains of samples are that C itself has read. */
  #records: Buffer | undefined;

  get chains(): Buffer {
    return this.#records ?? this.#wordsBytes;
  }

  /** Of `chains`. */
  get words(): number {
    return this.#records ? this.#records.length >> 2 : this.#usedWords;
  }

  /** Whether there is no room for a chain of so many addresses; an empty one has room for all. */
  isFullFor(chainLength: number): boolean {
    return this.count === BATCH || (this.count > 0 && this.#usedWords + chainLength * 2 > MANY_WORDS);
  }

  /** Adds a sample. Copied. @param keys `SAMPLE_KEYS` of them */
  add(keys: Int32Array, space: Space, sample: SampledChain): void {
    const [samples, at] = [this.#samples, this.count * SAMPLE_WORDS];
    for (let i = 0; i < SAMPLE_KEYS; i += 1) samples[at + i] = keys[i] ?? 0;
    this.setSpace(at, this.enter(space));
    samples[at + Field.mode] = sample.mode;
    samples[at + Field.low] = sample.ipLow;
    samples[at + Field.high] = sample.ipHigh;
    samples[at + Field.chain] = this.#usedWords;
    samples[at + Field.length] = sample.chainLength;
    this.#periods[(this.count * sampleLayout.size + sampleLayout.period) / DOUBLE] = sample.period;
    this.addWords(sample);
    this.count += 1;
  }

  /**
   * Takes samples that C has read, and written behind one another, to an empty batch.
   * @param records where their call chains are
   */
  take(count: number, records: Buffer): void {
    this.count = count;
    this.#records = records;
  }

  /** Says of some of them what only we know. */
  describe(first: number, count: number, comm: number, space: Space): void {
    const [samples, told] = [this.#samples, this.enter(space)];
    for (let at = first * SAMPLE_WORDS; at < (first + count) * SAMPLE_WORDS; at += SAMPLE_WORDS) {
      samples[at + COMM_KEY] = comm;
      this.setSpace(at, told);
    }
  }

  clear(): void {
    this.count = 0;
    this.#usedWords = 0;
    this.usedRanges = 0;
    this.#last = undefined;
    this.#records = undefined;
  }

  private setSpace(at: number, { id, ranges, nRanges }: ToldSpace): void {
    const samples = this.#samples;
    samples[at + Field.space] = id;
    samples[at + Field.ranges] = ranges;
    samples[at + Field.nRanges] = nRanges;
  }

  private addWords({ words, chainAt, chainLength }: SampledChain): void {
    const [used, length] = [this.#usedWords, chainLength * 2];
    if (used + length > this.#words.length) {
      // Only of the first.
      this.#words = new Int32Array(length);
      this.#wordsBytes = bytesOf(this.#words);
    }
    const own = this.#words;
    for (let i = 0; i < length; i += 1) own[used + i] = words[chainAt + i] ?? 0;
    this.#usedWords = used + length;
  }

  /** Tells of a space, unless it came last. */
  private enter(space: Space): ToldSpace {
    if (space === this.#last) return this.#told;
    this.#last = space;
    const [{ id, ranges }, used] = [space, this.usedRanges];
    if (!ranges || used > MANY_RANGES) {
      this.#told = { id, ranges: 0, nRanges: -1 };
      return this.#told;
    }
    const needed = (used + ranges.count) * RANGE_DOUBLES;
    if (needed > this.#ranges.length) {
      const larger = new Float64Array(needed * 2);
      larger.set(this.#ranges);
      this.#ranges = larger;
      this.rangesBytes = bytesOf(larger);
    }
    this.#ranges.set(ranges.doubles, used * RANGE_DOUBLES);
    this.usedRanges = used + ranges.count;
    this.#told = { id, ranges: used, nRanges: ranges.count };
    return this.#told;
  }
}
