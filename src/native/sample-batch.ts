import { bytesOf } from './foreign-library';
import { BATCH, sampleLayout, threadLayout } from './layout';
import { type PackedRanges, RANGE_DOUBLES } from './packed-ranges';

/** A batch is full when its call chains have come to so many words. */
const MANY_WORDS = 1 << 14;

/** What is mapped into a batch's spaces is not told from so many on. */
const MANY_RANGES = 1 << 15;

const WORD = 4;
const DOUBLE = 8;
const SAMPLE_WORDS = sampleLayout.size / WORD;

const THREAD_WORDS = threadLayout.size / WORD;

/** Where in a sample a field is, in words. */
const Field = {
  thread: sampleLayout.thread / WORD,
  mode: sampleLayout.mode / WORD,
  low: sampleLayout.low / WORD,
  high: sampleLayout.high / WORD,
  chain: sampleLayout.chain / WORD,
  length: sampleLayout.length / WORD,
} as const;

/** Numbers that samples are told apart by besides their functions. The second one is the name of their thread. */
export const SAMPLE_KEYS = 5;

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

/** Whose addresses a sample has. */
export interface Space {
  /** By which it is told apart from others; greater than 0. */
  readonly id: number;
  /** Undefined where it is not told what is mapped into it. */
  readonly ranges: PackedRanges | undefined;
}

/** Samples on their way to C, side by side in memory that C reads. */
export class SampleBatch {
  readonly #samples = new Int32Array(BATCH * SAMPLE_WORDS);
  readonly #periods = new Float64Array(this.#samples.buffer);
  #words = new Int32Array(MANY_WORDS);
  #usedWords = 0;
  /** What is known of threads. */
  #threads = new Int32Array(BATCH * THREAD_WORDS);
  #ranges = new Float64Array(MANY_RANGES * RANGE_DOUBLES);
  /** The thread that was told last. */
  #comm = 0;
  #space: Space | undefined;
  /** Where call chains are of samples that C itself has read. */
  #records: Buffer | undefined;
  count = 0;
  usedThreads = 0;
  usedRanges = 0;
  /** All of it, as arguments. */
  readonly samplesBytes = bytesOf(this.#samples);
  threadsBytes = bytesOf(this.#threads);
  rangesBytes = bytesOf(this.#ranges);
  #wordsBytes = bytesOf(this.#words);

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

  /** Adds a sample. Copied. @param keys `SAMPLE_KEYS` of them; the second one is not looked at */
  add(keys: Int32Array, comm: number, space: Space, sample: SampledChain): void {
    const thread = this.tellAgain(comm, space);
    const [samples, at] = [this.#samples, this.count * SAMPLE_WORDS];
    for (let i = 0; i < SAMPLE_KEYS; i += 1) samples[at + i] = keys[i] ?? 0;
    samples[at + Field.thread] = thread;
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
   * Takes samples that C has written into an empty batch. Their threads are to be told next, in the order of their numbers.
   * @param records where their call chains are
   */
  take(count: number, records: Buffer): void {
    this.count = count;
    this.#records = records;
  }

  /** Tells of a thread. @returns its number; that of the last one, if it is told again */
  tellAgain(comm: number, space: Space): number {
    return comm === this.#comm && space === this.#space ? this.usedThreads - 1 : this.tell(comm, space);
  }

  /** Tells of another thread. @returns its number: they ascend from 0 on */
  tell(comm: number, space: Space): number {
    this.#comm = comm;
    this.#space = space;
    const at = this.usedThreads * THREAD_WORDS;
    if (at === this.#threads.length) this.growThreads();
    const { ranges, id } = space;
    const isTold = ranges !== undefined && this.usedRanges <= MANY_RANGES;
    const threads = this.#threads;
    threads[at + threadLayout.comm / WORD] = comm;
    threads[at + threadLayout.space / WORD] = id;
    threads[at + threadLayout.ranges / WORD] = isTold ? this.usedRanges : 0;
    threads[at + threadLayout.nRanges / WORD] = isTold ? ranges.count : -1;
    if (isTold) this.addRanges(ranges);
    this.usedThreads += 1;
    return this.usedThreads - 1;
  }

  threadOf(sample: number): number {
    return this.#samples[sample * SAMPLE_WORDS + Field.thread] ?? 0;
  }

  setThread(sample: number, thread: number): void {
    this.#samples[sample * SAMPLE_WORDS + Field.thread] = thread;
  }

  clear(): void {
    this.count = 0;
    this.#usedWords = 0;
    this.usedThreads = 0;
    this.usedRanges = 0;
    this.#space = undefined;
    this.#records = undefined;
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

  private addRanges({ doubles, count }: PackedRanges): void {
    const at = this.usedRanges * RANGE_DOUBLES;
    if (at + doubles.length > this.#ranges.length) {
      const larger = new Float64Array((at + doubles.length) * 2);
      larger.set(this.#ranges);
      this.#ranges = larger;
      this.rangesBytes = bytesOf(larger);
    }
    this.#ranges.set(doubles, at);
    this.usedRanges += count;
  }

  private growThreads(): void {
    const larger = new Int32Array(this.#threads.length * 2);
    larger.set(this.#threads);
    this.#threads = larger;
    this.threadsBytes = bytesOf(larger);
  }
}
