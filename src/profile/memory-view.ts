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
  const left: MappedRange[] = [];
  let first = 0;
  for (const range of older) {
    while ((newer[first]?.end ?? Number.POSITIVE_INFINITY) <= range.start) first += 1;
    pushBeside(range, newer, first, left);
  }
  return merged(newer, left);
}

/** Adds what of a range is not behind newer ones. @param first of those that end behind its start */
function pushBeside(range: MappedRange, newer: readonly MappedRange[], first: number, left: MappedRange[]): void {
  let { start } = range;
  for (let i = first; start < range.end; i += 1) {
    const next = newer[i];
    if (!next || next.start >= range.end) {
      left.push(start === range.start ? range : part(range, start, range.end));
      return;
    }
    if (next.start > start) left.push(part(range, start, next.start));
    start = Math.max(start, next.end);
  }
}

function merged(some: readonly MappedRange[], others: readonly MappedRange[]): readonly MappedRange[] {
  const all: MappedRange[] = [];
  let at = 0;
  for (const range of some) {
    for (let other = others[at]; other && other.start < range.start; other = others[at]) {
      all.push(other);
      at += 1;
    }
    all.push(range);
  }
  return at < others.length ? all.concat(others.slice(at)) : all;
}
