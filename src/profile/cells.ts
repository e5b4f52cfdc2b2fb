import { AddressTable } from './address-table';
import type { Names } from './names';
import { grown } from './word-table';

/** What a recording is of where nothing is known. */
export const UNKNOWN_DSO = '[unknown]';

/** Instead of where a cell stands among those that have names. */
const NAMELESS = -1;

/**
 * What an address is a part of: a function of a program, or where nothing is known of it, the address itself. Functions of
 * one name at different addresses are different.
 */
export interface Cell {
  /** Of its program: see `Cells.dsos`. */
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

/** Cells by number, as they come. There can be very many without a name: what each has stands side by side. */
export class Cells {
  #size = 0;
  #dsoOf = new Int32Array(1 << 10);
  #isKernel = new Uint8Array(1 << 10);
  /** The others, and where each stands among them; of one without a name -1 and its address. */
  readonly #named: Cell[] = [];
  #namedAt = new Int32Array(1 << 10);
  #low = new Int32Array(1 << 10);
  #high = new Int32Array(1 << 10);
  /** What has no name, by its address in a program. */
  readonly #nameless = new AddressTable();
  /** Exact places by function and address, those on lines, and functions that were put into others. */
  readonly #exact = new AddressTable();
  readonly #onLines = new Map<string, number>();
  readonly #inlined = new Map<string, number>();
  /** Of where nothing is known. */
  readonly unknown: number;

  /** @param dsos the names of programs */
  constructor(readonly dsos: Names) {
    this.unknown = dsos.idOf(UNKNOWN_DSO);
  }

  /** How many there are by now. */
  get size(): number {
    return this.#size;
  }

  /** One that has a name. @returns its number */
  add(cell: Cell): number {
    const id = this.begin(cell.dso, cell.isKernel);
    this.#namedAt[id] = this.#named.length;
    this.#named.push(cell);
    return id;
  }

  /** The number of an address in a program of which nothing is known. */
  namelessAt(dso: number, low: number, high: number, isKernel: boolean): number {
    const known = this.#nameless.get(dso, low, high);
    if (known >= 0) return known;
    const id = this.begin(dso, isKernel);
    this.#namedAt[id] = NAMELESS;
    this.#low[id] = low;
    this.#high[id] = high;
    this.#nameless.set(dso, low, high, id);
    return id;
  }

  /** An exact place in a function. */
  exactAt(of: number, low: number, high: number, offset: number): number {
    const known = this.#exact.get(of, low, high);
    if (known >= 0) return known;
    const id = this.add({ ...this.cellOf(of), of, low, high, offset });
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

  /** What addresses are part of; undefined for a number of nothing. */
  at(id: number): Cell | undefined {
    if (id < 0 || id >= this.#size) return undefined;
    const at = this.#namedAt[id] ?? NAMELESS;
    if (at !== NAMELESS) return this.#named[at];
    return { dso: this.dsoOf(id), isKernel: this.isKernelAt(id), low: this.#low[id] ?? 0, high: this.#high[id] ?? 0 };
  }

  /** The function that a cell is a part of, or is. */
  functionOf(id: number): number {
    return this.isNameless(id) ? id : (this.at(id)?.of ?? id);
  }

  /** Whether nothing is known of it but its address, without making a cell. */
  isNameless(id: number): boolean {
    return this.#namedAt[id] === NAMELESS;
  }

  /** The program of a cell, likewise. */
  dsoOf(id: number): number {
    return this.#dsoOf[id] ?? 0;
  }

  /** Whether it is a part of the kernel, likewise. */
  isKernelAt(id: number): boolean {
    return this.#isKernel[id] === 1;
  }

  /** Which of two functions perf puts first where nothing else tells: of one program, that which begins later. */
  laterFirst(a: number, b: number): number {
    const [one, other] = [this.at(a), this.at(b)];
    return one && other && one.dso === other.dso ? (other.start ?? 0) - (one.start ?? 0) : 0;
  }

  private cellOf(id: number): Cell {
    return this.at(id) ?? { dso: this.unknown, isKernel: false };
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
