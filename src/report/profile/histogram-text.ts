import { visible } from '../../base/safe-text';
import { type CallOrder, CallTrees } from '../../profile/call-tree';
import type { Histogram, SortKey } from '../../profile/histogram';
import type { Names } from '../../profile/names';
import type { Stacks } from '../../profile/stacks';
import { type CallGraphStyle, callGraphText } from './call-graph-text';
import type { CellTexts } from './cell-text';

/** How the entries of an event are shown. */
export interface HistogramView {
  readonly event: string;
  readonly keys: readonly SortKey[];
  readonly children: boolean;
  /** Whether the number of samples is a column. */
  readonly sampleCounts: boolean;
  /** Entries with a smaller share, in percent, are left out. */
  readonly leastPercent: number;
  /** Only the entries, without what stands above them. */
  readonly isQuiet: boolean;
  /** Absent: without call trees. */
  readonly callGraph?: CallGraphStyle & { readonly order: CallOrder };
}

/** What texts are made from. */
export interface HistogramSource {
  readonly histogram: Histogram;
  readonly stacks: Stacks;
  readonly texts: CellTexts;
  readonly comms: Names;
}

/** What stands above a column. */
export const columnTitles: Record<SortKey, string> = {
  comm: 'Command',
  pid: 'Pid:Command',
  tid: 'Tid:Command',
  cpu: 'CPU',
  dso: 'Shared Object',
  sym: 'Symbol',
};

/** perf's columns of programs are no narrower. */
const LEAST_WIDTH: Partial<Record<SortKey, number>> = { comm: 15, pid: 15, tid: 15, cpu: 3 };

/**
 * The entries of an event, the largest first, with their call trees: perf's `--stdio`, piece by piece.
 */
export function* histogramText(source: HistogramSource, view: HistogramView): Generator<string> {
  const { histogram } = source;
  const columns = view.keys.map((key) => new Column(key, source));
  const order = sortedEntries(source, view, columns);
  for (const column of columns) column.fit(order);
  if (!view.isQuiet) yield* heading(histogram, view, columns);
  const trees = treesOf(source, view, order);
  const last = columns.at(-1);
  const total = new Percent(histogram.period);
  const self = new Percent(histogram.period);
  for (const entry of order) {
    const shares = (view.children ? total.text(histogram.totalOf(entry)) : '') + self.text(histogram.selfOf(entry));
    const count = view.sampleCounts ? String(histogram.samplesOf(entry)).padStart(12) : '';
    let line = shares + count;
    for (const column of columns) line += `  ${column === last ? column.text(entry) : column.padded(entry)}`;
    yield `${line.trimEnd()}\n${trees(entry)}`;
  }
  yield '\n';
}

/** What is less of the whole looks like nothing: nobody looks for an order there. */
const VISIBLE_SHARE = 0.00005;

/** The largest first; of equal ones callers before what they call, as perf has them, then by their texts. */
export function sortedEntries(
  source: HistogramSource,
  view: HistogramView,
  columns: readonly Column[] = view.keys.map((key) => new Column(key, source)),
): number[] {
  const { histogram } = source;
  const { children, leastPercent } = view;
  const [least, visibleLeast] = [(histogram.period * leastPercent) / 100, histogram.period * VISIBLE_SHARE];
  // Thousands of entries have few weights.
  const byWeight = new Map<number, number[]>();
  for (let entry = 0; entry < histogram.size; entry += 1) {
    const weight = children ? histogram.totalOf(entry) : histogram.selfOf(entry);
    if (weight < least || !(children || histogram.samplesOf(entry) > 0)) continue;
    const equal = byWeight.get(weight);
    if (equal) equal.push(entry);
    else byWeight.set(weight, [entry]);
  }
  return [...byWeight]
    .sort(([a], [b]) => b - a)
    .flatMap(([weight, entries]) =>
      weight < visibleLeast ? entries : entries.sort((a, b) => byRest(histogram, columns, children, a, b) || a - b),
    );
}

function byRest(histogram: Histogram, columns: readonly Column[], children: boolean, a: number, b: number): number {
  const [first] = columns;
  const [depthA, depthB] = [histogram.depthOf(a), histogram.depthOf(b)];
  if (children && first?.key === 'comm' && first.compare(a, b) === 0 && depthA !== depthB) return depthB - depthA;
  const difference = histogram.selfOf(b) - histogram.selfOf(a);
  return difference || columns.map((column) => column.compare(a, b)).find((order) => order !== 0) || 0;
}

