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
  /** What is not listed although it was counted: see `StatResult.unlisted`. */
  readonly isListed: (row: StatRow) => boolean;
}

interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Characters it has at least, so that most lines need no more. */
  readonly least: number;
  readonly cell: (row: StatRow, source: RowSource, at: Nanoseconds) => string;
  readonly isPicture?: boolean;
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
  { head: 'per second', align: 'right', least: 11, cell: (row, source) => rateText(row, rateTime(source)) },
  { head: '', align: 'left', least: 0, cell: (row) => [derivedText(row), ...askedMetrics(row)].join(' ').trim() },
  { head: 'by CPU', align: 'left', least: 0, cell: spreadText, isPicture: true },
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
 * number or a name needs more room than all before.
 */
export class IntervalTable {
  readonly #ink;
  #widths: number[] = columns.map(({ least }) => least);
  #intervals = 0;

  constructor(private readonly options: IntervalTableOptions) {
    this.#ink = new Chalk({ level: options.color ? 1 : 0 });
  }

  /** The lines of one interval, that ended `at` that time after the start. */
  lines(source: RowSource, at: Nanoseconds): string {
    const { isListed } = this.options;
    const rows = statRows(source, this.options).filter(isListed);
    const cells = rows.map((row) => columns.map(({ cell }) => cell(row, source, at)));
    this.#widths = this.#widths.map((width, i) => Math.max(width, ...cells.map((row) => [...(row[i] ?? '')].length)));
    const heads = this.#intervals % HEADS_EVERY === 0 ? [this.heads()] : [];
    this.#intervals += 1;
    const body = cells.map((row, i) => (i === 0 ? this.line(row) : this.line(['', ...row.slice(1)])));
    return [...heads, ...body].map((line) => `${line}\n`).join('');
  }

  private heads(): string {
    return this.#ink.dim(this.line(columns.map(({ head }, i) => (this.isUsed(i) ? head : ''))));
  }

  private isUsed(column: number): boolean {
    return (this.#widths[column] ?? 0) > 0;
  }

  /** A picture that does not fit on the page is left out; numbers never are. */
  private line(cells: readonly string[]): string {
    let line = '';
    for (const [i, cell] of cells.entries()) {
      const width = this.#widths[i] ?? 0;
      if (width === 0) continue;
      const padding = ' '.repeat(Math.max(0, width - [...cell].length));
      const next = `${line} ${columns[i]?.align === 'right' ? `${padding}${cell}` : `${cell}${padding}`} `;
      if (columns[i]?.isPicture && [...next.trimEnd()].length > this.options.width) break;
      line = next;
    }
    return line.trimEnd();
  }
}
