import type { CallNode } from '../../profile/call-tree';
import { twoDigits } from './percent';

/** How the call chains of an entry are shown: as a tree, or one after the other. */
export interface CallGraphStyle {
  /** Shares of all samples, or of those of the function above. */
  readonly shares: 'graph' | 'fractal' | 'flat' | 'folded';
  /** What stands beside functions. */
  readonly value: 'percent' | 'period' | 'count';
  /** What has a smaller share, in percent, is left out. */
  readonly leastPercent: number;
  /** So many functions stand beside each other at most, and so many chains one after the other; undefined: all. */
  readonly most?: number;
  /** Whether the function that a tree begins with stands in its entry, in front. */
  readonly isFirstTold?: boolean;
}

/**
 * The period from which on a function is shown. That of all samples in whole events, as perf has it: where events are few, 1
 * of them is not left out for being less than 1.5.
 * Source: output_resort() and sort_chain_graph_rel() in tools/perf/util, Linux 6.1.
 *
 * @param whole the period that shares are of: of a function above, with `fractal`
 */
export function leastPeriod({ shares, leastPercent }: CallGraphStyle, whole: number): number {
  const least = (whole * leastPercent) / 100;
  return shares === 'fractal' ? least : Math.floor(least);
}

/** What is shown of a node, beside its functions. */
export function nodeValue(
  value: CallGraphStyle['value'],
  { total, samples }: { readonly total: number; readonly samples: number },
  whole: number,
): string {
  if (value === 'count') return String(samples);
  return value === 'period' ? String(total) : `${twoDigits((total * 100) / whole)}%`;
}

/** What stands before the tree, under its entry. */
const MARGIN = ' '.repeat(12);
const [PIPE, GAP] = ['|          ', '           '];

/**
 * The call tree of an entry, as perf's `--stdio` draws it; empty where nothing of it is large enough.
 * Source: callchain__fprintf_graph() in tools/perf/ui/stdio/hist.c, Linux 6.1.
 *
 * @param whole the period that shares are of, with `graph`
 * @param parent the period of the entry
 * @param nameOf the text of a function
 */
export function callGraphText(
  roots: readonly CallNode[],
  style: CallGraphStyle,
  whole: number,
  parent: number,
  nameOf: (cell: number) => string,
): string {
  const text = new GraphText(style, whole, nameOf);
  text.entry(roots, parent);
  return text.done;
}

class GraphText {
  readonly #lines: string[] = [];

  constructor(
    private readonly style: CallGraphStyle,
    private readonly whole: number,
    private readonly nameOf: (cell: number) => string,
  ) {}

  /** As in perf, of the functions that a tree begins with, and of those on each level of it. */
  private get most(): number {
    return this.style.most ?? Number.POSITIVE_INFINITY;
  }

  get done(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n\n`;
  }

  entry(roots: readonly CallNode[], parent: number): void {
    const shown = this.large(roots, parent);
    const [only] = shown;
    // A single root that everything goes through needs no share: it is that of the entry.
    if (shown.length === 1 && only && only.total === parent) this.onlyRoot(only);
    else {
      const total = this.style.shares === 'fractal' ? parent : this.whole;
      this.level(shown, { total, period: parent, samples: samplesOf(roots) }, MARGIN, []);
    }
  }

  private onlyRoot(root: CallNode): void {
    const begin = this.style.isFirstTold ? 1 : 0;
    const cells = root.cells.slice(begin, begin + this.most);
    if (cells.length > 0) this.#lines.push(`${MARGIN}|`);
    for (const [i, cell] of cells.entries()) {
      this.#lines.push(`${MARGIN}${i === 0 ? '---' : '   '}${this.nameOf(cell)}`);
    }
    const margin = cells.length > 0 ? `${MARGIN}   ` : MARGIN;
    const below = this.below(root, this.whole);
    // What ended in it is part of what shares are of, and left over.
    const all = this.style.shares === 'fractal' ? { total: root.total, period: root.total } : {};
    this.level(this.large(root.children, below.period), { ...below, ...all }, margin, []);
  }

  private children(node: CallNode, total: number, margin: string, pipes: readonly boolean[]): void {
    const below = this.below(node, total);
    this.level(this.large(node.children, below.period), below, margin, pipes);
  }

  private below({ total: through, self, children }: CallNode, total: number): Level {
    const period = through - self;
    return { total: this.style.shares === 'fractal' ? period : total, period, samples: samplesOf(children) };
  }

  /** What is large enough of what stands beside each other. */
  private large(nodes: readonly CallNode[], parent: number): readonly CallNode[] {
    const least = leastPeriod(this.style, this.style.shares === 'fractal' ? parent : this.whole);
    return nodes.filter(({ total }) => total >= least);
  }

  /** @param pipes whether a line goes on, of every level above */
  private level(nodes: readonly CallNode[], of: Level, margin: string, pipes: readonly boolean[]): void {
    const { total } = of;
    let left = of.period;
    const above = pipes.map((goesOn) => (goesOn ? PIPE : GAP)).join('');
    const drawn = nodes.slice(0, this.most);
    for (const [i, node] of drawn.entries()) {
      left -= node.total;
      const isLast = i === nodes.length - 1 && (this.style.shares === 'graph' || left <= 0);
      this.#lines.push(`${margin}${above}${PIPE}`);
      const share = nodeValue(this.style.value, node, total);
      for (const [k, cell] of node.cells.entries()) {
        const bar = isLast ? ' ' : '|';
        const lead = k === 0 ? `${bar}--${share}--` : bar + ' '.repeat(10);
        this.#lines.push(`${margin}${above}${lead}${this.nameOf(cell)}`);
      }
      this.children(node, total, margin, [...pipes, !isLast]);
    }
    if (this.style.shares === 'fractal' && nodes.length > 0) {
      this.rest({ total: left, samples: of.samples - samplesOf(drawn) }, total, margin + above);
    }
  }

  /** What was left out of a level. */
  private rest(left: { readonly total: number; readonly samples: number }, total: number, margin: string): void {
    if (left.total <= 0 || left.total === total) return;
    // Samples that ended in the function above are none of those below it.
    if (this.style.value === 'count' && left.samples <= 0) return;
    this.#lines.push(`${margin} --${nodeValue(this.style.value, left, total)}--[...]`);
  }
}

/** Functions that stand beside each other. */
interface Level {
  /** The period that shares are of. */
  readonly total: number;
  /** Of all of them, also those that are left out. */
  readonly period: number;
  readonly samples: number;
}

const samplesOf = (nodes: readonly CallNode[]): number => nodes.reduce((sum, { samples }) => sum + samples, 0);
