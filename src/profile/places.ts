import type { SymbolIndex } from '../symbols/symbol-index';
import { AddressTable } from './address-table';
import type { Memory } from './memory';
import type { Names } from './names';
import type { Programs } from './programs';
import type { KernelRange } from './task-records';

/** PERF_RECORD_MISC_KERNEL and _USER. */
const [KERNEL, USER] = [1, 2];

/** The memory that no process has: the kernel's. */
const KERNEL_SPACE = 0;

/** What a recording is of where nothing is known. */
export const UNKNOWN_DSO = '[unknown]';
const KERNEL_DSO = '[kernel.kallsyms]';

/** The lower 48 bits of the highest 2 GiB, where kernels of x86-64 have their text. */
const FIRST_OF_TEXT = 0xffff_0000_0000;

/**
 * What an address is a part of: a function of a program, or where nothing is known of it, the address itself. Functions of
 * one name at different addresses are different.
 */
export interface Cell {
  /** Of its program: see `Places.dsos`. */
  readonly dso: number;
  readonly isKernel: boolean;
  /** Of the function; undefined where nothing is known. */
  readonly name?: string;
  /** Of what has no name: in its program, where that is known. */
  readonly address?: bigint;
}

/** Where an address is: what it is a part of, and the address in its program, as perf prints it. */
export interface Place {
  /** Number of it. */
  readonly cell: number;
  /** Of the kernel the address itself, of programs the place in the file. */
  readonly relative: bigint;
}

/** Programs are below that: addresses that are not are no addresses. */
const MOST_USER = 1n << 53n;
const LOW_48 = (1n << 48n) - 1n;

/** Of the kernel's text, in bytes, as far as it has a table of its own: no kernel has more. */
const MOST_TEXT = 64 << 20;

/** Looks addresses up: which function they lie in. */
export class Places {
  readonly #known = new AddressTable();
  /** The cells of the kernel's own text + 1, by address: most addresses are of it. */
  readonly #ofText: Int32Array;
  readonly #textLow: number;
  /** By program, and the position of functions in it, and by the address of what has no name. */
  readonly #functions: Map<number, number>[] = [];
  readonly #nameless = new AddressTable();
  readonly #unknown: number;
  readonly #kernelShift: number;
  /** What addresses are part of. */
  readonly cells: Cell[] = [];

  constructor(
    private readonly programs: Programs,
    private readonly kernelRanges: readonly KernelRange[],
    /** The names of programs. */
    readonly dsos: Names,
  ) {
    this.#unknown = dsos.idOf(UNKNOWN_DSO);
    const kernel = kernelRanges.find(({ path }) => path.startsWith(KERNEL_DSO));
    const now = programs.kernel?.text;
    this.#kernelShift = kernel === undefined || now === undefined ? 0 : kernel.offset - now;
    this.#textLow = kernel && kernel.start >= FIRST_OF_TEXT ? kernel.start - FIRST_OF_TEXT : 0;
    this.#ofText = new Int32Array(kernel ? Math.min(MOST_TEXT, Math.max(0, kernel.end - kernel.start)) : 0);
  }

  /** The number of what an address, in two halves, is a part of, in the memory of a process or the kernel, as `mode` says. */
  cellAt(mode: number, memory: Memory, low: number, high: number): number {
    const text = low - this.#textLow;
    if (mode === KERNEL && high === 0xffffffff && text >= 0 && text < this.#ofText.length) {
      const known = this.#ofText[text] ?? 0;
      if (known > 0) return known - 1;
      const { cell } = this.placeAt(mode, memory, low, high);
      this.#ofText[text] = cell + 1;
      return cell;
    }
    const space = mode === USER ? memory.id : KERNEL_SPACE;
    const known = this.#known.get(space, low, high);
    if (known >= 0) return known;
    const { cell } = this.placeAt(mode, memory, low, high);
    this.#known.set(space, low, high, cell);
    return cell;
  }

  /** The same, for who remembers it. */
  placeAt(mode: number, memory: Memory, low: number, high: number): Place {
    const whole = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    return mode === USER ? this.userPlace(memory, whole) : this.kernelPlace(whole, mode === KERNEL);
  }

  private userPlace(memory: Memory, whole: bigint): Place {
    const address = whole < MOST_USER ? Number(whole) : -1;
    const range = memory.find(address);
    if (!range) return { cell: this.namelessAt(this.#unknown, whole, false), relative: whole };
    const { dso, start, offset } = range;
    const relative = address - start + offset;
    const index = this.programs.indexOf(this.dsos.textOf(dso));
    const position = index?.find(relative) ?? -1;
    const cell =
      index && position >= 0
        ? this.functionAt(index, position, dso, false)
        : this.namelessAt(dso, BigInt(relative), false);
    return { cell, relative: BigInt(relative) };
  }

  private kernelPlace(whole: bigint, isKernel: boolean): Place {
    const address = Number(whole & LOW_48);
    const kernel = isKernel ? this.programs.kernel : undefined;
    const own = address - this.#kernelShift;
    const position = kernel?.index.find(own) ?? -1;
    const module = position < 0 ? undefined : kernel?.moduleAt(position);
    const range = this.kernelRanges.find(({ start, end }) => address >= start && address < end);
    const dso = this.dsos.idOf(module ?? (isKernel ? kernelDso(range?.path) : UNKNOWN_DSO));
    const cell =
      kernel && position >= 0 ? this.functionAt(kernel.index, position, dso, true) : this.namelessAt(dso, whole, true);
    return { cell, relative: whole };
  }

  private functionAt(index: SymbolIndex, position: number, dso: number, isKernel: boolean): number {
    const functions = this.#functions[dso] ?? new Map<number, number>();
    this.#functions[dso] = functions;
    const known = functions.get(position);
    if (known !== undefined) return known;
    const cell = this.add({ dso, isKernel, name: index.nameAt(position) });
    functions.set(position, cell);
    return cell;
  }

  private namelessAt(dso: number, address: bigint, isKernel: boolean): number {
    const [low, high] = [Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n))];
    const known = this.#nameless.get(dso, low, high);
    if (known >= 0) return known;
    const cell = this.add({ dso, isKernel, address });
    this.#nameless.set(dso, low, high, cell);
    return cell;
  }

  private add(cell: Cell): number {
    this.cells.push(cell);
    return this.cells.length - 1;
  }
}

/** `/lib/modules/6.1/kernel/fs/ext4/ext4.ko` is shown as `[ext4]`. */
function kernelDso(path: string | undefined): string {
  if (path === undefined || path.startsWith(KERNEL_DSO)) return KERNEL_DSO;
  const [, name] = /([^/]+?)\.ko(?:\.\w+)?$/.exec(path) ?? [];
  return name === undefined ? path : `[${name.replaceAll('-', '_')}]`;
}
