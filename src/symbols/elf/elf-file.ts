import { FileWindow } from './file-window';
import { readHeader } from './header';
import { readSegments, type Segment } from './segments';
import { type ElfSymbol, SymbolTable } from './symbol-table';

/**
 * The symbols and segments of a program or library, read once; the file itself is not kept open. Whatever the file
 * says of itself is checked against its size before it is read.
 */
export class ElfFile {
  private constructor(
    readonly path: string,
    readonly positionIndependent: boolean,
    readonly segments: readonly Segment[],
    private readonly tables: readonly SymbolTable[],
  ) {}

  /** @throws SyswideError BAD_EVENT, NO_PERMISSION for what cannot be read, or is no ELF program or library */
  static read(path: string): ElfFile {
    using file = FileWindow.open(path);
    const header = readHeader(file);
    return new ElfFile(path, header.positionIndependent, readSegments(file, header), SymbolTable.readAll(file, header));
  }

  /** Every definition of that name in the first table that has one. */
  find(name: string): ElfSymbol[] {
    for (const table of this.tables) {
      const found = table.find(name);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** The names of all definitions, some twice. */
  *names(): Generator<string> {
    for (const table of this.tables) yield* table.definedNames();
  }
}
