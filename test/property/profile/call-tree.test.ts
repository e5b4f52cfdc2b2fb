import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CallNode, type CallOrder, CallTrees } from '../../../src/profile/call-tree';
import { Stacks, StackWord } from '../../../src/profile/stacks';

interface Stack {
  /** The innermost first. */
  readonly cells: readonly number[];
  readonly period: number;
  readonly samples: number;
}

/** A chain as it goes into a tree: from the root on. */
type Chain = Stack;

/** They lie in another order than their numbers have. */
function stacksOf(stacks: readonly Stack[]): Stacks {
  const [words, starts]: [number[], number[]] = [[], []];
  for (const [id, { cells }] of [...stacks.entries()].reverse()) {
    starts[id] = words.length;
    words.push(...new Array(StackWord.chain).fill(-7), ...cells);
  }
  return new Stacks({
    size: stacks.length,
    words: Int32Array.from(words),
    starts: Int32Array.from(starts),
    depths: Int32Array.from(stacks, ({ cells }) => cells.length),
    counts: Float64Array.from(stacks, ({ samples }) => samples),
    periods: Float64Array.from(stacks, ({ period }) => period),
    kernelStacks: new Int32Array(stacks.length).fill(-1),
  });
}

/** The part of a stack that belongs to a tree of this order. */
function partOf({ cells, ...sums }: Stack, position: number, order: CallOrder): Chain {
  if (order === 'callee') return { cells: cells.slice(position), ...sums };
  const inner = position === 0 ? cells : cells.slice(0, position + 1);
  return { cells: [...inner].reverse(), ...sums };
}

const sum = (chains: readonly Chain[], of: 'period' | 'samples'): number =>
  chains.reduce((all, chain) => all + chain[of], 0);

/** What a tree is: by the first function of each chain, trees of what is left of them. */
class Model {
  constructor(
    private readonly functionOf: (cell: number) => number,
    private readonly ofEqual: (a: number, b: number) => number,
    private readonly least: number,
  ) {}

  nodes(chains: readonly Chain[]): CallNode[] {
    return [...this.groups(chains)]
      .filter(([, group]) => sum(group, 'period') >= this.least)
      .map(([cell, group]) => this.node(cell, group))
      .sort((a, b) => b.total - a.total || this.ofEqual(a.cells[0] ?? 0, b.cells[0] ?? 0));
  }

  private groups(chains: readonly Chain[]): Map<number, Chain[]> {
    const groups = new Map<number, Chain[]>();
    for (const { cells, ...sums } of chains) {
      const [first, ...rest] = cells;
      if (first === undefined) continue;
      const own = this.functionOf(first);
      groups.set(own, [...(groups.get(own) ?? []), { cells: rest, ...sums }]);
    }
    return groups;
  }

  private node(cell: number, chains: readonly Chain[]): CallNode {
    const over = chains.filter(({ cells }) => cells.length === 0);
    const [only, ...others] = this.groups(chains);
    const [total, samples] = [sum(chains, 'period'), sum(chains, 'samples')];
    if (only && others.length === 0 && sum(over, 'period') === 0) {
      const rest = this.node(...only);
      return { ...rest, cells: [cell, ...rest.cells], total, samples };
    }
    const [self, selfSamples] = [sum(over, 'period'), sum(over, 'samples')];
    return { cells: [cell], self, total, samples, selfSamples, children: this.nodes(chains) };
  }
}

const stack: fc.Arbitrary<Stack> = fc.record({
  // Few functions, so that they meet; or a number that needs more room than there is at first.
  cells: fc.array(fc.oneof({ weight: 30, arbitrary: fc.nat({ max: 4 }) }, fc.constant(300_000)), {
    minLength: 1,
    maxLength: 12,
  }),
  period: fc.integer({ min: 1, max: 20 }),
  samples: fc.integer({ min: 1, max: 5 }),
});

const wanted = fc.record({
  stacks: fc.array(stack, { minLength: 1, maxLength: 80 }),
  /** Of each tree, numbers that a stack and a position in it are made of. */
  trees: fc.array(fc.array(fc.tuple(fc.nat(), fc.nat({ max: 12 })), { maxLength: 120 }), {
    minLength: 1,
    maxLength: 3,
  }),
  order: fc.constantFrom<CallOrder>('caller', 'callee'),
  least: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 120 }), fc.double({ min: 0, max: 60, noNaN: true })),
  ofFunctions: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  laterFirst: fc.boolean(),
});

test('call trees are those that recursion makes, whatever the stacks, the order, the functions and the least', () => {
  fc.assert(
    fc.property(wanted, ({ stacks, trees, order, least, ofFunctions, laterFirst }) => {
      const functionOf = ofFunctions === undefined ? undefined : (cell: number) => cell % ofFunctions;
      const ofEqual = laterFirst ? (a: number, b: number) => b - a : undefined;
      const model = new Model(functionOf ?? ((cell) => cell), ofEqual ?? (() => 0), least);
      const made = new CallTrees(stacksOf(stacks), order, functionOf, ofEqual);
      for (const parts of trees) {
        const chains = parts.map(([some, position]): [number, number] => {
          const id = some % stacks.length;
          return [id, position % (stacks[id]?.cells.length ?? 1)];
        });
        const expected = chains.flatMap(([id, position]) => {
          const of = stacks[id];
          return of ? [partOf(of, position, order)] : [];
        });
        expect(made.tree(Int32Array.from(chains.flat()), least)).toEqual(model.nodes(expected));
      }
    }),
    { numRuns: 500 },
  );
});

test('a call tree has room for more nodes than there is at first, and for none', () => {
  const stacks = Array.from({ length: 300 }, (_, i) => ({
    cells: Array.from({ length: 300 }, (_, depth) => (depth === 299 ? i : depth)),
    period: 300 - i,
    samples: 1,
  }));
  const trees = new CallTrees(stacksOf(stacks), 'caller');
  const roots = trees.tree(Int32Array.from(stacks.flatMap((_, i) => [i, 0])), 0);
  expect(roots.map(({ cells }) => cells)).toEqual(
    stacks.map((_, i) => [i, ...Array.from({ length: 299 }, (_, depth) => 298 - depth)]),
  );
  expect(trees.tree(new Int32Array(), 0)).toEqual([]);
});
