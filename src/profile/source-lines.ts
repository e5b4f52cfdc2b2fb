import { demangled } from '../symbols/demangle';
import type { SourceFrame } from '../symbols/source-frames';
import { addressOf, type Cell, type Cells } from './cells';
import type { Places } from './places';
import { programFrames } from './program-frames';
import type { Programs } from './programs';
import { Stacks, StackWord } from './stacks';

/** What is to be told of places besides their functions. */
export interface SourceRequest {
  /** The lines of the source that they are from. */
  readonly lines: boolean;
  /** Functions that the compiler put into others, as if they had been called. */
  readonly inlines: boolean;
}

/** What addr2line tells of exact places in programs: of each cell its functions, the innermost first; none where it tells nothing. */
export type SourceOfPlaces = ReadonlyMap<number, readonly SourceFrame[]>;

/** Asks for all of them, program by program. @param places that tell exact ones */
export function sourceOf(places: Places, programs: Programs): SourceOfPlaces {
  const source = new Map<number, readonly SourceFrame[]>();
  for (const [dso, ids] of placesByProgram(places.cells)) {
    const offsets = ids.map((id) => addressOf(places.cells.at(id) ?? {}));
    const found = programFrames(dso, offsets, places, programs);
    if (found) for (const [i, id] of ids.entries()) source.set(id, found[i]?.frames ?? []);
  }
  return source;
}

function placesByProgram(cells: Cells): ReadonlyMap<number, readonly number[]> {
  const byProgram = new Map<number, number[]>();
  for (let id = 0; id < cells.size; id += 1) {
    const cell = cells.at(id);
    if (cell?.of === undefined) continue;
    const ids = byProgram.get(cell.dso) ?? [];
    ids.push(id);
    byProgram.set(cell.dso, ids);
  }
  return byProgram;
}

/** Stacks of exact places as stacks of functions and lines. @param places that tell exact ones */
export function withSource(stacks: Stacks, places: Places, programs: Programs, request: SourceRequest): Stacks {
  const parts = new SourceCells(places.cells, request).of(sourceOf(places, programs));
  return rewritten(stacks, (cell) => parts[cell]);
}

/** What each exact place becomes. */
class SourceCells {
  readonly #parts: (readonly number[] | undefined)[] = [];

  constructor(
    private readonly cells: Cells,
    private readonly request: SourceRequest,
  ) {}

  of(source: SourceOfPlaces): readonly (readonly number[] | undefined)[] {
    const { size } = this.cells;
    for (let id = 0; id < size; id += 1) {
      const cell = this.cells.at(id);
      if (cell?.of !== undefined) this.#parts[id] = this.partsOf(cell, cell.of, source.get(id) ?? []);
    }
    return this.#parts;
  }

  private partsOf(cell: Cell, of: number, frames: readonly SourceFrame[]): readonly number[] {
    if (!this.request.inlines) return [this.place(cell, of, frames[0]?.line)];
    const inlined = frames.slice(0, -1).flatMap(({ name, line }) => {
      if (name === undefined) return [];
      const own = this.cells.inlinedAs(cell.dso, name);
      return [this.request.lines ? this.cells.onLine(own, line ?? demangled(name)) : own];
    });
    return [...inlined, this.place(cell, of, frames.at(-1)?.line)];
  }

  /** A place without a line is shown by how far it is from the beginning of its function, as perf does. */
  private place({ name = '', offset = 0 }: Cell, of: number, line: string | undefined): number {
    return this.request.lines ? this.cells.onLine(of, line ?? `${demangled(name)}+${offset}`) : of;
  }
}

/** The same stacks, of other cells. @param partsOf what a cell becomes, the innermost first; undefined: it stays */
function rewritten(stacks: Stacks, partsOf: (cell: number) => readonly number[] | undefined): Stacks {
  const { arrays } = stacks;
  const words: number[] = [];
  const [starts, depths] = [new Int32Array(arrays.starts.length), new Int32Array(arrays.starts.length)];
  for (let id = 0; id < arrays.starts.length; id += 1) {
    const from = stacks.startOf(id);
    starts[id] = words.length;
    for (let i = from; i < from + StackWord.chain; i += 1) words.push(arrays.words[i] ?? 0);
    const end = from + StackWord.chain + stacks.depthOf(id);
    for (let i = from + StackWord.chain; i < end; i += 1) {
      const cell = arrays.words[i] ?? 0;
      words.push(...(partsOf(cell) ?? [cell]));
    }
    depths[id] = words.length - (starts[id] ?? 0) - StackWord.chain;
  }
  return new Stacks({ ...arrays, words: Int32Array.from(words), starts, depths });
}
