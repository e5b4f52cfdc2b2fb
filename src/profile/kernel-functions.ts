import type { KernelIndex } from '../symbols/kernel-index';
import type { Names } from './names';
import type { Programs } from './programs';
import type { KernelRange } from './task-records';

export const KERNEL_DSO = '[kernel.kallsyms]';

/** By what they are told apart from programs: the kernel's, and below them those of its modules in another file. */
const KERNEL_FUNCTIONS = -1;

/** Functions of the kernel, and how far from where their file has them they were when it was recorded. */
export interface KernelSource extends KernelIndex {
  readonly owner: number;
  /** Bytes. */
  readonly shift: number;
}

/** A function that an address is in. */
export interface KernelFunction {
  readonly source: KernelSource;
  /** In its index. */
  readonly position: number;
  /** Undefined for one of the kernel itself. */
  readonly module: string | undefined;
}

/** The functions of the kernel with its modules, as they were when it was recorded. */
export class KernelFunctions {
  /** Of the kernel; behind it, if its functions are those of another file, of its modules. */
  readonly #sources: readonly KernelSource[];
  /** By the name of a module, or the path of a range. */
  readonly #dsos = new Map<string, number>();

  constructor(
    programs: Pick<Programs, 'kernel' | 'modules'>,
    private readonly ranges: readonly KernelRange[],
    private readonly names: Names,
  ) {
    this.#sources = [programs.kernel, programs.modules].flatMap((known, i) =>
      known ? [{ ...known, owner: KERNEL_FUNCTIONS - i, shift: shiftOf(known, ranges) }] : [],
    );
  }

  /** The function that an address is in, of 48 bits. */
  at(address: number): KernelFunction | undefined {
    for (const source of this.#sources) {
      const position = source.index.find(address - source.shift);
      const module = position < 0 ? undefined : source.moduleAt(position);
      if (position >= 0 && (source.owner === KERNEL_FUNCTIONS || module !== undefined))
        return { source, position, module };
    }
    return undefined;
  }

  /** The number of the kernel's name, or of a module's: that of a function, if it has one, or else by where an address is. */
  dsoOf(address: number, module: string | undefined): number {
    // Very many addresses are of few.
    const name = module ?? this.ranges.find(({ start, end }) => address >= start && address < end)?.path ?? KERNEL_DSO;
    const known = this.#dsos.get(name);
    if (known !== undefined) return known;
    const dso = this.names.idOf(module ?? kernelDso(name));
    this.#dsos.set(name, dso);
    return dso;
  }

  /** Where an address of the kernel is in the file that its functions are from. */
  inFile(address: bigint): bigint {
    return address - BigInt(this.#sources[0]?.shift ?? 0);
  }
}

/** The recording says of one symbol where it was: `[kernel.kallsyms]_text`. */
function shiftOf(kernel: KernelIndex, ranges: readonly KernelRange[]): number {
  const range = ranges.find(({ path }) => path.startsWith(KERNEL_DSO));
  const symbol = range?.path.slice(KERNEL_DSO.length) || '_text';
  const start = kernel.startOf(symbol);
  return range === undefined || start === undefined ? 0 : range.offset - start;
}

/** `/lib/modules/6.1/kernel/fs/ext4/ext4.ko` is shown as `[ext4]`. */
function kernelDso(path: string): string {
  if (path.startsWith(KERNEL_DSO)) return KERNEL_DSO;
  const [, name] = /([^/]+?)\.ko(?:\.\w+)?$/.exec(path) ?? [];
  return name === undefined ? path : `[${name.replaceAll('-', '_')}]`;
}
