import { CallTrees } from '../../profile/call-tree';
import { callGraphText, leastPeriod } from './call-graph-text';
import { chainListText } from './chain-list-text';
import type { HistogramView } from './histogram-text';
import type { HistogramSource } from './key-texts';

/** Texts of call trees, made when they are asked for; of entries that are large enough to have one. */
export class EntryTrees {
  readonly #chains: ReadonlyMap<number, Int32Array>;
  readonly #trees: CallTrees | undefined;

  /** @param entries those that will be asked for */
  constructor(
    private readonly source: HistogramSource,
    private readonly view: HistogramView,
    entries: readonly number[],
  ) {
    const { histogram, stacks, texts } = source;
    const { callGraph, keys } = view;
    this.#chains = callGraph ? histogram.chainsOf(entries) : new Map();
    if (!callGraph) return;
    const functionOf = keys.includes('srcline') ? (cell: number) => texts.functionOf(cell) : undefined;
    this.#trees = new CallTrees(stacks, callGraph.order, functionOf, (a, b) => texts.laterFirst(a, b));
  }

  /** Whether entries that have so much of an event's period together can have a tree. */
  static canHave({ callGraph }: HistogramView, period: number, whole: number): boolean {
    return callGraph !== undefined && (callGraph.shares === 'fractal' || period >= leastPeriod(callGraph, whole));
  }

  /** Whether an entry is one of those that were to be asked for. */
  has(entry: number): boolean {
    return this.#chains.has(entry);
  }

  /** The tree of an entry, or of several that are shown as one. Empty where there is none. */
  text(entries: readonly number[]): string {
    const [first] = entries;
    const { histogram, texts } = this.source;
    const { callGraph, children } = this.view;
    const parts = joined(entries.flatMap((entry) => this.#chains.get(entry) ?? []));
    if (first === undefined || !(callGraph && this.#trees) || parts.length === 0) return '';
    const whole = histogram.wholeOf(first);
    const period = entries.reduce(
      (sum, entry) => sum + (children ? histogram.totalOf(entry) : histogram.selfOf(entry)),
      0,
    );
    if (!EntryTrees.canHave(this.view, period, whole)) return '';
    const { shares } = callGraph;
    const roots = this.#trees.tree(parts, shares === 'fractal' ? 0 : leastPeriod(callGraph, whole));
    const textOf = shares === 'flat' || shares === 'folded' ? chainListText : callGraphText;
    return textOf(roots, callGraph, whole, period, (cell) => texts.inChain(cell));
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
