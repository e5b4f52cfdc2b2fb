import { SyswideError } from '../base/error';
import { CodeSymbols } from './elf/code-symbols';
import { FileWindow } from './elf/file-window';
import { readHeader } from './elf/header';
import { readBuildId } from './elf/notes';
import { SymbolTable } from './elf/symbol-table';
import type { KernelIndex } from './kernel-index';

/** The kernel's own program, as its build leaves it: uncompressed, with symbols. */
export interface Vmlinux {
  readonly path: string;
  /** By its own addresses: a kernel that runs may have been moved. */
  readonly functions: KernelIndex;
  /** Its build-id; undefined where it has none. */
  readonly build?: Buffer;
}

/** The upper halves of addresses, of which the lower 48 bits are looked at. */
const UPPER_BITS = 0xffff;

/** Symbols are looked up by their addresses. */
const ALL_ADDRESSES = [{ from: 0, fileEnd: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY, shift: 0 }];

/** @throws SyswideError BAD_FILE where it is no such file, or has no symbols; NO_PERMISSION */
export function readVmlinux(path: string): Vmlinux {
  try {
    using file = FileWindow.open(path);
    const header = readHeader(file);
    const [table] = SymbolTable.readAll(file, header);
    const code = table?.code(ALL_ADDRESSES, { upper: UPPER_BITS });
    if (!code || code.starts.length === 0) throw file.broken('it has no symbols');
    const symbols = new CodeSymbols(table, code);
    const { index } = symbols;
    const build = readBuildId(file, header);
    return {
      path,
      functions: { index, moduleAt: () => undefined, startOf: (name) => symbols.startOf(name) },
      ...(build ? { build } : {}),
    };
  } catch (error) {
    if (!(error instanceof SyswideError) || error.code === 'NO_PERMISSION') throw error;
    const { what, why } = error;
    throw new SyswideError('BAD_FILE', { what, why, remedy: 'give --vmlinux the uncompressed kernel of its build' });
  }
}
