import type { SymbolIndex } from '../symbols/symbol-index';
import { AddressTable } from './address-table';
import { Cells } from './cells';
import { Mode } from './chain-context';
import { KernelFunctions } from './kernel-functions';
import type { Memory } from './memory';
import type { Names } from './names';
import type { Programs } from './programs';
import type { KernelRange } from './task-records';

/** The memory that no process has: the kernel's. */
const KERNEL_SPACE = 0;

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

/** Looks addresses up: which cell they are a part of. */
export class Places {
  readonly cells: Cells;
  /** By memory: samples of a process come in bursts, and its addresses are then near each other. */
  readonly #known: AddressTable[] = [];
  /** Cells, + 1, by program and the position of functions in it. */
  readonly #functions: Record<number, Int32Array> = {};
  /** By program; null where there is none. */
  readonly #indexes: (SymbolIndex | null | undefined)[] = [];
  readonly #kernel: KernelFunctions;

  /** @param dsos the names of programs */
  constructor(
    private readonly programs: Programs,
    kernelRanges: readonly KernelRange[],
    dsos: Names,
    readonly tells: ToldAddresses = { exact: false, nameless: true },
  ) {
    this.cells = new Cells(dsos);
    this.#kernel = new KernelFunctions(programs, kernelRanges, dsos);
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
    return this.namelessPlace(this.cells.unknown, low, high, false);
  }

  /** Where an offset in a program is, in two halves. */
  programPlace(dso: number, low: number, high: number): Place {
    const relative = high * TWO_32 + (low >>> 0);
    const index = this.indexOf(dso);
    const position = index?.find(relative) ?? -1;
    if (!index || position < 0) return this.namelessPlace(dso, low, high, false);
    const offset = relative - index.startAt(position);
    return this.placeIn(this.functionAt(index, position, { dso, owner: dso, isKernel: false }), low, high, offset);
  }

  private indexOf(dso: number): SymbolIndex | undefined {
    const known = this.#indexes[dso];
    if (known !== undefined) return known ?? undefined;
    const index = this.programs.indexOf(this.cells.dsos.textOf(dso));
    this.#indexes[dso] = index ?? null;
    return index;
  }

  private kernelPlace(low: number, high: number, isKernel: boolean): Place {
    const address = (high & 0xffff) * TWO_32 + (low >>> 0);
    const found = isKernel ? this.#kernel.at(address) : undefined;
    const dso = isKernel ? this.#kernel.dsoOf(address, found?.module) : this.cells.unknown;
    if (!found) return this.namelessPlace(dso, low, high, true);
    const { position, source } = found;
    const { index, owner, shift } = source;
    const offset = address - shift - index.startAt(position);
    return this.placeIn(this.functionAt(index, position, { dso, owner, isKernel: true }), low, high, offset);
  }

  /** Where an address of the kernel is in the file that its functions are from. */
  kernelAddress(address: bigint): bigint {
    return this.#kernel.inFile(address);
  }

  private namelessPlace(dso: number, low: number, high: number, isKernel: boolean): Place {
    const [ownLow, ownHigh] = this.tells.nameless ? [low, high] : [0, 0];
    return { cell: this.cells.namelessAt(dso, ownLow, ownHigh, isKernel), low, high };
  }

  private placeIn(of: number, low: number, high: number, offset: number): Place {
    return { cell: this.tells.exact ? this.cells.exactAt(of, low, high, offset) : of, low, high, offset };
  }

  /** The cell of a function. @param owner the program, or below 0: the kernel's modules are in one index with it */
  private functionAt(index: SymbolIndex, position: number, { dso, owner, isKernel }: FunctionOwner): number {
    const functions = this.#functions[owner] ?? new Int32Array(index.size);
    this.#functions[owner] = functions;
    const known = functions[position] ?? 0;
    if (known > 0) return known - 1;
    const cell = this.cells.add({ dso, isKernel, name: index.nameAt(position), start: index.startAt(position) });
    functions[position] = cell + 1;
    return cell;
  }
}

interface FunctionOwner {
  readonly dso: number;
  readonly owner: number;
  readonly isKernel: boolean;
}
