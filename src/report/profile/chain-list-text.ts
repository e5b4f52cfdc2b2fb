import type { CallNode } from '../../profile/call-tree';
import { type CallGraphStyle, leastPeriod, nodeValue } from './call-graph-text';

/** A way through a call tree, and the node that it ends in. */
interface Way {
  readonly cells: readonly number[];
  readonly node: CallNode;
}

/**
 * The call chains of an entry, one after the other, those of the most samples first; empty where none is large enough. `flat`: a
 * function on each line; `folded`: a chain on each line, as programs that draw flame graphs read it.
 * Source: callchain__fprintf_flat() and callchain__fprintf_folded() in tools/perf/ui/stdio/hist.c, Linux 6.1.
 *
 * @param whole the period that shares are of
 */
export function chainListText(
  roots: readonly CallNode[],
  style: CallGraphStyle,
  whole: number,
  _parent: number,
  nameOf: (cell: number) => string,
): string {
  const least = leastPeriod(style, whole);
  const ways = waysTo(roots)
    .filter(({ node }) => node.self >= least)
    .sort((a, b) => b.node.self - a.node.self)
    .slice(0, style.most);
  return ways
    .map(({ cells, node }) => {
      const names = cells.map(nameOf);
      if (style.shares === 'folded') {
        const ending = { total: node.self, samples: node.selfSamples };
        return `${nodeValue(style.value, ending, whole)} ${names.join(';')}\n`;
      }
      const lines = names.map((name) => `${' '.repeat(16)}${name}\n`).join('');
      return `${' '.repeat(11)}${nodeValue(style.value, node, whole)}\n${lines}\n`;
    })
    .join('');
}

/** Where chains end. */
function waysTo(roots: readonly CallNode[]): Way[] {
  const ways: Way[] = [];
  const open: Way[] = roots.map((node) => ({ cells: node.cells, node })).reverse();
  for (let way = open.pop(); way; way = open.pop()) {
    if (way.node.self > 0) ways.push(way);
    for (const child of way.node.children.toReversed())
      open.push({ cells: [...way.cells, ...child.cells], node: child });
  }
  return ways;
}
