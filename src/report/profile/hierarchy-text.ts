import type { SortKey } from '../../profile/histogram';
import { sortedEntries } from './entry-order';
import { columnTitles, Percent } from './histogram-columns';
import { countLines, type HistogramView } from './histogram-text';
import { type HistogramSource, KeyTexts } from './key-texts';

/** Entries that have a key, and those before it, in common. */
interface HierarchyNode {
  readonly text: string;
  /** By member. */
  readonly periods: number[];
  readonly children: Map<string, HierarchyNode>;
}

/** How far each level stands to the right of the one above. */
const INDENT = 3;

const PERCENT_WIDTH = 8;

/**
 * Entries by their first key, below each by the second, and so on, each level the largest first: perf's `--hierarchy`, piece by
 * piece. Without call trees.
 */
export function* hierarchyText(source: HistogramSource, view: HistogramView): Generator<string> {
  const { histogram } = source;
  const table = new HierarchyTable(source, view);
  const lines = [...table.lines()];
  if (!view.isQuiet) {
    yield countLines(histogram, view.event);
    yield* table.heading(lines);
  }
  for (const { share, text } of lines) yield `  ${share.padEnd(table.shareWidth)}  ${text}`.trimEnd().concat('\n');
  yield '\n';
}

/** A line, and its two columns. */
interface HierarchyLine {
  readonly share: string;
  readonly text: string;
}

class HierarchyTable {
  readonly shareWidth: number;
  readonly #texts: KeyTexts;
  readonly #percent = new Percent();

  constructor(
    private readonly source: HistogramSource,
    private readonly view: HistogramView,
  ) {
    this.#texts = new KeyTexts(source);
    this.shareWidth = PERCENT_WIDTH * source.histogram.members + INDENT * (view.keys.length - 1);
  }

  *heading(lines: readonly HierarchyLine[]): Generator<string> {
    const title = this.view.keys.map((key) => columnTitles[key]).join(' / ');
    const width = lines.reduce((widest, { text }) => Math.max(widest, text.length), title.length);
    yield `# ${'Overhead'.padStart(this.shareWidth)}  ${title}\n`;
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
      yield { share: '', text: `${indent}no entry >= ${this.view.leastPercent.toFixed(2)}%` };
    }
    for (const { text, periods, children } of shown) {
      const shares = periods.map((period, member) => this.#percent.text(period, this.whole(member)));
      yield { share: indent + shares.map((share) => share.padStart(PERCENT_WIDTH)).join(''), text: indent + text };
      if (depth < this.view.keys.length - 1) yield* this.level(children, depth + 1);
    }
  }

  /** Entries of all sizes: many small ones can make a large one. */
  private roots(): Map<string, HierarchyNode> {
    const { histogram } = this.source;
    const { keys } = this.view;
    const roots = new Map<string, HierarchyNode>();
    const order = { keys, children: false, leastPercent: 0 };
    for (const entry of sortedEntries(this.source, order, this.#texts)) {
      let level = roots;
      for (const key of keys) {
        const node = this.nodeIn(level, key, entry);
        for (let member = 0; member < histogram.members; member += 1) {
          node.periods[member] = (node.periods[member] ?? 0) + histogram.selfOf(entry, member);
        }
        level = node.children;
      }
    }
    return roots;
  }

  private nodeIn(level: Map<string, HierarchyNode>, key: SortKey, entry: number): HierarchyNode {
    const text = this.#texts.text(key, entry);
    const node = level.get(text) ?? { text, periods: [], children: new Map() };
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
