import { type MappedRange, type Memory, part, seenOf } from './memory';

/** So many parents are remembered: short processes, one after the other, have few. */
const MOST_PARENTS = 64;

/** What was seen in a memory when it had so many ranges of its own. */
interface Known {
  readonly count: number;
  readonly ranges: readonly MappedRange[];
}

/** A memory with so many ranges of its own. */
interface Generation {
  readonly memory: Memory;
  readonly count: number;
}

/** All that is seen in memories, range by range. What a child begins with is found once for all children. */
export class MemoryView {
  readonly #known = new Map<Memory, Known>();

  /** @param most ranges, and generations, that may have to be gone through for one */
  constructor(private readonly most: number) {}

  /** By ascending address; undefined where it would take too much. */
  of(memory: Memory): readonly MappedRange[] | undefined {
    const line = this.lineOf(memory);
    if (!line) return undefined;
    let seen = line.known;
    for (const [i, { memory: one, count }] of line.generations.entries()) {
      seen = behind(seenOf(one.own.slice(0, count)), seen);
      // What other children may begin with, too.
      if (i === line.generations.length - 2) this.remember(one, { count, ranges: seen });
    }
    return seen;
  }

  /** The generations up to a memory, the oldest first, and what was seen before them. */
  private lineOf(memory: Memory): { known: readonly MappedRange[]; generations: readonly Generation[] } | undefined {
    const generations: Generation[] = [];
    let left = this.most;
    // No recursion: a recording may tell of as many generations as it likes.
    for (let one: Generation | undefined = { memory, count: memory.own.length }; one; one = one.memory.origin) {
      const known = one.memory === memory ? undefined : this.#known.get(one.memory);
      const isKnown = known?.count === one.count;
      left -= isKnown ? known.ranges.length : one.count + 1;
      if (left < 0) return undefined;
      if (isKnown) return { known: known.ranges, generations: generations.reverse() };
      generations.push(one);
    }
    return { known: [], generations: generations.reverse() };
  }

  private remember(memory: Memory, known: Known): void {
    if (this.#known.size >= MOST_PARENTS) this.#known.clear();
    this.#known.set(memory, known);
  }
}

/** Ranges, and what of others is not behind them; all by ascending address, one not into the other. */
function behind(newer: readonly MappedRange[], older: readonly MappedRange[]): readonly MappedRange[] {
  if (newer.length === 0) return older;
  const all = [...newer];
  let first = 0;
  for (const range of older) {
    while ((newer[first]?.end ?? Number.POSITIVE_INFINITY) <= range.start) first += 1;
    let { start } = range;
    for (let i = first; start < range.end; i += 1) {
      const next = newer[i];
      const end = Math.min(next?.start ?? range.end, range.end);
      if (end > start) all.push(part(range, start, end));
      start = next && next.start < range.end ? Math.max(start, next.end) : range.end;
    }
  }
  return all.sort((a, b) => a.start - b.start);
}
