import type { SortKey } from '../../profile/histogram';
import { sortedEntries } from './entry-order';
import { EntryTrees } from './entry-trees';
import { columnTitles, isMetric, type Metric, MetricText, metricOf } from './histogram-columns';
import { countLines, type HistogramView } from './histogram-text';
import { type HistogramSource, KeyTexts } from './key-texts';

/** Entries that have a key, and those before it, in common. */
interface HierarchyNode {
  readonly text: string;
  /** By member. */
  readonly periods: number[];
  /** By column, and in it by member. */
  readonly numbers: readonly number[][];
  readonly children: Map<string, HierarchyNode>;
  /** On the deepest level, those that it is made of. */
  readonly entries: number[];
}

/** How far each level stands to the right of the one above. */
const INDENT = 3;

/** Between two columns. */
const GAP = '  ';

/**
 * Entries by their first key, below each by the second, and so on, each level the largest first: perf's `--hierarchy`, piece by
 * piece. Below the deepest level stand call trees.
 */
export function* hierarchyText(source: HistogramSource, view: HistogramView): Generator<string> {
  const { histogram } = source;
  const table = new HierarchyTable(source, view);
  const lines = [...table.lines()];
  if (!view.isQuiet) {
    yield countLines(histogram, view.event);
    yield* table.heading(lines);
  }
  const trees = new EntryTrees(
    source,
    view,
    lines.flatMap(({ entries }) => entries),
  );
  const { separator } = view.style;
  for (const { share, text, entries } of lines) {
    const line = separator === undefined ? `  ${share.padEnd(table.shareWidth)}  ${text}` : share + separator + text;
    yield `${line.trimEnd()}\n${trees.text(entries)}`;
  }
  yield '\n';
}

/** A line, and its two columns. */
interface HierarchyLine {
  readonly share: string;
  readonly text: string;
  /** With a call tree below it. */
  readonly entries: readonly number[];
}

class HierarchyTable {
  readonly shareWidth: number;
  readonly #texts: KeyTexts;
  readonly #metrics: readonly Metric[];
  readonly #columns: readonly MetricText[];

  constructor(
    private readonly source: HistogramSource,
    private readonly view: HistogramView,
  ) {
    this.#texts = new KeyTexts(source);
    this.#metrics = view.columns.filter(isMetric);
    this.#columns = this.#metrics.map((metric) => new MetricText(metric));
    const { members } = source.histogram;
    const widths = this.#columns.map(({ width }) => width * members);
    this.shareWidth = widths.reduce((sum, width) => sum + GAP.length + width, -GAP.length) + INDENT * this.#deepest;
  }

  get #deepest(): number {
    return this.view.keys.length - 1;
  }

  *heading(lines: readonly HierarchyLine[]): Generator<string> {
    const title = this.view.keys.map((key) => columnTitles[key]).join(' / ');
    const width = lines.reduce((widest, { text }) => Math.max(widest, text.length), title.length);
    const { members } = this.source.histogram;
    const titles = this.#metrics.map((metric, i) =>
      columnTitles[metric].padStart((this.#columns[i]?.width ?? 0) * members),
    );
    yield `# ${titles.join(GAP).padStart(this.shareWidth)}  ${title}\n`;
    yield `# ${'.'.repeat(this.shareWidth)}  ${'.'.repeat(width)}\n#\n`;
  }

  *lines(): Generator<HierarchyLine> {
    yield* this.level(this.roots(), 0);
  }

  private *level(nodes: ReadonlyMap<string, HierarchyNode>, depth: number): Generator<HierarchyLine> {
    const shown = [...nodes.values()]
      .filter(({ periods }) => (periods[0] ?? 0) * 100 >= this.view.leastPercent * this.whole(0))
      .sort((a, b) => descending(a.periods, b.periods));
    const indent = ' '.repeat(INDENT * depth);
    if (shown.length === 0 && depth > 0) {
      yield { share: '', text: `${indent}no entry >= ${this.view.leastPercent.toFixed(2)}%`, entries: [] };
    }
    for (const { text, numbers, children, entries } of shown) {
      const columns = this.#columns.map((column, i) => this.column(column, numbers[i] ?? []));
      yield { share: indent + columns.join(GAP), text: indent + text, entries };
      if (depth < this.#deepest) yield* this.level(children, depth + 1);
    }
  }

  private column(column: MetricText, numbers: readonly number[]): string {
    return numbers.map((number, member) => column.text(number, this.whole(member))).join('');
  }

  /** Entries of all sizes: many small ones can make a large one. */
  private roots(): Map<string, HierarchyNode> {
    const { keys } = this.view;
    const roots = new Map<string, HierarchyNode>();
    const order = { ...this.view, keys, children: false, leastPercent: 0 };
    for (const entry of sortedEntries(this.source, order, this.#texts)) {
      let level = roots;
      for (const [depth, key] of keys.entries()) {
        const node = this.nodeIn(level, key, entry);
        if (depth === this.#deepest) node.entries.push(entry);
        this.count(node, entry);
        level = node.children;
      }
    }
    return roots;
  }

  private count({ periods, numbers }: HierarchyNode, entry: number): void {
    const { histogram } = this.source;
    for (let member = 0; member < histogram.members; member += 1) {
      periods[member] = (periods[member] ?? 0) + histogram.selfOf(entry, member);
      for (const [i, metric] of this.#metrics.entries()) {
        const column = numbers[i] ?? [];
        column[member] = (column[member] ?? 0) + metricOf(metric, histogram, entry, member);
      }
    }
  }

  private nodeIn(level: Map<string, HierarchyNode>, key: SortKey, entry: number): HierarchyNode {
    const text = this.#texts.text(key, entry);
    const node = level.get(text) ?? {
      text,
      periods: [],
      numbers: this.#metrics.map(() => []),
      children: new Map(),
      entries: [],
    };
    level.set(text, node);
    return node;
  }

  private whole(member: number): number {
    return this.source.histogram.periodOf(member);
  }
}

function descending(a: readonly number[], b: readonly number[]): number {
  for (const [member, period] of a.entries()) {
    const difference = (b[member] ?? 0) - period;
    if (difference !== 0) return difference;
  }
  return 0;
}
