import type { FileWindow } from './file-window';
import type { ElfHeader } from './header';
import { type Section, sectionBytes, textAt } from './sections';

/** A stub through which a library's function is called. */
export interface PltEntry {
  /** Where it lies in the file. */
  readonly start: number;
  readonly size: number;
  /** `write@plt`. */
  readonly name: string;
}

/** `sh_type` of relocations with an addend. */
const RELA = 4;

/** Bytes of a stub, and of what stands before the first: where the section does not say, it is so on x86-64 and arm64. */
const [STUB_BYTES, X86_HEADER_BYTES, ARM_HEADER_BYTES] = [16, 16, 32];

/** EM_AARCH64. */
const ARM64 = 183;

/**
 * The stubs of a program, in the order of their relocations. Source: the psABIs of x86-64 and AArch64; perf does the same in
 * dso__synthesize_plt_symbols() of tools/perf/util/symbol-elf.c.
 */
export function pltEntries(file: FileWindow, header: ElfHeader, sections: readonly Section[]): PltEntry[] {
  const [plt, stubs] = [sections.find(({ name }) => name === '.plt'), sections.find(({ name }) => name === '.plt.sec')];
  const relocations = sections.find(({ name, type }) => name === '.rela.plt' && type === RELA);
  const symbols = relocations && sections[relocations.link];
  const names = symbols && sections[symbols.link];
  if (!(plt && relocations && symbols && names) || header.layout.wordBytes !== 8) return [];
  const called = calledNames(file, header, relocations, symbols, names);
  const place = stubs ? { at: stubs.offset, from: stubs } : { at: plt.offset + headerBytes(header), from: plt };
  return called.flatMap((name, i) => {
    const start = place.at + i * STUB_BYTES;
    const isWithin = start + STUB_BYTES <= place.from.offset + place.from.size;
    // Those of functions that are chosen at start-up have no name, as in perf.
    return isWithin ? [{ start, size: STUB_BYTES, name: `${name}@plt` }] : [];
  });
}

const headerBytes = ({ machine }: ElfHeader): number => (machine === ARM64 ? ARM_HEADER_BYTES : X86_HEADER_BYTES);

/** Bytes of Elf64_Rela, and where in it the symbol's number is: the upper half of r_info. */
const [RELA_BYTES, SYMBOL_OFFSET] = [24, 12];

function calledNames(
  file: FileWindow,
  { layout }: ElfHeader,
  relocations: Section,
  symbols: Section,
  names: Section,
): string[] {
  const table = sectionBytes(file, relocations, 'its relocations');
  const [entries, texts] = [sectionBytes(file, symbols, 'its symbols'), sectionBytes(file, names, 'its symbol names')];
  const called: string[] = [];
  for (let at = 0; at + RELA_BYTES <= table.length; at += RELA_BYTES) {
    const entry = table.readUInt32LE(at + SYMBOL_OFFSET) * layout.symbol.bytes;
    const isThere = entry + layout.symbol.bytes <= entries.length;
    called.push(isThere ? textAt(texts, entries.readUInt32LE(entry + layout.symbol.name)) : '');
  }
  return called;
}
