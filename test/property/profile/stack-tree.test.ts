import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type StackTree, stackTree, TREE_ROOT, type TreeStacks } from '../../../src/native/stack-tree';
import { StackWord } from '../../../src/profile/stacks';
import { flameTree } from '../../../src/report/flamegraph/flame-tree';

/** Its cells, the innermost first. */
type Stack = readonly number[];

const CELLS = 6;

/** They lie in another order than their numbers have. */
function stacksOf(stacks: readonly Stack[]): TreeStacks {
  const [words, starts]: [number[], number[]] = [[], []];
  for (const [id, cells] of [...stacks.entries()].reverse()) {
    starts[id] = words.length;
    words.push(...new Array(StackWord.chain).fill(-7), ...cells);
  }
  return {
    size: stacks.length,
    words: Int32Array.from(words),
    starts: Int32Array.from(starts),
    depths: Int32Array.from(stacks, ({ length }) => length),
  };
}

/** Puts one in after the other, from the outermost function on. */
function model(stacks: readonly Stack[]): StackTree {
  const [parents, frames] = [[TREE_ROOT], [-1]];
  const children = new Map<string, number>();
  const childOf = (parent: number, frame: number): number => {
    const known = children.get(`${parent} ${frame}`);
    if (known !== undefined) return known;
    children.set(`${parent} ${frame}`, parents.length);
    frames.push(frame);
    return parents.push(parent) - 1;
  };
  const nodes = stacks.map((cells) => cells.reduceRight(childOf, TREE_ROOT));
  return { parents: Int32Array.from(parents), frames: Int32Array.from(frames), nodes: Int32Array.from(nodes) };
}

const stack = fc.array(fc.nat({ max: CELLS - 1 }), { maxLength: 7 });
const many = fc.array(stack, { maxLength: 200 });
const framesOfCells = fc.array(fc.nat({ max: 3 }), { minLength: CELLS, maxLength: CELLS });

test('a tree has the nodes that stacks make which are put in one after the other', () => {
  fc.assert(
    fc.property(many, fc.option(framesOfCells), (stacks, frames) => {
      const framed = stacks.map((cells) => cells.map((cell) => frames?.[cell] ?? cell));
      const functions = frames ? Int32Array.from(frames) : undefined;
      expect(stackTree(stacksOf(stacks), CELLS, functions)).toEqual(model(framed));
    }),
    { numRuns: 500 },
  );
});

test('the tree of several recordings is that of the frames of their stacks, one behind the other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(many, framesOfCells), { maxLength: 3 }), (recordings) => {
      const framed = recordings.map(([stacks, frames]) => ({
        stacks: stacksOf(stacks),
        frames: Int32Array.from(frames),
      }));
      const all = recordings.flatMap(([stacks, frames]) =>
        stacks.map((cells) => cells.map((cell) => frames[cell] ?? 0)),
      );
      expect(flameTree(framed, 4)).toEqual(model(all));
    }),
    { numRuns: 200 },
  );
});