function* heading(histogram: Histogram, view: HistogramView, columns: readonly Column[]): Generator<string> {
  yield `# Samples: ${rounded(histogram.count)} of event '${visible(view.event)}'\n`;
  yield `# Event count (approx.): ${histogram.period}\n#\n`;
  const shares = view.children ? ['Children', '    Self'] : ['Overhead'];
  const counts = view.sampleCounts ? ['     Samples'.slice(2)] : [];
  const fixed = [...shares, ...counts];
  yield `# ${[...fixed, ...columns.map(({ title, width }) => title.padEnd(width))].join('  ')}\n`;
  const dots = [...fixed.map(({ length }) => '.'.repeat(length)), ...columns.map(({ width }) => '.'.repeat(width))];
  yield `# ${dots.join('  ')}\n#\n`;
}

/** The texts of call trees by entry, made when they are asked for; of those that are large enough to have one. */
function treesOf(
  { histogram, stacks, texts }: HistogramSource,
  { callGraph, children }: HistogramView,
  entries: readonly number[],
): (entry: number) => string {
  if (!callGraph) return () => '';
  const periodOf = (entry: number) => (children ? histogram.totalOf(entry) : histogram.selfOf(entry));
  const least = (histogram.period * callGraph.leastPercent) / 100;
  const hasTree = (entry: number) => callGraph.shares === 'fractal' || periodOf(entry) >= least;
  const chains = histogram.chainsOf(entries.filter(hasTree));
  const trees = new CallTrees(stacks, callGraph.order);
  const nameOf = (cell: number) => texts.inChain(cell);
  return (entry) => {
    const parts = chains.get(entry);
    if (!parts) return '';
    const roots = trees.tree(parts, callGraph.shares === 'graph' ? least : 0);
    return callGraphText(roots, callGraph, histogram.period, periodOf(entry), nameOf);
  };
}

/** Shares of a whole. Most entries have that of the one before. */
class Percent {
  #part = Number.NaN;
  #text = '';

  constructor(private readonly whole: number) {}

  text(part: number): string {
    if (part !== this.#part) {
      this.#part = part;
      this.#text = `${(this.whole === 0 ? 0 : (part * 100) / this.whole).toFixed(2).padStart(9)}%`;
    }
    return this.#text;
  }
}

/** As perf counts samples: whole thousands and millions. */
function rounded(count: number): string {
  if (count < 1000) return `${count} `;
  const [unit, divisor] = count < 1_000_000 ? ['K', 1000] : count < 1_000_000_000 ? ['M', 1e6] : ['G', 1e9];
  return `${Math.floor(count / Number(divisor))}${unit}`;
}

/** One of the keys as a column. */
class Column {
  readonly title: string;
  #width: number;
  readonly #comms: (string | undefined)[] = [];

  constructor(
    readonly key: SortKey,
    private readonly source: HistogramSource,
  ) {
    this.title = columnTitles[key];
    this.#width = Math.max(this.title.length, LEAST_WIDTH[key] ?? 0);
  }

  get width(): number {
    return this.#width;
  }

  /** Makes it as wide as its longest text. */
  fit(entries: readonly number[]): void {
    for (const entry of entries) this.#width = Math.max(this.#width, this.text(entry).length);
  }

  padded(entry: number): string {
    return this.text(entry).padEnd(this.#width);
  }

  /** By what is shown, ascending. */
  compare(a: number, b: number): number {
    const [one, other] = [this.text(a), this.text(b)];
    return one < other ? -1 : Number(one > other);
  }

  private comm(id: number): string {
    const text = this.#comms[id] ?? visible(this.source.comms.textOf(id));
    this.#comms[id] = text;
    return text;
  }

  text(entry: number): string {
    const { histogram, texts } = this.source;
    const value = histogram.keyOf(entry, this.key);
    switch (this.key) {
      case 'comm':
        return this.comm(value);
      case 'dso':
        return texts.dso(value);
      case 'sym':
        return texts.symbol(value);
      case 'cpu':
        return String(value).padStart(3, '0');
      default:
        return String(value | 0);
    }
  }
}
