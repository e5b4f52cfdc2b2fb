import { Chalk, type ChalkInstance } from 'chalk';
import { visible } from '../base/safe-text';
import { elapsed, type Nanoseconds, toSeconds } from '../base/units';
import type { EventCount } from '../counts/event-count';
import { isClock } from '../counts/metric';
import type { StatResult } from '../counts/stat-result';
import { grouped, groupedDecimal, withPrefix } from './numbers';
import { plainTable } from './plain-table';
import { busiest, sparkline } from './spread';
import { inUnit, runningPercent, type StatRow, statRows } from './stat-fields';
import { statNotes } from './stat-notes';
import { wrap } from './wrap';

/** How a table is drawn. */
export interface TableOptions {
  /** One row per CPU instead of one per event. */
  readonly perCpu: boolean;
  /** Add the raw counts and times of every place, and how long arming took. */
  readonly verbose: boolean;
  readonly color: boolean;
  /** Columns of the terminal, or what a file is meant to be read at. Only names and numbers may be wider. */
  readonly width: number;
}

/** Lines that a long command may take. */
const HEADLINES = 3;

/** The result for a person: a headline, a table, what was left out or narrowed, and the times. */
export function statTable(result: StatResult, options: TableOptions): string {
  const ink = new Chalk({ level: options.color ? 1 : 0 });
  const rows = statRows(result, options.perCpu).filter((row) => !result.unlisted.has(row.event));
  const page = { width: options.width, indent: ' ' };
  const blocks = [
    wrap(headline(result), { ...page, most: HEADLINES }).map((line) => ink.bold(line)),
    [drawTable(fittingColumns(result, rows, options), rows, ink)],
    statNotes(result).flatMap((note) => wrap(note, page).map((line) => ink.yellow(line))),
    options.verbose ? details(result) : [],
    times(result),
  ];
  return `\n${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n\n`;
}

function headline(result: StatResult): string {
  const { subject, command } = result;
  const ran = command?.map(visible).join(' ');
  const during = ran === undefined ? '' : `, during: ${ran}`;
  switch (subject.kind) {
    case 'system':
      return `system-wide, CPUs ${subject.cpus}${during}`;
    case 'cpus':
      return `${/^\d+$/.test(subject.list) ? 'CPU' : 'CPUs'} ${visible(subject.list)}${during}`;
    case 'processes':
      return `${subject.list.includes(',') ? 'processes' : 'process'} ${visible(subject.list)}${during}`;
    case 'threads':
      return `${subject.list.includes(',') ? 'threads' : 'thread'} ${visible(subject.list)}${during}`;
    case 'command':
      return ran ?? '';
  }
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  readonly cell: (row: StatRow) => string;
  readonly dim?: boolean;
}

/** Fewer bars than this say nothing. */
const LEAST_BARS = 8;

/** What a narrow page does without, first things first. Names and numbers stay, however wide. */
const dispensable: readonly string[] = ['by CPU', 'busiest'];

/** The columns that have something to show, as far as the page has room for them; the bars take what is left. */
function fittingColumns(result: StatResult, rows: readonly StatRow[], { perCpu, width }: TableOptions): Column[] {
  const used = (columns: readonly Column[]) =>
    columns.filter((column) => rows.some((row) => column.cell(row) !== '')) as Column[];
  const rest = width - tableWidth(used(columnsFor(result, perCpu, 0)), rows);
  // Without bars their column is not there, so its padding is still to be taken off.
  let columns = used(columnsFor(result, perCpu, Math.max(LEAST_BARS, rest - PADDING)));
  for (const head of dispensable) {
    if (tableWidth(columns, rows) > width) columns = columns.filter((column) => column.head !== head);
  }
  return columns;
}

/** On both sides of a cell together. */
const PADDING = 2;

const tableWidth = (columns: readonly Column[], rows: readonly StatRow[]): number =>
  columns.reduce((sum, { head, cell }) => {
    const widths = [head, ...rows.map(cell)].map((text) => [...text].length);
    return sum + PADDING + widths.reduce((a, b) => Math.max(a, b));
    // The last cell's padding is cut off.
  }, -1);

