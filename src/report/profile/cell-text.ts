import { basename } from 'node:path';
import { visible } from '../../base/safe-text';
import { addressOf, type Cell, type Cells, UNKNOWN_DSO } from '../../profile/cells';
import { demangled } from '../../symbols/demangle';

/** Of an address. */
const half = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/** A program's name without its folder. What a JIT compiler has made is shown by its process, as perf does. */
export function dsoText(path: string): string {
  const [, pid] = /^\/tmp\/perf-(\d+)\.map$/.exec(path) ?? [];
  if (pid !== undefined) return `[JIT] tid ${pid}`;
  return visible(path.startsWith('/') ? basename(path) : path);
}

const nameText = (name: string, isInlined: true | undefined): string =>
  `${visible(demangled(name))}${isInlined ? ' (inlined)' : ''}`;

/** Of an address, but for 0. */
const ADDRESS_WIDTH = 18;

/** The texts of functions and programs, each made once; of what has no name each time, as there can be very many. */
export class CellTexts {
  readonly #names: (string | undefined)[] = [];
  readonly #symbols: (string | undefined)[] = [];
  readonly #dsos: (string | undefined)[] = [];

  /** The upper half of the address that came last, which most have in common. */
  #lastHigh = 0;
  #lastHighText = half(0);

  constructor(private readonly cells: Cells) {}

  /** A function's name, or the address of what has none. */
  name(cell: number): string {
    const known = this.#names[cell];
    if (known !== undefined) return known;
    const found = this.cells.at(cell);
    if (!found) return '';
    if (found.name === undefined) return this.address(found);
    const text = nameText(found.name, found.isInlined);
    this.#names[cell] = text;
    return text;
  }

  /** `0x0000000000012345`, as perf shows what has no name: printf(3) puts 0x before everything but 0. */
  private address({ low = 0, high = 0 }: Cell): string {
    if (high !== this.#lastHigh) {
      this.#lastHigh = high;
      this.#lastHighText = half(high);
    }
    return `${low === 0 && high === 0 ? '' : '0x'}${this.#lastHighText}${half(low)}`;
  }

  /** The line that a place is on, as it is; where none is known, its program and its address there. */
  line(cell: number): string {
    const found = this.cells.at(cell);
    if (!found || found.line !== undefined) return found?.line ?? '';
    return `${this.dso(cell)}[${addressOf(found).toString(16)}]`;
  }

  /** As of `Cells`. */
  laterFirst(a: number, b: number): number {
    return this.cells.laterFirst(a, b);
  }

  /** The function that a cell is a part of. */
  functionOf(cell: number): number {
    return this.cells.functionOf(cell);
  }

  /** A function's name in a call chain; `[libc.so.6]+0x1234` where only its program is known. */
  inChain(cell: number): string {
    const found = this.cells.at(cell);
    if (!found || found.name !== undefined) return this.name(cell);
    const [dso, address] = [this.dso(cell), addressOf(found)];
    if (dso === UNKNOWN_DSO || found.isKernel) return address === 0n ? '0' : `0x${address.toString(16)}`;
    return `${dso.startsWith('[') ? dso : `[${dso}]`}+0x${address.toString(16)}`;
  }

  /** `[k] vfs_read`, `[.] main`. */
  symbol(cell: number): string {
    const known = this.#symbols[cell];
    if (known !== undefined) return known;
    const text = `[${this.cells.isKernelAt(cell) ? 'k' : '.'}] ${this.name(cell)}`;
    if (!this.cells.isNameless(cell)) this.#symbols[cell] = text;
    return text;
  }

  /** How long `symbol` is at most. */
  symbolWidth(cell: number): number {
    return this.cells.isNameless(cell) ? '[.] '.length + ADDRESS_WIDTH : this.symbol(cell).length;
  }

  /** A function's name as it is; undefined for what has none. */
  functionName(cell: number): string | undefined {
    const name = this.cells.at(cell)?.name;
    return name === undefined ? undefined : demangled(name);
  }

  /** The program of a function, with its folder, as it is. */
  dsoPath(cell: number): string {
    return this.cells.dsos.textOf(this.cells.dsoOf(cell));
  }

  /** The program of a function. */
  dso(cell: number): string {
    const dso = this.cells.dsoOf(cell);
    const text = this.#dsos[dso] ?? dsoText(this.cells.dsos.textOf(dso));
    this.#dsos[dso] = text;
    return text;
  }
}
