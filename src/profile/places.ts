import type { KernelIndex } from '../symbols/kernel-index';
import type { SymbolIndex } from '../symbols/symbol-index';
import { AddressTable } from './address-table';
import { Mode } from './chain-context';
import type { Memory } from './memory';
import type { Names } from './names';
import type { Programs } from './programs';
import type { KernelRange } from './task-records';
import { grown } from './word-table';

/** The memory that no process has: the kernel's. */
const KERNEL_SPACE = 0;

/** Instead of a program: the kernel with its modules. */
const KERNEL_FUNCTIONS = -1;

/** Instead of where a cell stands among those that have names. */
const NAMELESS = -1;

/** What a recording is of where nothing is known. */
export const UNKNOWN_DSO = '[unknown]';
export const KERNEL_DSO = '[kernel.kallsyms]';

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
  /** Where the function begins in its program. */
  readonly start?: number;
  /** Of an exact place: the function that it is in, and how far from the beginning. */
  readonly of?: number;
  readonly offset?: number;
  /** Of a place that is told by its line: `main.c:12`. */
  readonly line?: string;
  /** Whether the compiler put the function into others. */
  readonly isInlined?: true;
  /** Of what has no name, and of exact places: in its program, where that is known; the lower and the upper half. */
  readonly low?: number;
  readonly high?: number;
}