/** Every column there is; those without a single entry are left out by the caller. */
function columnsFor(result: StatResult, perCpu: boolean, bars: number): Column[] {
  const countOf = new Map<unknown, EventCount>(result.counts.map((count) => [count.event, count]));
  const spread = (row: StatRow, draw: (count: EventCount) => string) => {
    const count = countOf.get(row.event);
    return count && !perCpu && count.perCpu.size > 1 && row.count.status === 'counted' ? draw(count) : '';
  };
  return [
    { head: 'cpu', align: 'right', cell: (row) => (row.cpu === undefined ? '' : `${row.cpu}`) },
    { head: 'count', align: 'right', cell: countText },
    { head: 'event', align: 'left', cell: (row) => visible(row.event.name) },
    { head: 'per second', align: 'right', cell: (row) => rateText(row, result.elapsed) },
    { head: '', align: 'left', cell: derivedText },
    { head: 'running', align: 'right', cell: runningText },
    { head: 'by CPU', align: 'left', cell: (row) => (bars > 0 ? spread(row, (count) => sparkline(count, bars)) : '') },
    { head: 'busiest', align: 'left', cell: (row) => spread(row, busiestText), dim: true },
  ];
}

const drawTable = (columns: readonly Column[], rows: readonly StatRow[], ink: ChalkInstance): string =>
  plainTable(
    columns.map(({ head, align, ...column }) => ({
      head,
      align,
      cell: (row: StatRow) => paint({ head, align, ...column }, row, ink),
    })),
    rows,
    ink,
  );

function paint(column: Column, row: StatRow, ink: ChalkInstance): string {
  const text = column.cell(row);
  if (column.head === 'count' && row.count.status === 'counted') return ink.bold(text);
  return column.dim || row.count.status !== 'counted' ? ink.dim(text) : text;
}

function countText(row: StatRow): string {
  if (row.count.status !== 'counted') return `<${row.count.status}>`;
  if (row.event.scale === 1) return withUnit(grouped(row.count.value), row.event.unit);
  return withUnit(groupedDecimal(inUnit(row), 2), row.event.unit);
}

const withUnit = (number: string, unit: string): string => (unit === '' ? number : `${number} ${unit}`);

/** Per second of elapsed time, over all CPUs. CPU time per second is a number of CPUs. */
function rateText(row: StatRow, elapsed: Nanoseconds): string {
  if (row.count.status !== 'counted' || row.event.kind === 'tool' || elapsed <= 0n) return '';
  if (isClock(row.event)) return `${(Number(row.count.value) / Number(elapsed)).toFixed(3)} CPUs`;
  return withPrefix(inUnit(row) / toSeconds(elapsed));
}

/** What perf derives from the count, unless it is a rate, which the table has already. */
function derivedText(row: StatRow): string {
  if (!row.metric || isClock(row.event) || row.metric.unit.endsWith('/sec')) return '';
  const percent = row.metric.unit.startsWith('of all') || row.metric.unit.endsWith('idle') ? ' %' : '';
  return `${row.metric.value.toFixed(row.metric.decimals)}${percent} ${row.metric.unit}`;
}

/** Only where an event was not on a counter all the time: then its count is scaled. */
function runningText(row: StatRow): string {
  const percent = runningPercent(row.count);
  return row.count.status === 'counted' && percent < 100 ? `${percent.toFixed(2)} %` : '';
}

/** Within this much of an equal share, naming one CPU would say nothing. */
const EVEN_PERCENT = 1;

function busiestText(count: EventCount): string {
  const top = busiest(count);
  if (!top) return '';
  if (top.percent - 100 / count.perCpu.size < EVEN_PERCENT) return 'even';
  return `cpu${top.cpu} ${top.percent.toFixed(0)} %`;
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
  const usage = result.exit && result.subject.kind === 'command' ? result.exit : undefined;
  return [
    line(result.elapsed, 'time elapsed'),
    ...(usage ? ['', line(usage.userTime, 'user'), line(usage.systemTime, 'sys')] : []),
  ];
}
