import { visible } from '../../base/safe-text';
import { AddressTable } from '../../profile/address-table';
import { Mode } from '../../profile/chain-context';
import type { Memory } from '../../profile/memory';
import type { Place, Places } from '../../profile/places';
import { demangled } from '../../symbols/demangle';

/** What of an address is shown. */
export interface FrameFields {
  readonly ip: boolean;
  readonly sym: boolean;
  /** How far from the beginning of the function. */
  readonly symoff: boolean;
  readonly dso: boolean;
}

/** So many lines are remembered; then it begins anew, so that memory does not grow with the file. */
const MOST_LINES = 1 << 18;

/** Names of C++ functions can be long. */
const LONGEST_LINE = 4 << 10;

/** Texts for addresses, each made once: `vfs_read+0x1f ([kernel.kallsyms])`. */
export class FrameLines {
  readonly #tables: AddressTable[] = [];
  #lines: Buffer[] = [];
  /** Lines by program and place in it. */
  #byPlace = new AddressTable();
  readonly #names: (string | undefined)[] = [];
  readonly #dsos: (string | undefined)[] = [];

  constructor(
    private readonly places: Places,
    private readonly fields: FrameFields,
  ) {}

  /** The line of an address in a call chain. Of programs it shows the place in the file, as perf does. */
  inChain(mode: number, memory: Memory, low: number, high: number): Buffer {
    const space = mode === Mode.user ? memory.id : 0;
    const known = this.#tables[space]?.get(mode, low, high) ?? -1;
    return this.#lines[known] ?? this.remember(space, mode, memory, low, high);
  }

  /** What stands behind a sample without a call chain. */
  alone(mode: number, memory: Memory, low: number, high: number): string {
    return (this.fields.ip ? hexadecimal(low, high) : '') + this.rest(this.places.placeAt(mode, memory, low, high));
  }

  /** `vfs_read+0x1f`; undefined for what has no name. */
  symbolOf(mode: number, memory: Memory, low: number, high: number): string | undefined {
    const place = this.places.placeAt(mode, memory, low, high);
    return place.offset === undefined ? undefined : this.symbol(place, true);
  }

  private remember(space: number, mode: number, memory: Memory, low: number, high: number): Buffer {
    if (this.#lines.length >= MOST_LINES) {
      this.#tables.length = 0;
      this.#lines = [];
      this.#byPlace = new AddressTable();
    }
    const place = this.places.placeAt(mode, memory, low, high);
    const id = this.lineOf(place);
    const table = this.#tables[space] ?? new AddressTable();
    this.#tables[space] = table;
    table.set(mode, low, high, id);
    return this.#lines[id] ?? Buffer.alloc(0);
  }

  /** The same for all processes that have a program in their memory, wherever that is. */
  private lineOf(place: Place): number {
    const dso = this.places.dsoOf(place.cell);
    const known = this.#byPlace.get(dso, place.low, place.high);
    if (known >= 0) return known;
    const text = `${this.fields.ip ? `\t${hexadecimal(place.low, place.high)}` : ''}${this.rest(place)}`;
    const id = this.#lines.length;
    this.#lines.push(Buffer.from(`${text.slice(0, LONGEST_LINE)}\n`));
    this.#byPlace.set(dso, place.low, place.high, id);
    return id;
  }

  private rest(place: Place): string {
    const symbol = this.fields.sym ? ` ${this.symbol(place, this.fields.symoff)}` : '';
    return this.fields.dso ? `${symbol} (${this.dso(place.cell)})` : symbol;
  }

  private symbol({ cell, offset }: Place, withOffset: boolean): string {
    const known = this.#names[cell];
    const raw = this.places.cell(cell)?.name;
    const name = known ?? (raw === undefined ? '[unknown]' : visible(demangled(raw)));
    this.#names[cell] = name;
    return withOffset && offset !== undefined ? `${name}+0x${offset.toString(16)}` : name;
  }

  private dso(cell: number): string {
    const dso = this.places.dsoOf(cell);
    const known = this.#dsos[dso] ?? visible(this.places.dsos.textOf(dso));
    this.#dsos[dso] = known;
    return known;
  }
}

/** 64 bits in 16 columns. */
export function hexadecimal(low: number, high: number): string {
  if (high === 0) return (low >>> 0).toString(16).padStart(16);
  return ((high >>> 0).toString(16) + (low >>> 0).toString(16).padStart(8, '0')).padStart(16);
}
