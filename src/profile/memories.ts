import { type MappedRange, Memory } from './memory';
import { PagedColumn } from './paged-column';
import { RangeList } from './range-list';
import type { TaskEvents } from './task-events';

/** The memory of processes that nothing was mapped into. */
export const NOTHING = 1;

/** So many ranges are gone through for each that comes; programs seldom have more, and a file may tell of any number. */
const MOST_RANGES = 2048;

/**
 * What processes had in their memory: for each a row, of which a `Memory` is made when addresses are looked up in it. The first
 * row is none: number 0 is the kernel's.
 */
export class Memories {
  /** With which one begins, and with how many of its ranges; 0 for none. */
  readonly #parent = new PagedColumn(Int32Array);
  readonly #inherited = new PagedColumn(Int32Array);
  /** Its own: how many, and the row of the newest of them; -1 for none. */
  readonly #count = new PagedColumn(Int32Array);
  readonly #newest = new PagedColumn(Int32Array);
  readonly #made = new Map<number, Memory>();
  /** What is in the memory that was added to last: processes map many files one after the other. */
  readonly #ranges = new RangeList(MOST_RANGES);
  #rangesOf = 0;

  constructor(private readonly events: TaskEvents) {
    this.add(0, 0);
    this.add(0, 0);
  }

  /** One that begins with what another one has by now. */
  childOf(parent: number): number {
    // One that has nothing of its own is passed over: a thousand generations may have none.
    if (this.#count.at(parent) > 0) return this.add(parent, this.#count.at(parent));
    const origin = this.#parent.at(parent);
    return origin === 0 ? NOTHING : this.add(origin, this.#inherited.at(parent));
  }

  /**
   * Adds a mapping to the memory of a process.
   * @param row of the event that tells of it
   * @returns the number of the memory that it is in: of another one than before, where it changes what is seen
   */
  map(memory: number, row: number): number {
    const range = this.events.rangeAt(row);
    const into = this.targetOf(memory, range);
    if (this.#rangesOf !== into) this.list(into);
    this.#ranges.push(range);
    this.events.settleMap(row, this.#newest.at(into));
    this.#newest.set(into, row);
    this.#count.set(into, this.#count.at(into) + 1);
    return into;
  }

  /** What is looked up in: nothing is added any more once this has been called. */
  memoryOf(number: number): Memory {
    const known = this.#made.get(number);
    if (known) return known;
    // No recursion: a recording may tell of as many generations as it likes.
    const line: number[] = [];
    for (let one = number; one !== 0 && !this.#made.has(one); one = this.#parent.at(one)) line.push(one);
    let made = this.#made.get(this.#parent.at(line.at(-1) ?? 0));
    for (const one of line.reverse()) {
      made = new Memory(one, made && { memory: made, count: this.#inherited.at(one) });
      for (const range of this.rangesOf(one)) made.add(range);
      this.#made.set(one, made);
    }
    return made ?? new Memory(number);
  }

  private targetOf(memory: number, range: MappedRange): number {
    if (memory === NOTHING) return this.add(0, 0);
    if (this.#count.at(memory) >= MOST_RANGES) return this.childOf(memory);
    if (this.#rangesOf !== memory) this.list(memory);
    return this.#ranges.overlaps(range) ? this.childOf(memory) : memory;
  }

  private list(memory: number): void {
    this.#rangesOf = memory;
    this.#ranges.clear();
    for (const range of this.rangesOf(memory)) this.#ranges.push(range);
  }

  /** The oldest first. */
  private rangesOf(memory: number): MappedRange[] {
    const ranges: MappedRange[] = [];
    for (let row = this.#newest.at(memory); row >= 0; row = this.events.beforeAt(row)) {
      ranges.push(this.events.rangeAt(row));
    }
    return ranges.reverse();
  }

  private add(parent: number, inherited: number): number {
    this.#parent.push(parent);
    this.#inherited.push(inherited);
    this.#count.push(0);
    this.#newest.push(-1);
    return this.#count.length - 1;
  }
}
