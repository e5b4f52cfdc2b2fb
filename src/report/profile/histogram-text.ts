import { visible } from '../../base/safe-text';
import type { CallOrder } from '../../profile/call-tree';
import type { Histogram } from '../../profile/histogram';
import type { CallGraphStyle } from './call-graph-text';
import { type EntryOrder, sortedEntries } from './entry-order';
import { EntryTrees } from './entry-trees';
import { columnOf, type ReportField } from './histogram-columns';
import { type HistogramSource, KeyTexts } from './key-texts';
import { TableLines } from './table-lines';

/** Lines are handed over together, when they have come to so many characters. */
const PIECE = 1 << 14;

/** How columns stand beside each other. */
export interface ColumnStyle {
  /** Between them, instead of what makes them equally wide. */
  readonly separator?: string;
  /** From left to right; 0, and what is not there: as wide as its longest text. */
  readonly widths: readonly number[];
}

/** How the entries of an event, or of a group of events, are shown. */
export interface HistogramView extends EntryOrder {
  /** What stands behind the number of samples: `event 'cycles'`. */
  readonly event: string;
  /** From left to right. */
  readonly columns: readonly ReportField[];
  readonly style: ColumnStyle;
  /** Only the entries, without what stands above them. */
  readonly isQuiet: boolean;
  /** Absent: without call trees. */
  readonly callGraph?: CallGraphStyle & { readonly order: CallOrder };
}

/**
 * The entries of an event, the largest first, with their call trees: perf's `--stdio`, piece by piece.
 */
export function* histogramText(source: HistogramSource, view: HistogramView): Generator<string> {
  const { histogram } = source;
  const texts = new KeyTexts(source);
  const hasChildren = view.children && view.columns.includes('overhead_children');
  const columns = view.columns.map((field) => columnOf(field, source, texts, hasChildren));
  const order = sortedEntries(source, view, texts);
  for (const column of columns) column.fit(order);
  const lines = new TableLines(columns, view.style);
  if (!view.isQuiet) {
    yield countLines(histogram, view.event);
    yield lines.heading;
  }
  const periodOf = (entry: number) => (view.children ? histogram.totalOf(entry) : histogram.selfOf(entry));
  const large = order.filter((entry) => EntryTrees.canHave(view, periodOf(entry), histogram.wholeOf(entry)));
  const trees = new EntryTrees(source, view, large);
  // There may be very many, and each text that is handed over has its price.
  let text = '';
  for (const entry of order) {
    text += `${lines.text(entry)}\n`;
    if (trees.has(entry)) text += trees.text([entry]);
    if (text.length < PIECE) continue;
    yield text;
    text = '';
  }
  yield `${text}\n`;
}

/** What stands above entries, up to their columns. */
export function countLines(histogram: Histogram, event: string): string {
  return (
    `# Samples: ${rounded(histogram.count)} of ${visible(event)}\n` +
    `# Event count (approx.): ${histogram.period}\n#\n`
  );
}

/** As perf counts samples: whole thousands and millions, of what is more than one. convert_unit() in util/units.c. */
function rounded(count: number): string {
  let [value, unit] = [count, 0];
  for (; value > 1000 && unit < UNITS.length - 1; unit += 1) value = Math.floor(value / 1000);
  return `${value}${UNITS[unit]}`;
}

const UNITS = [' ', 'K', 'M', 'G'] as const;
