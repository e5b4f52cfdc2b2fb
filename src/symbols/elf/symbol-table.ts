import { type ElfCode, type ElfPlace, elfCode } from '../../native/elf-symbols';
import type { FileWindow } from './file-window';
import { type ElfHeader, readTable, readWord } from './header';
import { SectionIndex, SectionType, SymbolBinding, SymbolType } from './layout';

/** A named address of a program or library. */
export interface ElfSymbol {
  readonly address: bigint;
  readonly size: bigint;
  readonly type: number;
  /** Only its own source file knows it by that name: others may have one of the same name. */
  readonly isLocal: boolean;
  /** The source file, of local ones where the compiler told. */
  readonly source?: string;
}

/** Which symbols are functions and labels, and where. */
interface CodeOptions {
  /** The bits of upper halves of addresses that are looked at: those of the kernel do not fit otherwise. */
  readonly upper?: number;
  /** Whether bare labels in a section, by its index, are names; where there are none, all are, also those that are hidden. */
  readonly hasLabels?: readonly boolean[];
}

/**
 * A symbol table with its names. Names are compared as bytes, and decoded only when they are listed: most files have
 * far more symbols than anybody asks for.
 */
export class SymbolTable {
  private constructor(
    private readonly symbols: Buffer,
    private readonly entryBytes: number,
    private readonly names: Buffer,
    private readonly layout: ElfHeader['layout'],
  ) {}

  /** Those of the file that are there, the full one before the one for the dynamic linker. */
  static readAll(file: FileWindow, header: ElfHeader): SymbolTable[] {
    const sections = readTable(file, header.sections, 'its section headers');
    const { entryBytes, count } = header.sections;
    const { type, link } = header.layout.section;
    const offsets = Array.from({ length: count }, (_, i) => i * entryBytes);
    return [SectionType.symbols, SectionType.dynamicSymbols].flatMap((wanted) => {
      const at = offsets.find((offset) => sections.readUInt32LE(offset + type) === wanted);
      const names = at === undefined ? undefined : offsets[sections.readUInt32LE(at + link)];
      if (at === undefined || names === undefined) return [];
      return [SymbolTable.read(file, header, sections.subarray(at), sections.subarray(names))];
    });
  }

  private static read(file: FileWindow, { layout }: ElfHeader, symbols: Buffer, names: Buffer): SymbolTable {
    const { offset, size, entsize } = layout.section;
    const word = (section: Buffer, field: number) => readWord(section, field, layout);
    const entryBytes = Number(word(symbols, entsize));
    if (entryBytes < layout.symbol.bytes) throw file.broken('its symbols are too short');
    return new SymbolTable(
      file.read(word(symbols, offset), word(symbols, size), 'its symbol table'),
      entryBytes,
      file.read(word(names, offset), word(names, size), 'its symbol names'),
      layout,
    );
  }

  /** Every definition of that name that has an address, or that is a variable of each thread. */
  find(name: string): ElfSymbol[] {
    if (name === '' || name.includes('\0')) return [];
    const wanted = Buffer.from(name);
    const { name: nameField } = this.layout.symbol;
    const found: ElfSymbol[] = [];
    let source: number | undefined;
    for (let at = 0; at + this.entryBytes <= this.symbols.length; at += this.entryBytes) {
      const nameAt = this.symbols.readUInt32LE(at + nameField);
      if (this.typeAt(at) === SymbolType.file) source = nameAt;
      else if (this.isName(nameAt, wanted) && this.isDefinition(at)) found.push(this.symbolAt(at, source));
    }
    return found;
  }

  /**
   * Every function and bare label that is in the file, for who looks names up by address: in the order of the file, nothing
   * made for each.
   */
  code(places: readonly ElfPlace[], { upper = ALL_BITS, hasLabels = [] }: CodeOptions = {}): ElfCode {
    const { symbols, entryBytes, names } = this;
    const table = { symbols, entryBytes, names, is64Bit: this.layout.wordBytes === 8 };
    return elfCode(table, places, upper, hasLabels);
  }

  /** The name at a place that `code` told. */
  nameAt(at: number): string {
    return this.text(at);
  }

  /** The names of all definitions, for suggestions. */
  *definedNames(): Generator<string> {
    const { name } = this.layout.symbol;
    for (let at = 0; at + this.entryBytes <= this.symbols.length; at += this.entryBytes) {
      if (this.isDefinition(at)) yield this.text(this.symbols.readUInt32LE(at + name));
    }
  }

  /** Whether the name there is the wanted one, by itself or with a default version behind it: `memcpy@@GLIBC_2.14`. */
  private isName(at: number, wanted: Buffer): boolean {
    // Most names differ in the first byte or the length already.
    if (this.names[at] !== wanted[0]) return false;
    const end = at + wanted.length;
    const isEnded = this.names[end] === 0 || (this.names[end] === AT && this.names[end + 1] === AT);
    return isEnded && this.names.compare(wanted, 0, wanted.length, at, end) === 0;
  }

  private typeAt(at: number): number {
    return (this.symbols[at + this.layout.symbol.info] ?? 0) & 0xf;
  }

  private isDefinition(at: number): boolean {
    const section = this.symbols.readUInt16LE(at + this.layout.symbol.shndx);
    const isPlaced = section < SectionIndex.firstReserved || section === SectionIndex.extended;
    return section !== SectionIndex.undefined && isPlaced && namedTypes.has(this.typeAt(at));
  }

  private symbolAt(at: number, source: number | undefined): ElfSymbol {
    const { value, size, info } = this.layout.symbol;
    const isLocal = (this.symbols[at + info] ?? 0) >> 4 === SymbolBinding.local;
    return {
      address: readWord(this.symbols, at + value, this.layout),
      size: readWord(this.symbols, at + size, this.layout),
      type: this.typeAt(at),
      isLocal,
      ...(isLocal && source !== undefined ? { source: this.text(source) } : {}),
    };
  }

  private text(at: number): string {
    const end = this.names.indexOf(0, at);
    return this.names.toString('utf8', at, Math.min(end < 0 ? this.names.length : end, at + LONGEST_NAME));
  }
}

const AT = 0x40;

const ALL_BITS = 0xffff_ffff;

/** Of what is shown; names of C++ templates can have thousands of characters. */
const LONGEST_NAME = 4096;

const namedTypes = new Set<number>([
  SymbolType.none,
  SymbolType.object,
  SymbolType.function,
  SymbolType.threadLocal,
  SymbolType.indirectFunction,
]);
