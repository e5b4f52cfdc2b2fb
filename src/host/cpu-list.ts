import { SyswideError } from '../base/error';

/**
 * One item of a CPU list: of every `group` CPUs from `first` to `last`, the first `used` ones. A plain range has
 * `used` and `group` 1.
 */
export interface CpuRange {
  readonly first: number;
  readonly last: number;
  readonly used: number;
  readonly group: number;
}

/** The highest CPU number a list may name: far above any kernel's CONFIG_NR_CPUS, and low enough to bound a mask. */
export const maxCpu = 65535;

/**
 * Reads `0-3,8,10-15:2` and `0-15:2/4`. White space around an item is skipped; items may overlap.
 * `N-M:S` takes every S-th CPU from N on; `N-M:U/G` is the kernel's form, the first U of every G.
 *
 * @throws SyswideError BAD_CPU_LIST, pointing at the offending character
 * @see Documentation/admin-guide/kernel-parameters.rst ("cpu lists"), lib/bitmap-str.c (bitmap_parselist)
 */
export function parseCpuList(text: string): CpuRange[] {
  const cursor = new Cursor(text);
  const ranges: CpuRange[] = [];
  do ranges.push(parseItem(cursor));
  while (cursor.accept(','));
  cursor.expectEnd();
  return ranges;
}

function parseItem(cursor: Cursor): CpuRange {
  cursor.skipSpace();
  const start = cursor.at;
  const first = cursor.number('a CPU number');
  const last = cursor.accept('-') ? cursor.number('the last CPU of the range') : undefined;
  const stride = last !== undefined && cursor.accept(':') ? parseStride(cursor) : { used: 1, group: 1 };
  cursor.skipSpace();
  if (last !== undefined && last < first) {
    cursor.fail(start, `the range ${first}-${last} is reversed`, `write it as ${last}-${first}`);
  }
  return { first, last: last ?? first, ...stride };
}

function parseStride(cursor: Cursor): Pick<CpuRange, 'used' | 'group'> {
  const start = cursor.at;
  const count = cursor.number('a step');
  const group = cursor.accept('/') ? cursor.number('the size of the groups') : undefined;
  if (count === 0) cursor.fail(start, 'a step of 0 selects nothing');
  if (group === undefined) return { used: 1, group: count };
  if (count > group) cursor.fail(start, `${count} CPUs cannot be taken of every ${group}`);
  return { used: count, group };
}

/** A position in the text, and the errors that point at it. */
class Cursor {
  at = 0;

  constructor(private readonly text: string) {}

  accept(char: string): boolean {
    const found = this.text[this.at] === char;
    if (found) this.at++;
    return found;
  }

  skipSpace(): void {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
  }

  /** An unsigned decimal number up to `maxCpu`. */
  number(expected: string): number {
    const start = this.at;
    while (/[0-9]/.test(this.text.charAt(this.at))) this.at++;
    if (this.at === start) this.fail(start, `${expected} is expected, ${this.found(start)}`);
    const value = Number(this.text.slice(start, this.at));
    if (value > maxCpu) this.fail(start, `the number is larger than ${maxCpu}`);
    return value;
  }

  expectEnd(): void {
    if (this.at < this.text.length) this.fail(this.at, `a comma or the end is expected, ${this.found(this.at)}`);
  }

  fail(at: number, why: string, remedy = 'write numbers and ranges, such as 0-3,8'): never {
    throw new SyswideError('BAD_CPU_LIST', {
      what: `cannot read the CPU list '${this.excerpt(at)}'`,
      why: `at character ${at + 1}, ${why}`,
      remedy,
    });
  }

  private found(at: number): string {
    const char = String.fromCodePoint(this.text.codePointAt(at) ?? 0);
    return at < this.text.length ? `not '${char}'` : 'but the list ends';
  }

  /** The list, or what is near the place when it is long: an error stays one readable line. */
  private excerpt(at: number): string {
    const margin = 30;
    const from = this.text.length <= 2 * margin ? 0 : Math.max(0, at - margin);
    const to = this.text.length <= 2 * margin ? this.text.length : at + margin;
    return `${from > 0 ? '…' : ''}${this.text.slice(from, to)}${to < this.text.length ? '…' : ''}`;
  }
}
