import { Chalk, type ChalkInstance } from 'chalk';
import { visible } from '../base/safe-text';
import { elapsed, type Nanoseconds, toSeconds } from '../base/units';
import { relativeError, sampleOf } from '../counts/sample';
import type { StatResult } from '../counts/stat-result';
import { metricBlock } from './metric-block';
import { plainTable } from './plain-table';
import { runBlocks } from './run-blocks';
import { fittingColumns, type StatColumn } from './stat-columns';
import { headline } from './stat-headline';
import { statNotes } from './stat-notes';
import { type RowView, type StatRow, statRows } from './stat-rows';
import { usageBlock } from './usage-block';
import { wrap } from './wrap';

/** How a table is drawn. */
export interface TableOptions extends RowView {
  /** Add the raw counts and times of every place, and how long arming took. */
  readonly verbose: boolean;
  /** List every run. */
  readonly runs: boolean;
  readonly color: boolean;
  /** Columns of the terminal, or what a file is meant to be read at. Only names and numbers may be wider. */
  readonly width: number;
}

/** Lines that a long command may take. */
const HEADLINES = 3;

/** The result for a person: a headline, a table, what was left out or narrowed, and the times. */
export function statTable(result: StatResult, options: TableOptions): string {
  const ink = new Chalk({ level: options.color ? 1 : 0 });
  const rows = statRows(result, options).filter((row) => !result.unlisted.has(row.event));
  const page = { width: options.width, indent: ' ' };
  const blocks = [
    wrap(headline(result), { ...page, most: HEADLINES }).map((line) => ink.bold(line)),
    rows.length > 0 ? [drawTable(fittingColumns(result, rows, options.width), rows, ink)] : [],
    metricBlock(rows, ink),
    statNotes(result).flatMap((note) => wrap(note, page).map((line) => ink.yellow(line))),
    options.verbose ? details(result) : [],
    ...runBlocks(result, options.runs, ink),
    usageBlock(result, ink, page),
    times(result),
  ];
  return `\n${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n\n`;
}

/** What must be known to read intervals right, behind them; empty when there is nothing. */
export function statTableNotes(result: StatResult, { color, width }: Pick<TableOptions, 'color' | 'width'>): string {
  const ink = new Chalk({ level: color ? 1 : 0 });
  const lines = statNotes(result).flatMap((note) => wrap(note, { width, indent: ' ' }).map((line) => ink.yellow(line)));
  return lines.length === 0 ? '' : `\n${lines.join('\n')}\n\n`;
}

const drawTable = (columns: readonly StatColumn[], rows: readonly StatRow[], ink: ChalkInstance): string =>
  plainTable(
    columns.map((column) => ({ ...column, cell: (row: StatRow) => paint(column, row, ink) })),
    rows,
    ink,
  );

function paint(column: StatColumn, row: StatRow, ink: ChalkInstance): string {
  const text = column.cell(row);
  if (column.head === 'count' && row.count.status === 'counted') return ink.bold(text);
  return column.dim || row.count.status !== 'counted' ? ink.dim(text) : text;
}

/** What the kernel said, before scaling and summing, and how long it took to enable every clone. */
function details({ counts, armSpan }: StatResult): string[] {
  const opened = counts.filter(({ total }) => total.status !== 'not supported');
  const raw = opened.flatMap(({ event, total, perCpu }) => {
    const places =
      perCpu.size > 0 ? [...perCpu].map(([cpu, count]) => [` cpu${cpu}`, count] as const) : [['', total] as const];
    return places.map(
      ([
        where,
        {
          raw: { value, timeEnabled, timeRunning },
        },
      ]) => {
        return ` ${visible(event.name)}${where}: ${value}, enabled ${timeEnabled} ns, running ${timeRunning} ns`;
      },
    );
  });
  return [...raw, ...(armSpan ? [` armed within ${elapsed(armSpan.begin, armSpan.end)} ns`] : [])];
}

/** The times as perf words them, because scripts look for these lines. */
function times(result: StatResult): string[] {
  const line = (time: Nanoseconds, what: string) => ` ${toSeconds(time).toFixed(9).padStart(17)} seconds ${what}`;
  const good = result.runs?.filter(({ failure }) => failure === undefined);
  if (good && good.length > 0) return [meanTime(good.map(({ elapsed }) => toSeconds(elapsed)))];
  const usage = result.exit && result.subject.kind === 'command' ? result.exit : undefined;
  return [
    line(result.elapsed, 'time elapsed'),
    ...(usage ? ['', line(usage.userTime, 'user'), line(usage.systemTime, 'sys')] : []),
  ];
}

function meanTime(seconds: readonly number[]): string {
  const sample = sampleOf(seconds);
  const decimals = 6;
  const [mean, error] = [sample.mean.toFixed(decimals), sample.error.toFixed(decimals)];
  return ` ${mean.padStart(17)} +- ${error} seconds time elapsed  ( +- ${relativeError(sample).toFixed(2).padStart(5)}% )`;
}
