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
  /** Whether the function that a tree begins with stands in its entry, in front. */
  readonly isFirstTold?: boolean;
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

  get done(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n\n`;
  }

  entry(roots: readonly CallNode[], parent: number): void {
    const shown = this.large(roots, parent);
    const [only] = shown;
    const total = this.style.shares === 'fractal' ? parent : this.whole;
    // A single root that everything goes through needs no share: it is that of the entry.
    if (shown.length === 1 && only && only.total === parent) {
      const cells = this.style.isFirstTold ? only.cells.slice(1) : only.cells;
      if (cells.length > 0) this.#lines.push(`${MARGIN}|`);
      for (const [i, cell] of cells.entries()) {
        this.#lines.push(`${MARGIN}${i === 0 ? '---' : '   '}${this.nameOf(cell)}`);
      }
      this.children(only, total, cells.length > 0 ? `${MARGIN}   ` : MARGIN, []);
    } else this.level(shown, total, parent, MARGIN, []);
  }

  private children(node: CallNode, total: number, margin: string, pipes: readonly boolean[]): void {
    const below = node.total - node.self;
    this.level(this.large(node.children, below), this.style.shares === 'fractal' ? below : total, below, margin, pipes);
  }

  /** What is large enough of what stands beside each other. */
  private large(nodes: readonly CallNode[], parent: number): readonly CallNode[] {
    const of = this.style.shares === 'fractal' ? parent : this.whole;
    const least = (of * this.style.leastPercent) / 100;
    return nodes.filter(({ total }) => total >= least);
  }

  /** @param pipes whether a line goes on, of every level above */
  private level(
    nodes: readonly CallNode[],
    total: number,
    below: number,
    margin: string,
    pipes: readonly boolean[],
  ): void {
    let left = below;
    const above = pipes.map((goesOn) => (goesOn ? PIPE : GAP)).join('');
    for (const [i, node] of nodes.entries()) {
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
    if (this.style.shares === 'fractal' && nodes.length > 0 && left > 0 && left !== total) {
      this.#lines.push(`${margin}${above}${PIPE}`, `${margin}${above} --${twoDigits((left * 100) / total)}%--[...]`);
    }
  }
}
