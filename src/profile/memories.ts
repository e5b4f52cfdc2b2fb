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
  /** Whether it is that of a program which was executed in place of another one. */
  readonly #isOther = new PagedColumn(Uint8Array);
  /** Its own: how many, and the row of the newest of them; -1 for none. */
  readonly #count = new PagedColumn(Int32Array);
  readonly #newest = new PagedColumn(Int32Array);
  readonly #made = new Map<number, Memory>();
  /**
   * What is in the memory that was added to last, and what it began with, the newest of it: processes map many files one after
   * the other, also where others were that an earlier memory tells of.
   */
  readonly #ranges = new RangeList(2 * MOST_RANGES);
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
    if (origin === 0) return NOTHING;
    const child = this.add(origin, this.#inherited.at(parent));
    this.#isOther.set(child, this.#isOther.at(parent));
    return child;
  }

  /** One for another program, which has what was there before only while it is loaded. */
  otherOf(parent: number): number {
    const other = this.childOf(parent);
    if (other !== NOTHING) this.#isOther.set(other, 1);
    return other;
  }

  /**
   * Adds a mapping to the memory of a process.
   * @param row of the event that tells of it
   * @returns the number of the memory that it is in: of another one than before, where it changes what is seen
   */
  map(memory: number, row: number): number {
    const range = this.events.rangeAt(row);
    const into = this.targetOf(memory, range);
    if (this.#rangesOf !== into || this.#ranges.isFull) this.list(into);
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
    const isListed = !this.#ranges.isFull && this.isAllOf(memory, this.#rangesOf);
    this.#rangesOf = memory;
    if (isListed) return;
    this.#ranges.clear();
    let [one, count, left] = [memory, this.#count.at(memory), MOST_RANGES];
    while (one !== 0 && left > 0) {
      left -= this.listOwn(one, count, left);
      count = this.#inherited.at(one);
      one = this.#isOther.at(one) === 1 ? 0 : this.#parent.at(one);
    }
  }

  /** Whether there is nothing in a memory yet but what another one has. */
  private isAllOf(memory: number, other: number): boolean {
    return (
      this.#parent.at(memory) === other &&
      this.#inherited.at(memory) === this.#count.at(other) &&
      this.#count.at(memory) === 0 &&
      this.#isOther.at(memory) === 0
    );
  }

  /**
   * Lists the newest of its oldest `count` ranges.
   * @param most ranges that are gone through for that, with later ones
   * @returns how many were
   */
  private listOwn(memory: number, count: number, most: number): number {
    const later = this.#count.at(memory) - count;
    let walked = 0;
    let row = this.#newest.at(memory);
    for (; row >= 0 && walked < most; row = this.events.beforeAt(row)) {
      if (walked >= later) this.#ranges.push(this.events.rangeAt(row));
      walked += 1;
    }
    return walked;
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
    this.#isOther.push(0);
    this.#count.push(0);
    this.#newest.push(-1);
    return this.#count.length - 1;
  }
}
