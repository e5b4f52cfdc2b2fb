import { SyswideError } from '../base/error';
import { type Cpu, cpu } from '../base/units';
import { type CpuRange, maxCpu, parseCpuList } from './cpu-list';

/**
 * An immutable set of CPUs, written `0-3,8`. One bit per CPU up to the highest, so that set operations on thousands of
 * CPUs touch a few hundred words.
 */
export class CpuMask implements Iterable<Cpu> {
  /** The mask without any CPU. */
  static readonly empty = new CpuMask(new Uint32Array());

  /** How many CPUs it has. */
  readonly size: number;
  /** Bit b of word w stands for CPU 32 w + b. The last word is never 0, so equal sets have equal words. */
  readonly #words: Uint32Array;

  private constructor(words: Uint32Array) {
    let length = words.length;
    while (length > 0 && words[length - 1] === 0) length--;
    this.#words = words.subarray(0, length);
    this.size = this.#words.reduce((sum, word) => sum + bitCount(word), 0);
  }

  /**
   * Reads a CPU list as users write it: `0-3,8`, `10-15:2` (every second), `0-15:2/4` (the first two of every four).
   * @throws SyswideError BAD_CPU_LIST for an empty list, a reversed range, a number past 65535 or anything else
   */
  static parse(text: string): CpuMask {
    const ranges = parseCpuList(text);
    const words = wordsUpTo(ranges.reduce((max, range) => Math.max(max, range.last), 0));
    for (const range of ranges) addRange(words, range);
    return new CpuMask(words);
  }

  /** A list from sysfs, where a blank file means no CPU; undefined when the file is missing or says something else. */
  static fromSysfs(text: string | undefined): CpuMask | undefined {
    if (text === undefined) return undefined;
    if (text.trim() === '') return CpuMask.empty;
    try {
      return CpuMask.parse(text);
    } catch (error) {
      if (error instanceof SyswideError) return undefined;
      throw error;
    }
  }

  /**
   * The set of these CPUs, given in any order, repeated or not.
   * @throws SyswideError BAD_CPU_LIST for what is no CPU number
   */
  static of(cpus: Iterable<number>): CpuMask {
    const list = [...cpus];
    const wrong = list.find((n) => !Number.isInteger(n) || n < 0 || n > maxCpu);
    if (wrong !== undefined) {
      throw new SyswideError('BAD_CPU_LIST', {
        what: `cannot have ${wrong} in a set of CPUs`,
        why: `CPUs are whole numbers from 0 to ${maxCpu}`,
        remedy: 'leave it out',
      });
    }
    const words = wordsUpTo(list.reduce((max, n) => Math.max(max, n), 0));
    for (const n of list) addBit(words, n);
    return new CpuMask(words);
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** The lowest CPU; undefined when there is none. */
  get first(): Cpu | undefined {
    return this[Symbol.iterator]().next().value;
  }

  has(n: number): boolean {
    return (((this.#words[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1;
  }

  /** Ascending. */
  *[Symbol.iterator](): Generator<Cpu, undefined> {
    for (const [index, word] of this.#words.entries()) {
      for (let rest = word; rest !== 0; rest &= rest - 1) yield cpu(index * 32 + lowestBit(rest));
    }
    return undefined;
  }

  union(other: CpuMask): CpuMask {
    return this.combine(other, Math.max(this.#words.length, other.#words.length), (a, b) => a | b);
  }

  intersect(other: CpuMask): CpuMask {
    return this.combine(other, Math.min(this.#words.length, other.#words.length), (a, b) => a & b);
  }

  /** The CPUs of this mask that are not in `other`. */
  minus(other: CpuMask): CpuMask {
    return this.combine(other, this.#words.length, (a, b) => a & ~b);
  }

  equals(other: CpuMask): boolean {
    return this.#words.length === other.#words.length && this.#words.every((word, i) => word === other.#words[i]);
  }

  /** Ranges as the kernel prints them, `0-3,8`; the empty string for the empty mask. */
  toString(): string {
    const ranges: { first: number; last: number }[] = [];
    for (const n of this) {
      const range = ranges.at(-1);
      if (range !== undefined && range.last === n - 1) range.last = n;
      else ranges.push({ first: n, last: n });
    }
    return ranges.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
  }

  private combine(other: CpuMask, length: number, operation: (a: number, b: number) => number): CpuMask {
    const words = new Uint32Array(length);
    for (let i = 0; i < length; i++) words[i] = operation(this.#words[i] ?? 0, other.#words[i] ?? 0);
    return new CpuMask(words);
  }
}

const wordsUpTo = (max: number): Uint32Array => new Uint32Array((max >>> 5) + 1);

function addBit(words: Uint32Array, n: number): void {
  words[n >>> 5] = (words[n >>> 5] ?? 0) | (1 << (n & 31));
}

function addRange(words: Uint32Array, { first, last, used, group }: CpuRange): void {
  for (let start = first; start <= last; start += group) {
    for (let n = start; n < start + used && n <= last; n++) addBit(words, n);
  }
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

/** Source: the population count of Hacker's Delight, section 5-1. */
function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const quads = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((quads + (quads >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
