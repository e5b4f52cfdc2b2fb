import { visible } from '../base/safe-text';
import type { EventCount } from '../counts/event-count';
import type { StatResult } from '../counts/stat-result';
import { bars, busiest } from './spread';
import { countText, derivedText, deviationText, partText, rateText, runningText } from './stat-cells';
import { rateTime, type StatRow } from './stat-rows';

/** A column of the table of counts. */
export interface StatColumn {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: StatRow) => string;
  readonly dim?: boolean;
  /**
   * What a narrow page does without, the highest first: pictures, and then what follows from the rest; absent: it stays,
   * however wide.
   */
  readonly dispensable?: number;
}

/** Fewer bars than this say nothing. */
const LEAST_BARS = 8;

/** On both sides of a cell together. */
const PADDING = 2;

/**
 * The columns that have something to show, as far as the page has room for them; the bars take what is left.
 * @param width columns of the page
 */
export function fittingColumns(result: StatResult, rows: readonly StatRow[], width: number): StatColumn[] {
  const used = (columns: readonly StatColumn[]) => columns.filter(({ cell }) => rows.some((row) => cell(row) !== ''));
  const pictures = used(columnsFor(result, LEAST_BARS)).filter(isPicture).length;
  const rest = width - tableWidth(used(columnsFor(result, 0)), rows);
  // Without bars their column is not there, so its padding is still to be taken off.
  const room = Math.floor(rest / Math.max(1, pictures)) - PADDING;
  let columns = used(columnsFor(result, Math.max(LEAST_BARS, room)));
  while (tableWidth(columns, rows) > width) {
    const [least] = columns.filter(isDispensable).sort((a, b) => b.dispensable - a.dispensable);
    if (!least) break;
    columns = columns.filter((column) => column !== least);
  }
  return columns;
}

const isDispensable = (column: StatColumn): column is StatColumn & { dispensable: number } =>
  column.dispensable !== undefined;

/** Columns of bars, which grow with the page. */
const isPicture = ({ head }: StatColumn): boolean => head.startsWith('by ');

const tableWidth = (columns: readonly StatColumn[], rows: readonly StatRow[]): number =>
  columns.reduce((sum, { head, cell }) => {
    const widths = [head, ...rows.map(cell)].map((text) => [...text].length);
    return sum + PADDING + widths.reduce((a, b) => Math.max(a, b));
    // The last cell's padding is cut off.
  }, -1);

/**
 * Every column there is; those without a single entry are left out by the caller.
 * @param most bars of a picture at most; 0: none
 */
function columnsFor(result: StatResult, most: number): StatColumn[] {
  const positions = new Map<unknown, number>(result.counts.map(({ event }, i) => [event, i]));
  const position = (row: StatRow): number => positions.get(row.event) ?? -1;
  const spread = (row: StatRow, draw: (count: EventCount) => string) => {
    const count = result.counts[position(row)];
    return count && !row.part && count.perCpu.size > 1 && row.count.status === 'counted' ? draw(count) : '';
  };
  const history = (row: StatRow) => (row.part ? [] : (result.history?.of(position(row)) ?? []));
  const picture = (values: readonly bigint[]) => (most > 0 && values.length > 1 ? bars(values, most) : '');
  const parts = (['cpu', 'core', 'cluster', 'die', 'socket', 'node', 'cache', 'thread'] as const).map((head) => ({
    head,
    align: head === 'cpu' ? ('right' as const) : ('left' as const),
    cell: (row: StatRow) => (partHead(row.part) === head ? partText(row.part) : ''),
  }));
  return [
    ...parts,
    {
      head: 'CPUs',
      align: 'right',
      cell: (row) => (row.part?.kind === 'unit' ? `${row.part.cpus}` : ''),
      dispensable: 2,
    },
    { head: 'count', align: 'right', cell: countText },
    { head: '±', align: 'right', cell: deviationText },
    { head: 'event', align: 'left', cell: (row) => visible(row.event.name) },
    { head: 'cgroup', align: 'left', cell: (row) => visible(row.event.cgroup?.name ?? '') },
    { head: 'per second', align: 'right', cell: (row) => rateText(row, rateTime(result)), dispensable: 3 },
    { head: '', align: 'left', cell: derivedText, dispensable: 1 },
    { head: 'running', align: 'right', cell: runningText },
    {
      head: 'by CPU',
      align: 'left',
      cell: (row) => spread(row, ({ perCpu }) => picture([...perCpu.values()].map(({ value }) => value))),
      dispensable: 7,
    },
    { head: 'by run', align: 'left', cell: ({ count }) => picture(count.samples ?? []), dispensable: 6 },
    { head: 'by interval', align: 'left', cell: (row) => picture(history(row)), dispensable: 5 },
    { head: 'busiest', align: 'left', cell: (row) => spread(row, busiestText), dim: true, dispensable: 4 },
  ];
}

/** The column that names the part; caches of every level share one. */
function partHead(part: StatRow['part']): string {
  if (part?.kind !== 'unit') return part?.kind ?? '';
  return part.unit.startsWith('cache') ? 'cache' : part.unit;
}

/** Within this much of an equal share, naming one CPU would say nothing. */
const EVEN_PERCENT = 1;

function busiestText(count: EventCount): string {
  const top = busiest(count);
  if (!top) return '';
  if (top.percent - 100 / count.perCpu.size < EVEN_PERCENT) return 'even';
  return `cpu${top.cpu} ${top.percent.toFixed(0)} %`;
}
