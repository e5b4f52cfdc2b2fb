import { basename } from 'node:path';
import { Option } from 'commander';
import type { CellTexts } from '../report/profile/cell-text';

/** The option values as commander hands them over. */
export interface RawFunctionOptions {
  readonly dsos?: string;
  readonly symbols?: string;
}

/** Which functions are wanted; what is absent is not asked for. */
export interface FunctionFilter {
  readonly dsos?: ReadonlySet<string>;
  readonly functions?: ReadonlySet<string>;
}

export const functionOptions = (): Option[] => [
  new Option('-d, --dsos <list>', 'only functions of these programs'),
  new Option('-S, --symbols <list>', 'only functions with these names'),
];

export const functionFilter = ({ dsos, symbols }: RawFunctionOptions): FunctionFilter => ({
  ...(dsos === undefined ? {} : { dsos: new Set(dsos.split(',')) }),
  ...(symbols === undefined ? {} : { functions: new Set(symbols.split(',')) }),
});

/** Whether a function is wanted; undefined: all are. */
export function accepting(
  { dsos, functions }: FunctionFilter,
  texts: CellTexts,
): ((cell: number) => boolean) | undefined {
  if (!(dsos || functions)) return undefined;
  const isOf = (cell: number) => {
    const path = texts.dsoPath(cell);
    return !dsos || dsos.has(path) || dsos.has(basename(path));
  };
  return (cell) => isOf(cell) && (!functions || functions.has(texts.functionName(cell) ?? ''));
}
