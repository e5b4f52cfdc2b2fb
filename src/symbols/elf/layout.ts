/**
 * Byte offsets of the structs of an ELF file, by class. Source: elf(5), include/uapi/linux/elf.h. Words are 32 bits
 * wide in 32-bit files and 64 in 64-bit ones; the other fields are as wide in both.
 */
export interface ElfLayout {
  readonly wordBytes: 4 | 8;
  readonly header: Fields<'phoff' | 'shoff' | 'phentsize' | 'phnum' | 'shentsize' | 'shnum' | 'shstrndx'> & {
    readonly size: number;
  };
  readonly segment: Fields<'type' | 'flags' | 'offset' | 'vaddr' | 'filesz' | 'memsz'> & { readonly size: number };
  readonly section: Fields<'type' | 'offset' | 'size' | 'link' | 'info' | 'entsize'> & { readonly bytes: number };
  readonly symbol: Fields<'name' | 'info' | 'shndx' | 'value' | 'size'> & { readonly bytes: number };
}

type Fields<Name extends string> = { readonly [_ in Name]: number };

/** Where the class, the byte order, the type and the machine stand in both. */
export const identLayout = { bytes: 20, class: 4, data: 5, type: 16, machine: 18 } as const;

export const elf32: ElfLayout = {
  wordBytes: 4,
  header: { size: 52, phoff: 28, shoff: 32, phentsize: 42, phnum: 44, shentsize: 46, shnum: 48, shstrndx: 50 },
  segment: { size: 32, type: 0, offset: 4, vaddr: 8, filesz: 16, memsz: 20, flags: 24 },
  section: { bytes: 40, type: 4, offset: 16, size: 20, link: 24, info: 28, entsize: 36 },
  symbol: { bytes: 16, name: 0, value: 4, size: 8, info: 12, shndx: 14 },
};

export const elf64: ElfLayout = {
  wordBytes: 8,
  header: { size: 64, phoff: 32, shoff: 40, phentsize: 54, phnum: 56, shentsize: 58, shnum: 60, shstrndx: 62 },
  segment: { size: 56, type: 0, flags: 4, offset: 8, vaddr: 16, filesz: 32, memsz: 40 },
  section: { bytes: 64, type: 4, offset: 24, size: 32, link: 40, info: 44, entsize: 56 },
  symbol: { bytes: 24, name: 0, info: 4, shndx: 6, value: 8, size: 16 },
};

/** `e_type`. */
export const ElfType = { executable: 2, shared: 3 } as const;

/** `p_type` and `p_flags`. */
export const SegmentType = { load: 1, note: 4 } as const;
export const SegmentFlag = { execute: 1 } as const;

/** `sh_type`. */
export const SectionType = { symbols: 2, dynamicSymbols: 11 } as const;

/** `st_shndx`: the symbol is elsewhere, and above this value in no section at all. */
export const SectionIndex = { undefined: 0, firstReserved: 0xff00, extended: 0xffff } as const;

/** The low four bits of `st_info`. */
export const SymbolType = { none: 0, object: 1, function: 2, file: 4, threadLocal: 6, indirectFunction: 10 } as const;

/** The high four bits of `st_info`. */
export const SymbolBinding = { local: 0, global: 1, weak: 2 } as const;
