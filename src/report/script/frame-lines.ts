import { visible } from '../../base/safe-text';
import { AddressTable } from '../../profile/address-table';
import { UNKNOWN_DSO } from '../../profile/cells';
import { Mode } from '../../profile/chain-context';
import type { Memory } from '../../profile/memory';
import type { PlaceSource } from '../../profile/place-source';
import type { Place, Places } from '../../profile/places';
import { demangled } from '../../symbols/demangle';
import { dsoText } from '../profile/cell-text';

/** What of an address is shown. */
export interface FrameFields {
  readonly ip: boolean;
  readonly sym: boolean;
  /** How far from the beginning of the function. */
  readonly symoff: boolean;
  readonly dso: boolean;
  /** The line of the source, below it. */
  readonly srcline: boolean;
}

/** What is known of the source, and what of it is asked for besides lines. */
export interface FrameSource {
  readonly places: PlaceSource;
  /** Functions that the compiler put into others, as if they had been called. */
  readonly inlines: boolean;
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
    private readonly source?: FrameSource,
  ) {}

  /** The line of an address in a call chain. Of programs it shows the place in the file, as perf does. */
  inChain(mode: number, memory: Memory, low: number, high: number): Buffer {
    const space = mode === Mode.user ? memory.id : 0;
    const known = this.#tables[space]?.get(mode, low, high) ?? -1;
    return this.#lines[known] ?? this.remember(space, mode, memory, low, high);
  }

  /** What stands behind a sample without a call chain. */
  alone(mode: number, memory: Memory, low: number, high: number): string {
    const place = this.places.placeAt(mode, memory, low, high);
    return (this.fields.ip ? hexadecimal(low, high) : '') + this.rest(place) + this.sourceLine(place);
  }

  /** What stands behind an address that was accessed; empty where neither names nor programs are shown. */
  behind(mode: number, memory: Memory, low: number, high: number): string {
    return this.fields.sym || this.fields.dso ? this.rest(this.places.placeAt(mode, memory, low, high)) : '';
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
    const dso = this.places.cells.dsoOf(place.cell);
    const known = this.#byPlace.get(dso, place.low, place.high);
    if (known >= 0) return known;
    const inlined = this.inlined(place);
    const line = inlined.length > 0 ? this.outerLine(place) : this.sourceLine(place);
    const texts = [...inlined, this.address(place) + this.rest(place) + line];
    const id = this.#lines.length;
    this.#lines.push(Buffer.from(texts.map((text) => `${text.slice(0, LONGEST_LINE)}\n`).join('')));
    this.#byPlace.set(dso, place.low, place.high, id);
    return id;
  }

  private address({ low, high }: Place): string {
    return this.fields.ip ? `\t${hexadecimal(low, high)}` : '';
  }

  /** Lines of the functions that the compiler put into the one of a place, the innermost first. */
  private inlined(place: Place): string[] {
    if (!this.source?.inlines) return [];
    const { fields } = this;
    const { frames } = this.source.places.of(place);
    const into = fields.symoff && place.offset !== undefined ? `+0x${place.offset.toString(16)}` : '';
    return frames.slice(0, -1).flatMap(({ name, line }) => {
      if (name === undefined) return [];
      const symbol = fields.sym ? ` ${visible(demangled(name))}${into}` : '';
      const below = fields.srcline && line !== undefined ? `\n  ${visible(line)}` : '';
      return [`${this.address(place)}${symbol}${below} (inlined)`];
    });
  }

  /** The line below a function that others were put into: where they were. */
  private outerLine(place: Place): string {
    const line = this.fields.srcline ? this.source?.places.of(place).frames.at(-1)?.line : undefined;
    return line === undefined ? '' : `\n  ${visible(line)}`;
  }

  /**
   * The line below a place: its program and its address where none is known; nothing for a place in no program, and for one of
   * which a symbol is known, but no file.
   */
  private sourceLine(place: Place): string {
    if (!(this.fields.srcline && this.source)) return '';
    const name = this.places.cells.dsos.textOf(this.places.cells.dsoOf(place.cell));
    if (name === UNKNOWN_DSO) return '';
    const { address, frames, isKnown } = this.source.places.of(place);
    const line = frames[0]?.line;
    if (line !== undefined) return `\n  ${visible(line)}`;
    return isKnown ? '' : `\n  ${dsoText(name)}[${address.toString(16)}]`;
  }

  private rest(place: Place): string {
    const symbol = this.fields.sym ? ` ${this.symbol(place, this.fields.symoff)}` : '';
    return this.fields.dso ? `${symbol} (${this.dso(place.cell)})` : symbol;
  }

  private symbol({ cell, offset }: Place, withOffset: boolean): string {
    const known = this.#names[cell];
    const raw = this.places.cells.at(cell)?.name;
    const name = known ?? (raw === undefined ? '[unknown]' : visible(demangled(raw)));
    this.#names[cell] = name;
    return withOffset && offset !== undefined ? `${name}+0x${offset.toString(16)}` : name;
  }

  private dso(cell: number): string {
    const dso = this.places.cells.dsoOf(cell);
    const known = this.#dsos[dso] ?? visible(this.places.cells.dsos.textOf(dso));
    this.#dsos[dso] = known;
    return known;
  }
}

/** 64 bits in 16 columns. */
export function hexadecimal(low: number, high: number): string {
  if (high === 0) return (low >>> 0).toString(16).padStart(16);
  return ((high >>> 0).toString(16) + (low >>> 0).toString(16).padStart(8, '0')).padStart(16);
}
