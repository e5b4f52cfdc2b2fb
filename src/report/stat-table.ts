import { Chalk, type ChalkInstance } from 'chalk';
import Table from 'cli-table3';
import { visible } from '../base/safe-text';
import { elapsed, type Nanoseconds, toSeconds } from '../base/units';
import type { EventCount } from '../counts/event-count';
import { isClock } from '../counts/metric';
import type { StatResult } from '../counts/stat-result';
import { grouped, groupedDecimal, withPrefix } from './numbers';
import { busiest, sparkline } from './spread';
import { inUnit, runningPercent, type StatRow, statRows } from './stat-fields';
import { statNotes } from './stat-notes';

/** How a table is drawn. */
export interface TableOptions {
  /** One row per CPU instead of one per event. */
  readonly perCpu: boolean;
  /** Add the raw counts and times of every place, and how long arming took. */
  readonly verbose: boolean;
  readonly color: boolean;
  /** Columns of the terminal, or what a file is meant to be read at. */
  readonly width: number;
}

/** The result for a person: a headline, a table, what was left out or narrowed, and the times. */
export function statTable(result: StatResult, options: TableOptions): string {
  const ink = new Chalk({ level: options.color ? 1 : 0 });
  const rows = statRows(result, options.perCpu).filter((row) => !result.unlisted.has(row.event));
  const blocks = [
    ` ${ink.bold(headline(result))}`,
    drawTable(
      columnsFor(result, options).filter((column) => rows.some((row) => column.cell(row) !== '')),
      rows,
      ink,
    ),
    statNotes(result)
      .map((note) => ` ${ink.yellow(note)}`)
      .join('\n'),
    options.verbose ? details(result) : '',
    times(result),
  ];
  return `\n${blocks.filter((block) => block !== '').join('\n\n')}\n\n`;
}

function headline(result: StatResult): string {
  const { subject, command } = result;
  const ran = command?.map(visible).join(' ');
  const during = ran === undefined ? '' : `, during: ${ran}`;
  switch (subject.kind) {
    case 'system':
      return `system-wide, CPUs ${subject.cpus}${during}`;
    case 'cpus':
      return `CPUs ${subject.cpus}${during}`;
    case 'processes':
      return `process ${visible(subject.list)}${during}`;
    case 'threads':
      return `thread ${visible(subject.list)}${during}`;
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

/** Space that the other columns take at their usual widths; what is left of the line goes to the bars. */
const WIDTH_WITHOUT_BARS = 70;

/** Every column there is; those without a single entry are left out by the caller. */
function columnsFor(result: StatResult, options: TableOptions): Column[] {
  const countOf = new Map<unknown, EventCount>(result.counts.map((count) => [count.event, count]));
  const spread = (row: StatRow, draw: (count: EventCount) => string) => {
    const count = countOf.get(row.event);
    return count && !options.perCpu && count.perCpu.size > 1 && row.count.status === 'counted' ? draw(count) : '';
  };
  const barWidth = Math.max(8, options.width - WIDTH_WITHOUT_BARS);
  return [
    { head: 'cpu', align: 'right', cell: (row) => (row.cpu === undefined ? '' : `${row.cpu}`) },
    { head: 'count', align: 'right', cell: countText },
    { head: 'event', align: 'left', cell: (row) => visible(row.event.name) },
    { head: 'per second', align: 'right', cell: (row) => rateText(row, result.elapsed) },
    { head: '', align: 'left', cell: derivedText },
    { head: 'running', align: 'right', cell: runningText },
    { head: 'by CPU', align: 'left', cell: (row) => spread(row, (count) => sparkline(count, barWidth)) },
    { head: 'busiest', align: 'left', cell: (row) => spread(row, busiestText), dim: true },
  ];
}

function drawTable(columns: readonly Column[], rows: readonly StatRow[], ink: ChalkInstance): string {
  const table = new Table({
    head: columns.map((column) => ink.dim(column.head)),
    colAligns: columns.map((column) => column.align),
    style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1, compact: true },
    chars: noBorders,
  });
  for (const row of rows) table.push(columns.map((column) => paint(column, row, ink)));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function paint(column: Column, row: StatRow, ink: ChalkInstance): string {
  const text = column.cell(row);
  if (column.head === 'count' && row.count.status === 'counted') return ink.bold(text);
  return column.dim || row.count.status !== 'counted' ? ink.dim(text) : text;
}

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid']
    .flatMap((side) => ['', '-mid', '-left', '-right'].map((part) => `${side}${part}`))
    .concat('middle')
    .map((part) => [part, '']),
);

function countText(row: StatRow): string {
  if (row.count.status !== 'counted') return `<${row.count.status}>`;
  if (row.event.scale === 1) return withUnit(grouped(row.count.value), row.event.unit);
  return withUnit(groupedDecimal(inUnit(row), 2), row.event.unit);
}

const withUnit = (number: string, unit: string): string => (unit === '' ? number : `${number} ${unit}`);

/** Per second of elapsed time, over all CPUs. Clocks have no rate: theirs is the number of CPUs they ran on. */
function rateText(row: StatRow, elapsed: Nanoseconds): string {
  if (row.count.status !== 'counted' || isClock(row.event) || elapsed <= 0n) return '';
  return withPrefix(inUnit(row) / toSeconds(elapsed));
}

function derivedText(row: StatRow): string {
  if (!row.metric || row.metric.unit.endsWith('/sec')) return '';
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
function details(result: StatResult): string {
  const raw = result.counts.flatMap(({ event, total, perCpu }) => {
    const places =
      perCpu.size > 0 ? [...perCpu].map(([cpu, count]) => [` cpu${cpu}`, count] as const) : [['', total] as const];
    return places.map(
      ([
        where,
        {
          raw: { value, timeEnabled, timeRunning },
        },
      ]) => ` ${visible(event.name)}${where}: ${value}, enabled ${timeEnabled} ns, running ${timeRunning} ns`,
    );
  });
  const { armSpan } = result;
  return [...raw, ...(armSpan ? [` armed within ${elapsed(armSpan.begin, armSpan.end)} ns`] : [])].join('\n');
}

/** The times as perf words them, because scripts look for these lines. */
function times(result: StatResult): string {
  const line = (time: Nanoseconds, what: string) => ` ${toSeconds(time).toFixed(9).padStart(17)} seconds ${what}`;
  const usage = result.exit && result.subject.kind === 'command' ? result.exit : undefined;
  return [
    line(result.elapsed, 'time elapsed'),
    ...(usage ? ['', line(usage.userTime, 'user'), line(usage.systemTime, 'sys')] : []),
  ].join('\n');
}
