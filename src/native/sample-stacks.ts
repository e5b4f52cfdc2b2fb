import { bytesOf, scratch } from './foreign-library';
import { checked } from './kernel-error';
import { addressLayout, BATCH } from './layout';
import { SampleBatch, type SampledChain, type Space } from './sample-batch';
import type { SampleRecords } from './sample-records';
import { secret } from './secret';
import { type Shim, sharedShim } from './shim';
import type { StackMemory } from './stack-memory';

const ADDRESS_WORDS = addressLayout.size / 4;

/** Call chains are read as words. */
export const ALIGNMENT = 4;

/** What is asked which function an address is of, when it comes for the first time: see `struct sw_address` of the shim. */
export type FunctionAt = (space: number, low: number, high: number) => number;

/**
 * Samples with equal stacks, put together in C, batch by batch: nearly all of the time goes into waiting for memory, which can be
 * asked for ahead there. Owns what it holds there until `close`.
 */
export class SampleStacks {
  readonly #shim: Shim;
  readonly #number: number;
  readonly #batch = new SampleBatch();
  readonly #ids = new Int32Array(BATCH);
  readonly #idsBytes = bytesOf(this.#ids);
  #unknown = new Int32Array(0);
  #unknownBytes = scratch(0);
  #cells = new Int32Array(0);
  #cellsBytes = scratch(0);

  /**
   * @param onStacks told of samples, in the order in which they came, which stacks they are of; the numbers are valid until it
   * returns
   * @param isNowhereOne whether all addresses are one at which nothing is mapped: at 0
   * @throws KernelError ENOMEM, or EMFILE: 64 of them are open
   */
  constructor(
    private readonly functionAt: FunctionAt,
    private readonly onStacks: (ids: Int32Array) => void,
    isNowhereOne = false,
  ) {
    this.#shim = sharedShim();
    // Files may come from anybody: nobody is to know which of their stacks are looked for at one place.
    this.#number = checked('sw_stacks_new', this.#shim.sw_stacks_new(secret(8), isNowhereOne ? 1 : 0));
  }

  /** Adds a sample. Copied. Parameters as of `SampleBatch`. */
  add(keys: Int32Array, comm: number, space: Space, sample: SampledChain): void {
    if (this.#batch.isFullFor(sample.chainLength)) this.flush();
    this.#batch.add(keys, comm, space, sample);
  }

  /**
   * Adds samples as they stand in records.
   * @param bytes of records of our byte order, one behind the other; they begin at a multiple of `ALIGNMENT` in memory
   * @param describe given a batch of them, and how many bytes are done before it, tells of its threads; whether it is to be added
   * @returns how many bytes are done: fewer than all where a record cannot be read so, or a batch was not to be added
   */
  addRecords(records: SampleRecords, bytes: Buffer, describe: (batch: SampleBatch, done: number) => boolean): number {
    let done = 0;
    // A record may be of any length.
    while (done < bytes.length && done % ALIGNMENT === 0) {
      this.flush();
      const read = records.read(bytes.subarray(done), this.#batch);
      if (!describe(this.#batch, done)) {
        this.#batch.clear();
        break;
      }
      this.flush();
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  /** Counts what has come so far. */
  private flush(): void {
    const [shim, batch, { count, words, usedThreads, usedRanges }] = [this.#shim, this.#batch, this.#batch];
    if (count === 0) {
      // Records may have been of no sample.
      batch.clear();
      return;
    }
    const room = count + (words >> 1);
    if (room > this.#cells.length) this.makeRoom(room);
    const { samplesBytes, threadsBytes, rangesBytes, chains } = batch;
    const number = this.#number;
    const unknown = checked(
      'sw_stacks_take',
      shim.sw_stacks_take(
        number,
        samplesBytes,
        count,
        threadsBytes,
        usedThreads,
        rangesBytes,
        usedRanges,
        chains,
        words,
        this.#unknownBytes,
        room,
      ),
    );
    this.resolve(unknown);
    checked('sw_stacks_count', shim.sw_stacks_count(number, this.#cellsBytes, unknown, this.#idsBytes, BATCH));
    batch.clear();
    this.onStacks(this.#ids.subarray(0, count));
  }

  /** Has the functions of addresses found. */
  private resolve(unknown: number): void {
    const [addresses, cells] = [this.#unknown, this.#cells];
    for (let i = 0; i < unknown; i += 1) {
      const at = i * ADDRESS_WORDS;
      cells[i] = this.functionAt(addresses[at] ?? 0, addresses[at + 1] ?? 0, addresses[at + 2] ?? 0);
    }
  }

  /** All that there are by now. */
  stacks(): StackMemory {
    this.flush();
    const sizes = new Uint32Array(3);
    checked('sw_stacks_size', this.#shim.sw_stacks_size(this.#number, bytesOf(sizes)));
    const [size = 0, kernel = 0, length = 0] = sizes;
    const both = size + kernel;
    const words = new Int32Array(length);
    const [starts, depths] = [new Int32Array(both), new Int32Array(both)];
    const [counts, periods] = [new Float64Array(both), new Float64Array(both)];
    const kernelStacks = new Int32Array(size);
    const read = this.#shim.sw_stacks_read(
      this.#number,
      bytesOf(words),
      length,
      bytesOf(starts),
      bytesOf(depths),
      bytesOf(counts),
      bytesOf(periods),
      both,
      bytesOf(kernelStacks),
      size,
    );
    checked('sw_stacks_read', read);
    return { size, words, starts, depths, counts, periods, kernelStacks };
  }

  close(): void {
    this.#shim.sw_stacks_free(this.#number);
  }

  private makeRoom(addresses: number): void {
    this.#unknown = new Int32Array(addresses * ADDRESS_WORDS);
    this.#unknownBytes = bytesOf(this.#unknown);
    this.#cells = new Int32Array(addresses);
    this.#cellsBytes = bytesOf(this.#cells);
  }
}