/** The address of what has no name, of halves with a sign. */
export const addressOf = ({ low = 0, high = 0 }: Pick<Cell, 'low' | 'high'>): bigint =>
  (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

/** Where an address is: what it is a part of, and the address in its program, as perf prints it. */
export interface Place {
  /** Number of it. */
  readonly cell: number;
  /** Of the kernel the address itself, of programs the place in the file: the lower and the upper half. */
  readonly low: number;
  readonly high: number;
  /** How far from the beginning of its function; undefined outside of one. */
  readonly offset?: number;
}

/** The upper halves of addresses of programs are below that: those that are not are no addresses. */
const MOST_USER_HIGH = 1 << 21;

const TWO_32 = 2 ** 32;

/** Which addresses are cells of their own. */
export interface ToldAddresses {
  /** Those of functions: exact places. */
  readonly exact: boolean;
  /** What has no name. Otherwise all of a program is one cell, at address 0. */
  readonly nameless: boolean;
}

/** Looks addresses up: which function they lie in. */
export class Places {
  /** By memory: samples of a process come in bursts, and its addresses are then near each other. */
  readonly #known: AddressTable[] = [];
  /** Cells, + 1, by program and the position of functions in it, and by the address of what has no name. */
  readonly #functions: Record<number, Int32Array> = {};
  readonly #nameless = new AddressTable();
  /** Exact places by function and address, those on lines, and functions that were put into others. */
  readonly #exact = new AddressTable();
  readonly #onLines = new Map<string, number>();
  readonly #inlined = new Map<string, number>();
  /** By program; null where there is none. */
  readonly #indexes: (SymbolIndex | null | undefined)[] = [];
  readonly #unknown: number;
  /** Of the kernel; behind it, if its functions are those of another file, of its modules. */
  readonly #kernels: readonly KernelSource[];
  /** By the name of a module, or the path of a range. */
  readonly #kernelDsos = new Map<string, number>();
  /** How many cells there are; what each has side by side, as there can be very many without a name. */
  #size = 0;
  #dsoOf = new Int32Array(1 << 10);
  #isKernel = new Uint8Array(1 << 10);
  /** The others, and where each stands among them; of one without a name -1 and its address. */
  readonly #named: Cell[] = [];
  #namedAt = new Int32Array(1 << 10);
  #low = new Int32Array(1 << 10);
  #high = new Int32Array(1 << 10);

  constructor(
    private readonly programs: Programs,
    private readonly kernelRanges: readonly KernelRange[],
    /** The names of programs. */
    readonly dsos: Names,
    readonly tells: ToldAddresses = { exact: false, nameless: true },
  ) {
    this.#unknown = dsos.idOf(UNKNOWN_DSO);
    this.#kernels = [programs.kernel, programs.modules].flatMap((known, i) =>
      known ? [{ ...known, owner: KERNEL_FUNCTIONS - i, shift: shiftOf(known, kernelRanges) }] : [],
    );
  }

  /** The number of what an address, in two halves, is a part of, in the memory of a process or the kernel, as `mode` says. */
  cellAt(mode: number, memory: Memory, low: number, high: number): number {
    const space = mode === Mode.user ? memory.id : KERNEL_SPACE;
    const table = this.#known[space] ?? this.tableOf(space);
    const known = table.get(mode, low, high);
    if (known >= 0) return known;
    const { cell } = this.placeAt(mode, memory, low, high);
    table.set(mode, low, high, cell);
    return cell;
  }

  private tableOf(space: number): AddressTable {
    const table = new AddressTable();
    this.#known[space] = table;
    return table;
  }

  /** The same, for who remembers it, and where in it. */
  placeAt(mode: number, memory: Memory, low: number, high: number): Place {
    return mode === Mode.user ? this.userPlace(memory, low, high) : this.kernelPlace(low, high, mode === Mode.kernel);
  }

  private userPlace(memory: Memory, low: number, high: number): Place {
    const address = high * TWO_32 + (low >>> 0);
    const range = high >= 0 && high < MOST_USER_HIGH ? memory.find(address) : undefined;
    if (!range) return this.nowhere(low, high);
    const relative = address - range.start + range.offset;
    return this.programPlace(range.dso, relative | 0, Math.floor(relative / TWO_32));
  }

  /** Where an address of user space is, in two halves, that nothing is mapped at. */
  nowhere(low: number, high: number): Place {
    return { cell: this.namelessAt(this.#unknown, low, high, false), low, high };
  }

  /** Where an offset in a program is, in two halves. */
  programPlace(dso: number, relativeLow: number, relativeHigh: number): Place {
    const relative = relativeHigh * TWO_32 + (relativeLow >>> 0);
    const index = this.indexOf(dso);
    const position = index?.find(relative) ?? -1;
    if (!index || position < 0) {
      const cell = this.namelessAt(dso, relativeLow, relativeHigh, false);
      return { cell, low: relativeLow, high: relativeHigh };
    }
    const into = relative - index.startAt(position);
    const cell = this.exact(this.functionAt(index, position, dso, dso), relativeLow, relativeHigh, into);
    return { cell, low: relativeLow, high: relativeHigh, offset: into };
  }

  private indexOf(dso: number): SymbolIndex | undefined {
    const known = this.#indexes[dso];
    if (known !== undefined) return known ?? undefined;
    const index = this.programs.indexOf(this.dsos.textOf(dso));
    this.#indexes[dso] = index ?? null;
    return index;
  }

  private kernelPlace(low: number, high: number, isKernel: boolean): Place {
    const address = (high & 0xffff) * TWO_32 + (low >>> 0);
    const found = isKernel ? this.kernelFunction(address) : undefined;
    const dso = isKernel ? this.kernelDso(address, found?.module) : this.#unknown;
    if (!found) return { cell: this.namelessAt(dso, low, high, true), low, high };
    const { kernel, position } = found;
    const offset = address - kernel.shift - kernel.index.startAt(position);
    const cell = this.functionAt(kernel.index, position, dso, kernel.owner);
    return { cell: this.exact(cell, low, high, offset), low, high, offset };
  }

  /** Of an address in the kernel, or of the module that it is known to be in: very many are of few. */
  private kernelDso(address: number, module: string | undefined): number {
    const name =
      module ?? this.kernelRanges.find(({ start, end }) => address >= start && address < end)?.path ?? KERNEL_DSO;
    const known = this.#kernelDsos.get(name);
    if (known !== undefined) return known;
    const dso = this.dsos.idOf(module ?? kernelDso(name));
    this.#kernelDsos.set(name, dso);
    return dso;
  }

  private kernelFunction(address: number): KernelFunction | undefined {
    for (const kernel of this.#kernels) {
      const position = kernel.index.find(address - kernel.shift);
      const module = position < 0 ? undefined : kernel.moduleAt(position);
      if (position >= 0 && (kernel.owner === KERNEL_FUNCTIONS || module !== undefined)) {
        return { kernel, position, module };
      }
    }
    return undefined;
  }

  /** Where an address of the kernel is in the file that its functions are from. */
  kernelAddress(address: bigint): bigint {
    return address - BigInt(this.#kernels[0]?.shift ?? 0);
  }

  /** @param owner the program, or `KERNEL_FUNCTIONS` and below: the kernel's modules are in one index with it */
  private functionAt(index: SymbolIndex, position: number, dso: number, owner: number): number {
    const functions = this.#functions[owner] ?? new Int32Array(index.size);
    this.#functions[owner] = functions;
    const known = functions[position] ?? 0;
    if (known > 0) return known - 1;
    const isKernel = owner <= KERNEL_FUNCTIONS;
    const cell = this.add({ dso, isKernel, name: index.nameAt(position), start: index.startAt(position) });
    functions[position] = cell + 1;
    return cell;
  }

  private exact(of: number, low: number, high: number, offset: number): number {
    const cell = this.tells.exact ? this.cell(of) : undefined;
    if (!cell) return of;
    const known = this.#exact.get(of, low, high);
    if (known >= 0) return known;
    const id = this.add({ ...cell, of, low, high, offset });
    this.#exact.set(of, low, high, id);
    return id;
  }

  /** The part of a function that is from a line of the source. */
  onLine(of: number, line: string): number {
    const key = `${of}:${line}`;
    const known = this.#onLines.get(key) ?? this.add({ ...this.cellOf(of), of, line });
    this.#onLines.set(key, known);
    return known;
  }

  /** A function of a program that the compiler put into others. */
  inlinedAs(dso: number, name: string): number {
    const key = `${dso}:${name}`;
    const known = this.#inlined.get(key) ?? this.add({ dso, isKernel: false, name, isInlined: true });
    this.#inlined.set(key, known);
    return known;
  }

  /** The function that a cell is a part of, or is. */
  functionOf(cell: number): number {
    return this.tells.exact ? (this.cell(cell)?.of ?? cell) : cell;
  }

  private cellOf(id: number): Cell {
    return this.cell(id) ?? { dso: this.#unknown, isKernel: false };
  }

  private namelessAt(dso: number, placeLow: number, placeHigh: number, isKernel: boolean): number {
    const [low, high] = this.tells.nameless ? [placeLow, placeHigh] : [0, 0];
    const known = this.#nameless.get(dso, low, high);
    if (known >= 0) return known;
    const id = this.begin(dso, isKernel);
    this.#namedAt[id] = NAMELESS;
    this.#low[id] = low;
    this.#high[id] = high;
    this.#nameless.set(dso, low, high, id);
    return id;
  }

  /** How many cells there are by now. */
  get size(): number {
    return this.#size;
  }

  /** What addresses are part of; undefined for a number of nothing. */
  cell(id: number): Cell | undefined {
    if (id < 0 || id >= this.#size) return undefined;
    const at = this.#namedAt[id] ?? NAMELESS;
    if (at !== NAMELESS) return this.#named[at];
    return { dso: this.dsoOf(id), isKernel: this.isKernelAt(id), low: this.#low[id] ?? 0, high: this.#high[id] ?? 0 };
  }

  /** Whether nothing is known of it but its address, likewise without making a cell. */
  isNameless(cell: number): boolean {
    return this.#namedAt[cell] === NAMELESS;
  }

  /** The program of a cell, without looking at the cell itself: there can be very many. */
  dsoOf(cell: number): number {
    return this.#dsoOf[cell] ?? 0;
  }

  /** Whether it is a part of the kernel, likewise. */
  isKernelAt(cell: number): boolean {
    return this.#isKernel[cell] === 1;
  }

  /** Which of two functions perf puts first where nothing else tells: of one program, that which begins later. */
  laterFirst(a: number, b: number): number {
    const [one, other] = [this.cell(a), this.cell(b)];
    return one && other && one.dso === other.dso ? (other.start ?? 0) - (one.start ?? 0) : 0;
  }

  private add(cell: Cell): number {
    const id = this.begin(cell.dso, cell.isKernel);
    this.#namedAt[id] = this.#named.length;
    this.#named.push(cell);
    return id;
  }

  private begin(dso: number, isKernel: boolean): number {
    const id = this.#size;
    this.#size += 1;
    if (id >= this.#dsoOf.length) this.grow();
    this.#dsoOf[id] = dso;
    this.#isKernel[id] = Number(isKernel);
    return id;
  }

  private grow(): void {
    const whole = (size: number) => new Int32Array(size);
    this.#dsoOf = grown(this.#dsoOf, this.#size, whole);
    this.#isKernel = grown(this.#isKernel, this.#size, (size) => new Uint8Array(size));
    this.#namedAt = grown(this.#namedAt, this.#size, whole);
    this.#low = grown(this.#low, this.#size, whole);
    this.#high = grown(this.#high, this.#size, whole);
  }
}

/** Functions of the kernel, and how far from where their file has them they were when it was recorded. */
interface KernelSource extends KernelIndex {
  /** See `functionAt`. */
  readonly owner: number;
  /** Bytes. */
  readonly shift: number;
}

interface KernelFunction {
  readonly kernel: KernelSource;
  /** In its index. */
  readonly position: number;
  readonly module: string | undefined;
}

/** The recording says of one symbol where it was: `[kernel.kallsyms]_text`. */
function shiftOf(kernel: KernelIndex, ranges: readonly KernelRange[]): number {
  const range = ranges.find(({ path }) => path.startsWith(KERNEL_DSO));
  const symbol = range?.path.slice(KERNEL_DSO.length) || '_text';
  const start = kernel.startOf(symbol);
  return range === undefined || start === undefined ? 0 : range.offset - start;
}

/** `/lib/modules/6.1/kernel/fs/ext4/ext4.ko` is shown as `[ext4]`. */
function kernelDso(path: string): string {
  if (path.startsWith(KERNEL_DSO)) return KERNEL_DSO;
  const [, name] = /([^/]+?)\.ko(?:\.\w+)?$/.exec(path) ?? [];
  return name === undefined ? path : `[${name.replaceAll('-', '_')}]`;
}
