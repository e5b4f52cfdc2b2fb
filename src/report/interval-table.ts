import { Chalk } from 'chalk';
import { visible } from '../base/safe-text';
import { type Nanoseconds, toSeconds } from '../base/units';
import { bars } from './spread';
import { countText, derivedText, metricText, partText, rateText } from './stat-cells';
import { type RowSource, type RowView, rateTime, type StatRow, statRows } from './stat-rows';

/** How intervals are listed. */
export interface IntervalTableOptions extends RowView {
  readonly color: boolean;
  readonly width: number;
  /** Whether each interval stands alone on the page, which is cleared before: then each has heads. */
  readonly cleared?: boolean;
  /** What is not listed although it was counted: see `StatResult.unlisted`. */
  readonly isListed: (row: StatRow) => boolean;
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Characters it has at least, so that most lines need no more. */
  readonly least: number;
  readonly cell: (row: StatRow, source: RowSource, at: Nanoseconds) => string;
  /** What a narrow page does without, the highest first; absent: it stays, however wide. */
  readonly dispensable?: number;
}

/** Intervals after which the heads are repeated, as in perf. */
const HEADS_EVERY = 25;

/** Bars of a picture over CPUs at most. */
const MOST_BARS = 32;

const columns: readonly Column[] = [
  { head: 'seconds', align: 'right', least: 10, cell: (_row, _source, at) => toSeconds(at).toFixed(4) },
  { head: '', align: 'left', least: 0, cell: ({ part }) => (part ? `${partWord(part.kind)}${partText(part)}` : '') },
  { head: 'count', align: 'right', least: 14, cell: countText },
  { head: 'event', align: 'left', least: 16, cell: ({ event }) => visible(event.name) },
  { head: 'cgroup', align: 'left', least: 0, cell: ({ event }) => visible(event.cgroup?.name ?? '') },
  {
    head: 'per second',
    align: 'right',
    least: 11,
    cell: (row, source) => rateText(row, rateTime(source)),
    dispensable: 1,
  },
  {
    head: '',
    align: 'left',
    least: 0,
    cell: (row) => [derivedText(row), ...askedMetrics(row)].filter((text) => text !== '').join(', '),
  },
  { head: 'by CPU', align: 'left', least: 0, cell: spreadText, dispensable: 2 },
];

const partWord = (kind: string): string => (kind === 'cpu' ? 'cpu' : '');

const askedMetrics = ({ metrics }: StatRow): string[] =>
  metrics.flatMap((metric) => (metric.formula === undefined ? [] : [metricText(metric)]));

function spreadText({ part, event, count }: StatRow, { counts }: RowSource): string {
  const whole = counts.find((other) => other.event === event);
  if (part || !whole || whole.perCpu.size < 2 || count.status !== 'counted') return '';
  return bars(
    [...whole.perCpu.values()].map(({ value }) => value),
    MOST_BARS,
  );
}

/**
 * Intervals for a person, one after the other as they come. Columns keep their places: they only ever grow, when a
 * number or a name needs more room than all before. Then the heads move along.
 */
export class IntervalTable {
  readonly #ink;
  #widths: number[] = columns.map(({ least }) => least);
  #heads = '';
  #intervals = 0;

  constructor(private readonly options: IntervalTableOptions) {
    this.#ink = new Chalk({ level: options.color ? 1 : 0 });
  }

  /** The lines of one interval, that ended `at` that time after the start. */
  lines(source: RowSource, at: Nanoseconds): string {
    const { isListed, cleared = false } = this.options;
    const rows = statRows(source, this.options).filter(isListed);
    const cells = rows.map((row) => columns.map(({ cell }) => cell(row, source, at)));
    this.#widths = this.#widths.map((width, i) => widthFor(width, i, cells));
    const shown = this.shown();
    const heads = line(shown, this.#widths, (i) => columns[i]?.head ?? '');
    const isDue = cleared || this.#intervals % HEADS_EVERY === 0 || heads !== this.#heads;
    [this.#heads, this.#intervals] = [heads, this.#intervals + 1];
    const body = cells.map((row, n) => line(shown, this.#widths, (i) => (n > 0 && i === 0 ? '' : (row[i] ?? ''))));
    return [...(isDue ? [this.#ink.dim(heads)] : []), ...body].map((text) => `${text}\n`).join('');
  }

  /** Positions of the columns that are used, as far as the page has room for them. */
  private shown(): number[] {
    let shown = [...columns.keys()].filter((i) => (this.#widths[i] ?? 0) > 0);
    // On both sides of each one; the last one's padding is cut off.
    const total = () => shown.reduce((sum, i) => sum + (this.#widths[i] ?? 0) + 2, -1);
    while (total() > this.options.width) {
      const least = shown.reduce((a, b) => (dispensability(b) > dispensability(a) ? b : a));
      if (dispensability(least) === 0) break;
      shown = shown.filter((i) => i !== least);
    }
    return shown;
  }
}

const dispensability = (column: number): number => columns[column]?.dispensable ?? 0;

/** What a column is as wide as, its head included as soon as it has something to show. */
function widthFor(before: number, column: number, cells: readonly (readonly string[])[]): number {
  const widest = cells.reduce((most, row) => Math.max(most, length(row[column])), 0);
  return Math.max(before, widest, widest > 0 ? length(columns[column]?.head) : 0);
}

function line(shown: readonly number[], widths: readonly number[], textOf: (column: number) => string): string {
  const cells = shown.map((i) => {
    const text = textOf(i);
    const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - length(text)));
    return columns[i]?.align === 'right' ? ` ${padding}${text} ` : ` ${text}${padding} `;
  });
  return cells.join('').trimEnd();
}

const length = (text = ''): number => [...text].length;
