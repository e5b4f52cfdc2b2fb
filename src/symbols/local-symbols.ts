import type { FileSymbols, SymbolLookup } from '../events/symbol-lookup';
import type { HostFiles } from '../host/host-files';
import { chooseSymbol } from './elf/choose-symbol';
import { ElfFile } from './elf/elf-file';
import { fileOffset, isCode } from './elf/segments';
import { KernelSymbols } from './kallsyms';

/** Symbols of the running kernel and of files. Remembers what it has read; nothing is read before it is asked for. */
export class LocalSymbols implements SymbolLookup {
  readonly #kernel: KernelSymbols;
  readonly #files = new Map<string, FileSymbols>();

  constructor(files: HostFiles) {
    this.#kernel = new KernelSymbols(files);
  }

  kernelAddress(symbol: string): bigint | undefined {
    return this.#kernel.address(symbol);
  }

  kernelNames(): Iterable<string> {
    return this.#kernel.names();
  }

  file(path: string): FileSymbols {
    const known = this.#files.get(path) ?? fileSymbols(ElfFile.read(path));
    this.#files.set(path, known);
    return known;
  }
}

const fileSymbols = (elf: ElfFile): FileSymbols => ({
  positionIndependent: elf.positionIndependent,
  find: (name) => {
    const symbol = chooseSymbol(name, elf.path, elf.find(name));
    if (!symbol) return undefined;
    const { address, size } = symbol;
    const offset = fileOffset(elf.segments, address);
    return { address, size, ...(offset === undefined ? {} : { fileOffset: offset }) };
  },
  names: () => elf.names(),
  isCode: (offset) => isCode(elf.segments, offset),
});
