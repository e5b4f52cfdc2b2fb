import { type MappedRange, type Memory, part, seenOf } from './memory';

/** So many ancestors are remembered, and so many that were met: short processes, one after the other, have few. */
const [MOST_ANCESTORS, MOST_MET] = [64, 10_000];

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

/** All that is seen in memories, range by range. What several of them begin with is found once. */
export class MemoryView {
  readonly #known = new Map<Memory, Known>();
  /** Those that some line went through: what comes to one again begins with the same. */
  readonly #met = new Set<Memory>();

  /** @param most ranges, and generations, that may have to be gone through for one */
  constructor(private readonly most: number) {}

  /** By ascending address; undefined where it would take too much. */
  of(memory: Memory): readonly MappedRange[] | undefined {
    const line = this.lineOf(memory);
    if (!line) return undefined;
    const { known, generations } = line;
    const shared = generations.findLastIndex(({ memory: one }) => this.#met.has(one));
    this.meet(generations);
    const older = generations.slice(0, shared + 1);
    const begun = behind(seenIn(older), known);
    const last = older.at(-1);
    if (last) this.remember(last, begun);
    return behind(seenIn(generations.slice(shared + 1)), begun);
  }

  /** The generations up to a memory, the oldest first, and what was seen before them. */
  private lineOf(memory: Memory): { known: readonly MappedRange[]; generations: readonly Generation[] } | undefined {
    const generations: Generation[] = [];
    let left = this.most;
    // No recursion: a recording may tell of as many generations as it likes.
    for (let one: Generation | undefined = { memory, count: memory.own.length }; one; one = one.memory.origin) {
      const known = this.#known.get(one.memory);
      const isKnown = known?.count === one.count;
      left -= isKnown ? known.ranges.length : one.count + 1;
      if (left < 0) return undefined;
      if (isKnown) return { known: known.ranges, generations: generations.reverse() };
      generations.push(one);
    }
    return { known: [], generations: generations.reverse() };
  }

  private meet(generations: readonly Generation[]): void {
    if (this.#met.size >= MOST_MET) this.#met.clear();
    for (const { memory } of generations) this.#met.add(memory);
  }

  private remember({ memory, count }: Generation, ranges: readonly MappedRange[]): void {
    if (this.#known.size >= MOST_ANCESTORS) this.#known.clear();
    this.#known.set(memory, { count, ranges });
  }
}

/** What is seen of their own ranges, those of the last one newest. */
const seenIn = (generations: readonly Generation[]): readonly MappedRange[] =>
  seenOf(generations.flatMap(({ memory, count }) => memory.own.slice(0, count)));

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
