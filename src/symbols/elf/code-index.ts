import { demangled } from '../demangle';
import { SymbolIndex } from '../symbol-index';
import { FileWindow } from './file-window';
import { readHeader } from './header';
import { SectionType, SymbolBinding, SymbolType } from './layout';
import { pltEntries } from './plt';
import { readSections, type Section } from './sections';
import { readSegments, type Segment } from './segments';
import { SymbolTable } from './symbol-table';

/** Which function each place of a program's file belongs to. */
export interface CodeIndex {
  readonly index: SymbolIndex;
  /** Whether it was made of the full table, not only of what others may call. */
  readonly isFull: boolean;
}

/**
 * Reads it from a program, and from its debug file where that has more to tell.
 * @param debug path of that; undefined where there is none
 * @throws SyswideError BAD_EVENT, NO_PERMISSION for what cannot be read, or is no ELF program or library
 */
export function readCodeIndex(path: string, debug: string | undefined): CodeIndex {
  using file = FileWindow.open(path);
  return codeIndexOf(file, debug);
}

/** The same, of a file that is open. */
export function codeIndexOf(file: FileWindow, debug: string | undefined): CodeIndex {
  const header = readHeader(file);
  const sections = readSections(file, header);
  const segments = readSegments(file, header);
  const symbols = new Gathered();
  const isWhole = hasFullTable(sections);
  const isFull = isWhole || (debug !== undefined && addDebugFile(symbols, debug, segments));
  if (isWhole || !isFull) symbols.addTable(SymbolTable.readAll(file, header)[0], segments);
  for (const { start, size, name } of pltEntries(file, header, sections)) symbols.add(start, size, PLT_INFO, name);
  return { index: symbols.index, isFull };
}

const hasFullTable = (sections: readonly Section[]): boolean =>
  sections.some(({ type }) => type === SectionType.symbols);

/** @returns whether it has a full table */
function addDebugFile(symbols: Gathered, path: string, segments: readonly Segment[]): boolean {
  using file = FileWindow.open(path);
  const header = readHeader(file);
  if (!hasFullTable(readSections(file, header))) return false;
  symbols.addTable(SymbolTable.readAll(file, header)[0], segments);
  return true;
}

/** Stubs are as good as functions that everybody sees. */
const PLT_INFO = (SymbolBinding.global << 4) | SymbolType.function;

/** Symbols side by side, until all are there. */
class Gathered {
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  readonly #infos: number[] = [];
  /** A name, or where it is in the table. */
  readonly #names: (string | number)[] = [];
  #table: SymbolTable | undefined;
  readonly #shown = new Map<number, string>();

  add(start: number, size: number, info: number, name: string | number): void {
    this.#starts.push(start);
    this.#sizes.push(size);
    this.#infos.push(info);
    this.#names.push(name);
  }

  addTable(table: SymbolTable | undefined, segments: readonly Segment[]): void {
    this.#table = table;
    const places = segments.map(({ address, fileBytes, offset }) => ({
      from: Number(address),
      to: Number(address + fileBytes),
      shift: Number(offset - address),
    }));
    table?.eachCode((address, size, info, name) => {
      const place = places.find(({ from, to }) => address >= from && address < to);
      if (place) this.add(address + place.shift, size, info, name);
    });
  }

  get index(): SymbolIndex {
    const nameOf = (id: number): string => {
      const name = this.#names[id] ?? '';
      return typeof name === 'string' ? name : (this.#table?.nameAt(name) ?? '');
    };
    return SymbolIndex.of({
      starts: this.#starts,
      sizes: this.#sizes,
      isBetter: (a, b) => this.isBetter(a, b, nameOf),
      nameOf,
    });
  }

  /** choose_best_symbol(): one that is not weak, seen by everybody, with fewer underscores before it, longer. */
  private isBetter(a: number, b: number, nameOf: (id: number) => string): boolean {
    const [one, other] = [this.#infos[a] ?? 0, this.#infos[b] ?? 0];
    const binding = (info: number) => info >> 4;
    const plain = [
      Number(binding(other) === SymbolBinding.weak) - Number(binding(one) === SymbolBinding.weak),
      Number(binding(one) === SymbolBinding.global) - Number(binding(other) === SymbolBinding.global),
    ].find((difference) => difference !== 0);
    if (plain !== undefined) return plain > 0;
    const mangled = [nameOf(a), nameOf(b)] as const;
    if (areTwins(...mangled)) return true;
    // As perf compares them: as they are shown.
    const [name, otherName] = [this.shown(a, mangled[0]), this.shown(b, mangled[1])];
    const underscores = (text: string) => text.length - text.replace(/^_+/, '').length;
    const difference = underscores(otherName) - underscores(name) || name.length - otherName.length;
    return difference >= 0;
  }

  /** The last few are asked for again: what is better is compared with the next. */
  private shown(id: number, name: string): string {
    const known = this.#shown.get(id) ?? demangled(name);
    if (this.#shown.size >= 2) this.#shown.clear();
    this.#shown.set(id, known);
    return known;
  }
}

/** Constructors, and destructors, of a whole object and of a part of another one: shown alike. */
const twins = /[CD][0-5](?=E)/g;

const areTwins = (one: string, other: string): boolean =>
  one.length === other.length && one.replace(twins, '') === other.replace(twins, '');
