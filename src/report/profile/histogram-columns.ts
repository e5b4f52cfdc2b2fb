import type { Histogram, SortKey } from '../../profile/histogram';
import type { HistogramSource, KeyTexts } from './key-texts';
import { twoDigits } from './percent';

/** Numbers of entries, by perf's names of their columns. */
export type Metric = 'overhead_children' | 'overhead' | 'overhead_sys' | 'overhead_us' | 'sample' | 'period';

/** What can be a column. */
export type ReportField = Metric | SortKey;

/** What stands above a column. */
export const columnTitles: Record<ReportField, string> = {
  overhead_children: 'Children',
  overhead: 'Overhead',
  overhead_sys: 'sys',
  overhead_us: 'usr',
  sample: 'Samples',
  period: 'Period',
  event: 'Event',
  comm: 'Command',
  pid: '    Pid:Command',
  tid: '    Tid:Command',
  cpu: 'CPU',
  socket: 'Socket',
  cgroup: 'Cgroup',
  dso: 'Shared Object',
  sym: 'Symbol',
  srcline: 'Source:Line',
  parent: 'Parent symbol',
};

/** One column of a table of entries. */
export interface ReportColumn {
  readonly field: ReportField;
  readonly title: string;
  /** Makes it as wide as its longest text. */
  fit(entries: readonly number[]): void;
  readonly width: number;
  /** Whether it is flush right. */
  readonly isRight: boolean;
  /** Without what would make it as wide as the column. */
  text(entry: number): string;
  padded(entry: number): string;
  /** Which of two entries comes first by this column alone: texts ascending, numbers descending. */
  compare(a: number, b: number): number;
}

/**
 * @param hasChildren whether the shares of callers are shown, too: what is shown without them is called so then. Without, a
 * column that was asked for by its name has nothing to show.
 */
export function columnOf(
  field: ReportField,
  source: HistogramSource,
  texts: KeyTexts,
  hasChildren: boolean,
): ReportColumn {
  if (field === 'overhead_children' && !hasChildren) return new UntoldColumn(field, source.histogram);
  if (isMetric(field)) {
    const title = field === 'overhead' && hasChildren ? 'Self' : columnTitles[field];
    return new MetricColumn(field, title, source.histogram);
  }
  return new KeyColumn(field, texts, source.histogram);
}

const metrics = new Set<string>(['overhead_children', 'overhead', 'overhead_sys', 'overhead_us', 'sample', 'period']);

export const isMetric = (field: ReportField): field is Metric => metrics.has(field);

/** The share of a whole. */
const percentText = (part: number, whole: number): string => `${twoDigits(whole === 0 ? 0 : (part * 100) / whole)}%`;

/** Widths of one number: shares, and what is counted. */
const [PERCENT_WIDTH, COUNT_WIDTH] = [8, 12];

/** A number of an entry: of a member of its histogram. */
export function metricOf(field: Metric, histogram: Histogram, entry: number, member: number): number {
  if (field === 'overhead_children') return histogram.totalOf(entry, member);
  if (field === 'sample') return histogram.samplesOf(entry, member);
  const kernel = field === 'overhead' || field === 'period' ? 0 : histogram.kernelOf(entry, member);
  if (field === 'overhead_sys') return kernel;
  return histogram.selfOf(entry, member) - kernel;
}

/** The texts of one kind of number, all of one width. Most entries have that of the one before. */
export class MetricText {
  readonly width: number;
  readonly #isCount: boolean;
  #number = Number.NaN;
  #whole = Number.NaN;
  #text = '';

  constructor(field: Metric) {
    this.#isCount = field === 'sample' || field === 'period';
    this.width = this.#isCount ? COUNT_WIDTH : PERCENT_WIDTH;
  }

  text(number: number, whole: number): string {
    if (number !== this.#number || whole !== this.#whole) {
      this.#number = number;
      this.#whole = whole;
      this.#text = (this.#isCount ? String(number) : percentText(number, whole)).padStart(this.width);
    }
    return this.#text;
  }
}

/** A number of each member, one beside the other. */
class MetricColumn implements ReportColumn {
  readonly isRight = true;
  readonly #text: MetricText;

  constructor(
    readonly field: Metric,
    readonly title: string,
    private readonly histogram: Histogram,
  ) {
    this.#text = new MetricText(field);
  }

  get width(): number {
    return this.histogram.members * this.#text.width;
  }

  fit(): void {}

  text(entry: number): string {
    if (this.histogram.members === 1) return this.one(entry, 0);
    let text = '';
    for (let member = 0; member < this.histogram.members; member += 1) text += this.one(entry, member);
    return text;
  }

  padded(entry: number): string {
    // All of its numbers are as wide as they are to be.
    return this.text(entry);
  }

  compare(a: number, b: number): number {
    for (let member = 0; member < this.histogram.members; member += 1) {
      const difference = this.number(b, member) - this.number(a, member);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  private one(entry: number, member: number): string {
    return this.#text.text(this.number(entry, member), this.histogram.wholeOf(entry, member));
  }

  private number(entry: number, member: number): number {
    return metricOf(this.field, this.histogram, entry, member);
  }
}

/** A number that nobody has found out, as shares of callers without call chains: perf's word in place of each. */
class UntoldColumn implements ReportColumn {
  readonly isRight = true;
  readonly title: string;
  readonly width: number;

  constructor(
    readonly field: Metric,
    { members }: Histogram,
  ) {
    this.title = columnTitles[field];
    this.width = members * PERCENT_WIDTH;
  }

  fit(): void {}

  text(): string {
    return 'N/A';
  }

  padded(): string {
    return this.text().padStart(this.width);
  }

  compare(): number {
    return 0;
  }
}

/** One of the keys. */
class KeyColumn implements ReportColumn {
  readonly title: string;
  readonly isRight: boolean;
  #width: number;
  /** Of the entry before: the next one often has it, too. */
  #last = '';
  #padded = '';

  constructor(
    readonly field: SortKey,
    private readonly texts: KeyTexts,
    private readonly histogram: Histogram,
  ) {
    this.title = columnTitles[field];
    this.isRight = field === 'socket';
    this.#width = this.title.length;
    this.#padded = ' '.repeat(this.#width);
  }

  get width(): number {
    return this.#width;
  }

  fit(entries: readonly number[]): void {
    for (const entry of entries) this.#width = Math.max(this.#width, this.texts.width(this.field, entry));
    this.#last = '';
    this.#padded = ' '.repeat(this.#width);
  }

  text(entry: number): string {
    return this.texts.text(this.field, entry);
  }

  padded(entry: number): string {
    const text = this.text(entry);
    if (text !== this.#last) {
      this.#last = text;
      this.#padded = this.isRight ? text.padStart(this.#width) : text.padEnd(this.#width);
    }
    return this.#padded;
  }

  compare(a: number, b: number): number {
    if (this.field === 'parent') {
      const difference = Number(this.isOrphan(a)) - Number(this.isOrphan(b));
      if (difference !== 0) return difference;
    }
    if (this.field === 'cgroup') return this.texts.compareCgroups(a, b);
    const [one, other] = [this.text(a), this.text(b)];
    return one < other ? -1 : Number(one > other);
  }

  /** They come last. */
  private isOrphan(entry: number): boolean {
    return this.histogram.parentOf(entry) === undefined;
  }
}
