import type { ElfCode, ElfPlace } from '../../native/elf-symbols';
import type { SymbolIndex } from '../symbol-index';
import { CodeSymbols } from './code-symbols';
import { FileWindow } from './file-window';
import { type ElfHeader, readHeader } from './header';
import { SectionType } from './layout';
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
  const isWhole = hasFullTable(sections);
  const fuller = isWhole || debug === undefined ? undefined : fullTable(debug);
  const { table, hasLabels } = fuller ?? tableOf(file, header, sections);
  const code = table?.code(placesOf(segments), { hasLabels }) ?? NO_CODE;
  const { index } = new CodeSymbols(table, code, pltEntries(file, header, sections));
  return { index, isFull: isWhole || fuller !== undefined };
}

const hasFullTable = (sections: readonly Section[]): boolean =>
  sections.some(({ type }) => type === SectionType.symbols);

/** A symbol table, and in which sections its bare labels are names. */
interface LabelledTable {
  readonly table: SymbolTable | undefined;
  readonly hasLabels: readonly boolean[];
}

/** Of a debug file; undefined where it has none. */
function fullTable(path: string): LabelledTable | undefined {
  using file = FileWindow.open(path);
  const header = readHeader(file);
  const sections = readSections(file, header);
  return hasFullTable(sections) ? tableOf(file, header, sections) : undefined;
}

/** perf goes by the names of sections, whatever is in them: elf_sec__filter() in tools/perf/util/symbol-elf.c, Linux 6.1. */
function tableOf(file: FileWindow, header: ElfHeader, sections: readonly Section[]): LabelledTable {
  const hasLabels = sections.map(({ name }) => name.includes('text') || name.includes('data'));
  return { table: SymbolTable.readAll(file, header)[0], hasLabels };
}

/** Symbols are looked up by their places in the file. */
const placesOf = (segments: readonly Segment[]): ElfPlace[] =>
  segments.map(({ address, fileBytes, memoryBytes, offset }) => ({
    from: Number(address),
    fileEnd: Number(address + fileBytes),
    to: Number(address) + Math.max(Number(memoryBytes), Number(fileBytes)),
    shift: Number(offset - address),
  }));

const NO_CODE: ElfCode = {
  starts: new Float64Array(),
  sizes: new Float64Array(),
  names: new Uint32Array(),
  infos: new Uint8Array(),
};
