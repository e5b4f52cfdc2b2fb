import { basename } from 'node:path';
import { Option } from 'commander';
import type { CellTexts } from '../report/profile/cell-text';

/** The option values as commander hands them over. */
export interface RawFunctionOptions {
  readonly dsos?: string;
  readonly symbols?: string;
  readonly symbolFilter?: string;
}

/** Which functions are wanted; what is absent is not asked for. */
export interface FunctionFilter {
  readonly dsos?: ReadonlySet<string>;
  readonly functions?: ReadonlySet<string>;
  /** A part of their names. */
  readonly part?: string;
}

export const functionOptions = (): Option[] => [
  new Option('-d, --dsos <list>', 'only functions of these programs'),
  new Option('-S, --symbols <list>', 'only functions with these names'),
];

export const functionFilter = ({ dsos, symbols, symbolFilter }: RawFunctionOptions): FunctionFilter => ({
  ...(dsos === undefined ? {} : { dsos: new Set(dsos.split(',')) }),
  ...(symbols === undefined ? {} : { functions: new Set(symbols.split(',')) }),
  ...(symbolFilter === undefined ? {} : { part: symbolFilter }),
});

/** Whether a function is wanted; undefined: all are. */
export function accepting(
  { dsos, functions, part }: FunctionFilter,
  texts: CellTexts,
): ((cell: number) => boolean) | undefined {
  if (!(dsos || functions || part)) return undefined;
  const isOf = (cell: number) => {
    const path = texts.dsoPath(cell);
    return !dsos || dsos.has(path) || dsos.has(basename(path));
  };
  const isNamed = (cell: number) => {
    if (!(functions || part)) return true;
    const name = texts.functionName(cell);
    return name !== undefined && (!functions || functions.has(name)) && (!part || name.includes(part));
  };
  return (cell) => isOf(cell) && isNamed(cell);
}
