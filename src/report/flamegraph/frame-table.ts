import { basename } from 'node:path';
import { visible } from '../../base/safe-text';
import { type Cell, type Cells, UNKNOWN_DSO } from '../../profile/cells';
import { demangled } from '../../symbols/demangle';
import { FrameFlag } from './view/flame-data';

/** Texts by number, equal ones alike. */
class Texts {
  readonly #ids = new Map<string, number>();
  readonly all: string[] = [];

  idOf(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    this.#ids.set(text, this.all.length);
    this.all.push(text);
    return this.all.length - 1;
  }
}

/** A frame: functions of one name in one program are one, and so is all of a program that has no name. */
export interface Frame {
  readonly name: number;
  readonly dso: number;
  readonly flags: number;
}

/** The frames of one or more recordings. */
export class FrameTable {
  readonly names = new Texts();
  readonly dsos = new Texts();
  readonly frames: Frame[] = [];
  readonly #known = new Map<string, number>();

  /** The frame of each cell of a recording. */
  of(cells: Cells): Int32Array {
    const dsos = new Map<number, number>();
    /** Of what has no name in a program, and in the kernel. */
    const nameless = [new Map<number, number>(), new Map<number, number>()] as const;
    const frames = new Int32Array(cells.size);
    for (let id = 0; id < frames.length; id += 1) {
      const known = cells.isNameless(id) ? nameless[Number(cells.isKernelAt(id))] : undefined;
      const frame = known?.get(cells.dsoOf(id)) ?? this.frameOfCell(cells, cells.at(id), dsos);
      known?.set(cells.dsoOf(id), frame);
      frames[id] = frame;
    }
    return frames;
  }

  private frameOfCell(cells: Cells, cell: Cell | undefined, dsos: Map<number, number>): number {
    if (!cell) throw new Error('a cell has a number');
    const path = cells.dsos.textOf(cell.dso);
    const dso = dsos.get(cell.dso) ?? this.dsos.idOf(visible(path.startsWith('/') ? basename(path) : path));
    dsos.set(cell.dso, dso);
    const flags = (cell.isKernel ? FrameFlag.kernel : 0) | (cell.isInlined ? FrameFlag.inlined : 0);
    return this.frameOf(this.names.idOf(nameOf(cell, path)), dso, flags);
  }

  private frameOf(name: number, dso: number, flags: number): number {
    const key = `${name} ${dso} ${flags}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.frames.length);
    this.frames.push({ name, dso, flags });
    return this.frames.length - 1;
  }
}

/** As folded stacks have it: of what has no name, the program in brackets. */
export function nameOf(cell: Cell, path: string): string {
  if (cell.name !== undefined) return visible(demangled(cell.name));
  if (path === UNKNOWN_DSO) return path;
  const program = visible(basename(path));
  return program.startsWith('[') ? program : `[${program}]`;
}
