/** A stretch of a process's memory that a file, or something by that name, is in. Bytes; addresses below 2^53. */
export interface MappedRange {
  readonly start: number;
  readonly end: number;
  /** Where `start` lies in the file. */
  readonly offset: number;
  /** Number of its name. */
  readonly dso: number;
}

/** Shared by the many that have nothing yet. */
const NONE: MappedRange[] = [];

/** What a process has in its memory, the newest of what overlaps. A child begins with what its parent had by then. */
export class Memory {
  #ranges: MappedRange[] = NONE;
  /** What is seen of them, by ascending address; made when the first address is looked up, from when on nothing is added. */
  #seen: readonly MappedRange[] | undefined;
  readonly #parent: Memory | undefined;
  /** With how many of its ranges this one begins. */
  readonly #inherited: number;

  /**
   * @param id by which it is told apart from others
   * @param origin with the first so many ranges of which this one begins
   */
  constructor(
    readonly id: number,
    origin?: { readonly memory: Memory; readonly count: number },
  ) {
    this.#parent = origin?.memory;
    this.#inherited = origin?.count ?? 0;
  }

  add(range: MappedRange): void {
    if (this.#ranges === NONE) this.#ranges = [range];
    else this.#ranges.push(range);
  }

  find(address: number): MappedRange | undefined {
    let count = this.#ranges.length;
    // No recursion: a recording may tell of as many generations as it likes.
    for (let memory: Memory | undefined = this; memory; memory = memory.#parent) {
      const found = memory.ownAt(address, count);
      if (found) return found;
      count = memory.#inherited;
    }
    return undefined;
  }

  /** The ranges that were added to it, the oldest first; what it began with is not among them. */
  get own(): readonly MappedRange[] {
    return this.#ranges;
  }

  /** With how many of whose ranges it began. */
  get origin(): { readonly memory: Memory; readonly count: number } | undefined {
    return this.#parent && { memory: this.#parent, count: this.#inherited };
  }

  /** What was there when it had so many ranges, without what it began with. */
  private ownAt(address: number, count: number): MappedRange | undefined {
    if (count === this.#ranges.length) {
      this.#seen ??= seenOf(this.#ranges);
      const range = this.#seen[firstEndingBehind(this.#seen, address)];
      return range && range.start <= address ? range : undefined;
    }
    for (let i = count - 1; i >= 0; i -= 1) {
      const range = this.#ranges[i];
      if (range && address >= range.start && address < range.end) return range;
    }
    return undefined;
  }
}

/** What of ranges is not behind newer ones, by ascending address. @param ranges the oldest first */
export function seenOf(ranges: readonly MappedRange[]): readonly MappedRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start);
  if (sorted.every(({ start }, i) => i === 0 || (sorted[i - 1]?.end ?? 0) <= start)) return sorted;
  const seen: MappedRange[] = [];
  for (const range of ranges.toReversed()) {
    // The first that reaches beyond its start, and those that begin before its end, are before it.
    let at = firstEndingBehind(seen, range.start);
    const free: MappedRange[] = [];
    let start = range.start;
    const from = at;
    for (let newer = seen[at]; newer && newer.start < range.end; at += 1, newer = seen[at]) {
      if (newer.start > start) free.push(part(range, start, newer.start), newer);
      else free.push(newer);
      start = Math.max(start, newer.end);
    }
    if (start < range.end) free.push(part(range, start, range.end));
    seen.splice(from, at - from, ...free);
  }
  return seen;
}

/** Where among ranges by ascending address the first one is that ends behind an address. */
function firstEndingBehind(ranges: readonly MappedRange[], address: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.end ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of a range that lies there. */
export const part = (range: MappedRange, start: number, end: number): MappedRange => ({
  start,
  end,
  offset: range.offset + start - range.start,
  dso: range.dso,
});
