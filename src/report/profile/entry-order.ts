import type { Histogram, SortKey } from '../../profile/histogram';
import { columnOf, type ReportColumn, type ReportField } from './histogram-columns';
import { type HistogramSource, KeyTexts } from './key-texts';

/** Which entries are shown, and which of them comes first. */
export interface EntryOrder {
  readonly keys: readonly SortKey[];
  readonly children: boolean;
  /** Entries with a smaller share, in percent, are left out. */
  readonly leastPercent: number;
  /** Whether entries without a parent are left out, too. */
  readonly isOnlyWithParent?: boolean;
  /** Instead of the largest first: by these columns, one after the other. */
  readonly by?: readonly ReportField[];
}

/** What is less of the whole looks like nothing: nobody looks for an order there. */
const VISIBLE_SHARE = 0.00005;

/** The largest first; of equal ones callers before what they call, as perf has them, then by their texts. */
export function sortedEntries(source: HistogramSource, order: EntryOrder, texts = new KeyTexts(source)): number[] {
  const { histogram } = source;
  const { by, children, keys } = order;
  const byWeight = entriesByWeight(histogram, order);
  const columns = (by ?? keys).map((key) => columnOf(key, source, texts, children));
  if (by) return [...byWeight.values()].flat().sort((a, b) => firstDifference(columns, a, b) || a - b);
  const [first] = columns;
  const visible = new Weights(histogram, children).full * VISIBLE_SHARE;
  const callersFirst = children && first?.field === 'comm' ? first : undefined;
  return [...byWeight]
    .sort(([a], [b]) => b - a)
    .flatMap(([weight, entries]) =>
      weight < visible ? entries : entries.sort((a, b) => byRest(histogram, columns, callersFirst, a, b) || a - b),
    );
}

/** What entries are sorted by: what they have of the first member; as a share of the whole where they have several. */
class Weights {
  readonly full: number;
  readonly #hasOneWhole: boolean;

  constructor(
    private readonly histogram: Histogram,
    private readonly children: boolean,
  ) {
    this.#hasOneWhole = histogram.hasOneWhole;
    this.full = this.#hasOneWhole ? histogram.wholeOf(0) : 1;
  }

  of(entry: number): number {
    const weight = this.children ? this.histogram.totalOf(entry) : this.histogram.selfOf(entry);
    return this.#hasOneWhole ? weight : weight / this.histogram.wholeOf(entry);
  }
}

/** Thousands of entries have few weights. */
function entriesByWeight(histogram: Histogram, order: EntryOrder): Map<number, number[]> {
  const { children, leastPercent } = order;
  const weights = new Weights(histogram, children);
  const least = (weights.full * leastPercent) / 100;
  const byWeight = new Map<number, number[]>();
  for (let entry = 0; entry < histogram.size; entry += 1) {
    const weight = weights.of(entry);
    if (weight < least || !(children || hasSamples(histogram, entry))) continue;
    if (order.isOnlyWithParent && histogram.parentOf(entry) === undefined) continue;
    const equal = byWeight.get(weight);
    if (equal) equal.push(entry);
    else byWeight.set(weight, [entry]);
  }
  return byWeight;
}

function hasSamples(histogram: Histogram, entry: number): boolean {
  for (let member = 0; member < histogram.members; member += 1) if (histogram.samplesOf(entry, member) > 0) return true;
  return false;
}

function byRest(
  histogram: Histogram,
  columns: readonly ReportColumn[],
  callersFirst: ReportColumn | undefined,
  a: number,
  b: number,
): number {
  const [depthA, depthB] = [histogram.depthOf(a), histogram.depthOf(b)];
  if (callersFirst?.compare(a, b) === 0 && depthA !== depthB) return depthB - depthA;
  for (let member = 0; member < histogram.members; member += 1) {
    const difference = histogram.selfOf(b, member) - histogram.selfOf(a, member);
    if (difference !== 0) return difference;
  }
  return firstDifference(columns, a, b);
}

function firstDifference(columns: readonly ReportColumn[], a: number, b: number): number {
  for (const column of columns) {
    const order = column.compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}
