import { describe, expect, it } from 'vitest';
import { type CallNode, type CallOrder, CallTrees } from '../../../src/profile/call-tree';
import { Stacks } from '../../../src/profile/stacks';
import { callGraphText } from '../../../src/report/profile/call-graph-text';
import { chainListText } from '../../../src/report/profile/chain-list-text';

/** Stacks of letters, the innermost first, with how often each was sampled. */
function stacksOf(...stacks: [functions: string, period: number][]): Stacks {
  const words = Int32Array.from(stacks.flatMap(([text]) => [0, 0, 0, 0, 0, ...[...text].map((c) => c.charCodeAt(0))]));
  const starts = stacks.map((_, i) => stacks.slice(0, i).reduce((sum, [text]) => sum + 5 + text.length, 0));
  const periods = Float64Array.from(stacks, ([, period]) => period);
  return new Stacks({
    ...{ words, size: stacks.length, starts: Int32Array.from(starts), counts: periods, periods },
    depths: Int32Array.from(stacks, ([text]) => text.length),
    kernelStacks: new Int32Array(stacks.length).fill(-1),
  });
}

const letters = (node: CallNode): string => node.cells.map((cell) => String.fromCharCode(cell)).join('');
const shape = (nodes: readonly CallNode[]): unknown[] =>
  nodes.map((node) => [letters(node), node.total, node.self, shape(node.children)]);

const tree = (stacks: Stacks, order: CallOrder, least = 0, parts = [0, 0, 1, 0, 2, 0]) =>
  new CallTrees(stacks, order).tree(Int32Array.from(parts), least);

describe('call trees', () => {
  const stacks = stacksOf(['cba', 3], ['dba', 2], ['ba', 1]);

  it('grow from callers to what they call', () => {
    expect(shape(tree(stacks, 'caller'))).toEqual([
      [
        'ab',
        6,
        1,
        [
          ['c', 3, 3, []],
          ['d', 2, 2, []],
        ],
      ],
    ]);
  });

  it('or from what is called to its callers', () => {
    expect(shape(tree(stacks, 'callee'))).toEqual([
      ['cba', 3, 3, []],
      ['dba', 2, 2, []],
      ['ba', 1, 1, []],
    ]);
  });

  it('leave out what is too small, and begin where a caller stands', () => {
    expect(shape(tree(stacks, 'caller', 3))).toEqual([['ab', 6, 1, [['c', 3, 3, []]]]]);
    expect(shape(tree(stacks, 'caller', 0, [0, 1, 1, 1]))).toEqual([
      [
        'b',
        5,
        0,
        [
          ['c', 3, 3, []],
          ['d', 2, 2, []],
        ],
      ],
    ]);
  });

  it('are drawn as perf draws them', () => {
    const style = { shares: 'graph', value: 'percent', leastPercent: 0 } as const;
    const name = (cell: number) => String.fromCharCode(cell);
    const margin = ' '.repeat(12);
    expect(callGraphText(tree(stacks, 'caller'), style, 12, 6, name)).toBe(
      [
        `${margin}|`,
        `${margin}---a`,
        `${margin}   b`,
        `${margin}   |          `,
        `${margin}   |--25.00%--c`,
        `${margin}   |          `,
        `${margin}    --16.67%--d`,
        '',
        '',
      ].join('\n'),
    );
    expect(callGraphText(tree(stacks, 'callee'), style, 12, 6, name).split('\n').slice(0, 5)).toEqual([
      `${margin}|          `,
      `${margin}|--25.00%--c`,
      `${margin}|          b`,
      `${margin}|          a`,
      `${margin}|          `,
    ]);
    expect(callGraphText([], style, 12, 6, name)).toBe('');
  });

  it('have no more functions beside each other, in a row, and chains than there may be', () => {
    const style = { shares: 'graph', value: 'percent', leastPercent: 0, most: 1 } as const;
    const name = (cell: number) => String.fromCharCode(cell);
    const margin = ' '.repeat(12);
    expect(callGraphText(tree(stacks, 'caller'), style, 12, 6, name).split('\n')).toEqual([
      `${margin}|`,
      `${margin}---a`,
      `${margin}   |          `,
      // That another one would follow is seen by its line, as in perf.
      `${margin}   |--25.00%--c`,
      '',
      '',
    ]);
    const folded = { ...style, shares: 'folded' } as const;
    expect(chainListText(tree(stacks, 'caller'), folded, 12, 6, name).trimEnd().split('\n')).toHaveLength(1);
  });

  it('with shares of what is above, tell what is left', () => {
    const style = { shares: 'fractal', value: 'percent', leastPercent: 50 } as const;
    const text = callGraphText(tree(stacks, 'caller'), style, 12, 6, (cell) => String.fromCharCode(cell));
    const margin = ' '.repeat(15);
    // What ended in the only root is part of what shares are of.
    expect(text.split('\n').slice(3)).toEqual([
      `${margin}|          `,
      `${margin}|--50.00%--c`,
      `${margin} --50.00%--[...]`,
      '',
      '',
    ]);
  });

  it('tell what is left in what stands beside functions, and no samples that ended in the only root', () => {
    const draw = (value: 'count' | 'period', leastPercent: number) =>
      callGraphText(tree(stacks, 'caller'), { shares: 'fractal', value, leastPercent }, 12, 6, String);
    expect(draw('period', 50)).toMatch(/ --3--\[\.\.\.\]\n\n$/u);
    expect(draw('count', 50)).toMatch(/ --2--\[\.\.\.\]\n\n$/u);
    expect(draw('period', 0)).toMatch(/ --1--\[\.\.\.\]\n\n$/u);
    expect(draw('count', 0)).not.toContain('[...]');
  });

  it('have what comes to the least share exactly, in whole events', () => {
    const folded = (leastPercent: number) => {
      const style = { shares: 'folded', value: 'period', leastPercent } as const;
      return chainListText(tree(stacks, 'callee'), style, 6, 6, (cell) => String.fromCharCode(cell));
    };
    expect(folded(50)).toBe('3 c;b;a\n');
    expect(folded(34)).toBe('3 c;b;a\n2 d;b;a\n');
    const graph = { shares: 'graph', value: 'period', leastPercent: 49 } as const;
    expect(callGraphText(tree(stacks, 'caller'), graph, 6, 6, (cell) => String.fromCharCode(cell))).toContain('--2--d');
  });
});
