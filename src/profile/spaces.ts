import { PackedRanges } from '../native/packed-ranges';
import type { Space } from '../native/sample-batch';
import type { Memory } from './memory';
import { MemoryView } from './memory-view';

/** Processes with more are looked up in one address at a time; and so many ranges of all are kept. */
const [MOST_RANGES, MOST_KEPT] = [1 << 10, 1 << 16];

/** A process's memory, as samples have it. */
export interface KnownSpace extends Space {
  readonly memory: Memory;
}

/** What is mapped into the memories of processes, range by range, as addresses are looked up in it. */
export class Spaces {
  readonly #spaces = new Map<number, KnownSpace>();
  readonly #view = new MemoryView(MOST_RANGES);
  #kept = 0;
  /** Samples of a process come one after the other. */
  #last: KnownSpace | undefined;

  of(memory: Memory): KnownSpace {
    if (this.#last?.memory === memory) return this.#last;
    this.#last = this.#spaces.get(memory.id) ?? this.add(memory);
    return this.#last;
  }

  private add(memory: Memory): KnownSpace {
    const seen = this.#view.of(memory);
    const space = { id: memory.id, memory, ranges: seen && PackedRanges.of(seen) };
    this.#kept += 1 + (space.ranges?.count ?? 0);
    if (this.#kept > MOST_KEPT) {
      this.#spaces.clear();
      this.#kept = 0;
    }
    this.#spaces.set(memory.id, space);
    return space;
  }
}
