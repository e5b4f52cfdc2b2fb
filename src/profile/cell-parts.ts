import type { Cells } from './cells';
import { Names } from './names';
import type { SortKey } from './sort-keys';
import { WordTable } from './word-table';

/** What of an entry's keys is of its functions, as a number: the *part* of a cell. */
export interface CellParts {
  /** By cell, from 0 on: there are no more than cells. -1 for one that is in no entry. */
  readonly parts: Int32Array;
  /** By cell: 1 for one of the kernel. */
  readonly isKernel: Uint8Array;
}

const NO_PART = -1;

/** The parts of all cells that there are, gone through once: there are far more cells in call chains. */
export function cellParts(
  cells: Cells,
  keys: readonly SortKey[],
  accepts: ((cell: number) => boolean) | undefined,
): CellParts {
  const { size } = cells;
  const parts = new Int32Array(size);
  const isKernel = new Uint8Array(size);
  const partOf = partsBy(cells, keys);
  for (let cell = 0; cell < size; cell += 1) {
    isKernel[cell] = Number(cells.isKernelAt(cell));
    parts[cell] = accepts === undefined || accepts(cell) ? partOf(cell) : NO_PART;
  }
  return { parts, isKernel };
}

function partsBy(cells: Cells, keys: readonly SortKey[]): (cell: number) => number {
  if (keys.includes('srcline')) return partsWithLines(cells, keys);
  // A function is of one program.
  if (keys.includes('sym')) return (cell) => cells.functionOf(cell);
  return keys.includes('dso') ? partsOfPrograms(cells) : () => 0;
}

/** There may be more programs than cells. */
function partsOfPrograms(cells: Cells): (cell: number) => number {
  const parts = new Map<number, number>();
  return (cell) => {
    const dso = cells.dsoOf(cell);
    const known = parts.get(dso) ?? parts.size;
    parts.set(dso, known);
    return known;
  };
}

function partsWithLines(cells: Cells, keys: readonly SortKey[]): (cell: number) => number {
  const [parts, lines, words] = [new WordTable(), new Names(), new Int32Array(3)];
  const [hasFunctions, hasPrograms] = [keys.includes('sym'), keys.includes('dso')];
  return (cell) => {
    const line = cells.at(cell)?.line;
    // What has no line is different from all others.
    words[0] = line === undefined ? -1 - cell : lines.idOf(line);
    words[1] = hasFunctions ? cells.functionOf(cell) : 0;
    words[2] = hasPrograms ? cells.dsoOf(cell) : 0;
    return parts.intern(words, 0, words.length);
  };
}
