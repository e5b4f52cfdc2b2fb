import type { ChalkInstance } from 'chalk';
import Table from 'cli-table3';

/** A column of a listing. */
export interface PlainColumn<Row> {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Safe for a terminal already. */
  readonly cell: (row: Row) => string;
}

/** A table without lines: dim heads, cells padded to the widest, no spaces at the end of a line. */
export function plainTable<Row>(
  columns: readonly PlainColumn<Row>[],
  rows: readonly Row[],
  ink: ChalkInstance,
): string {
  const table = new Table({
    head: columns.map(({ head }) => ink.dim(head)),
    colAligns: columns.map(({ align }) => align),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1, compact: true },
    chars: noBorders,
  });
  for (const row of rows) table.push(columns.map(({ cell }) => cell(row)));
  return table.toString().replace(/ +$/gm, '');
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => ['', '-mid', '-left', '-right'].map((part) => `${side}${part}`))
    .concat('middle')
    .map((part) => [part, '']),
);
