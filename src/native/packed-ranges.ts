import { rangeLayout } from './layout';

const WORD = 4;
const DOUBLE = 8;

/** Doubles of a range. */
export const RANGE_DOUBLES = rangeLayout.size / DOUBLE;

/** Where in them its numbers are; the file's is a word. */
const [START, END, SHIFT] = [rangeLayout.start / DOUBLE, rangeLayout.end / DOUBLE, rangeLayout.shift / DOUBLE];
const [RANGE_WORDS, DSO] = [rangeLayout.size / WORD, rangeLayout.dso / WORD];

/** Addresses and offsets up to there are whole numbers. */
const MOST_EXACT = 2 ** 53;

/** What is mapped into a space. Bytes. */
export interface SpaceRange {
  readonly start: number;
  readonly end: number;
  /** Where `start` lies in the file. */
  readonly offset: number;
  /** Number of the file. */
  readonly dso: number;
}

/** Where an address is in a file, in bytes, and the number of that. */
export interface FilePlace {
  readonly dso: number;
  readonly offset: number;
}

/** What is mapped into a space, as C has it: by ascending address, one not into the other. */
export class PackedRanges {
  private constructor(
    readonly count: number,
    readonly doubles: Float64Array,
    private readonly words: Int32Array,
  ) {}

  /**
   * @param ranges by ascending address, one not into the other. What lies where nobody can be is left out
   * @returns undefined where an offset makes no sense
   */
  static of(ranges: readonly SpaceRange[]): PackedRanges | undefined {
    const doubles = new Float64Array(ranges.length * RANGE_DOUBLES);
    const words = new Int32Array(doubles.buffer);
    let count = 0;
    for (const { start, end, offset, dso } of ranges) {
      if (start >= MOST_EXACT) break;
      if (offset >= MOST_EXACT) return undefined;
      const at = count * RANGE_DOUBLES;
      doubles[at + START] = start;
      doubles[at + END] = Math.min(end, MOST_EXACT);
      doubles[at + SHIFT] = offset - start;
      words[count * RANGE_WORDS + DSO] = dso;
      count += 1;
    }
    return new PackedRanges(count, doubles.subarray(0, count * RANGE_DOUBLES), words);
  }

  /** Undefined where nothing is mapped. */
  placeOf(address: number): FilePlace | undefined {
    const { doubles } = this;
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((doubles[middle * RANGE_DOUBLES + END] ?? 0) <= address) low = middle + 1;
      else high = middle;
    }
    const at = low * RANGE_DOUBLES;
    if (low === this.count || (doubles[at + START] ?? 0) > address) return undefined;
    return { dso: this.words[low * RANGE_WORDS + DSO] ?? 0, offset: address + (doubles[at + SHIFT] ?? 0) };
  }
}
