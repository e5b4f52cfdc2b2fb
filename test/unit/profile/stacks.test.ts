import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallTrees } from '../../../src/profile/call-tree';
import type { Cells } from '../../../src/profile/cells';
import { Histogram } from '../../../src/profile/histogram';
import { Memory } from '../../../src/profile/memory';
import type { Places } from '../../../src/profile/places';
import type { SampleCursor } from '../../../src/profile/sample-cursor';
import { StackCollector } from '../../../src/profile/stack-collector';
import { Stacks, StackWord } from '../../../src/profile/stacks';

/** Addresses are the functions that they lie in: those of the kernel have odd numbers. */
const places = {
  tells: { exact: false, nameless: true },
  placeAt: (mode: number, _memory: Memory, low: number) => ({ cell: low * 2 + Number(mode === 1) }),
  nowhere: (low: number) => ({ cell: low * 2 }),
} as unknown as Places;

const cells = {
  dsoOf: (cell: number) => cell & 1,
  isKernelAt: (cell: number) => (cell & 1) === 1,
  functionOf: (cell: number) => cell,
  size: 10,
} as unknown as Cells;

const [KERNEL, USER, UNKNOWN] = [-128, -512, -77];

interface Sampled {
  readonly comm: number;
  readonly period: number;
  /** The innermost first. */
  readonly kernel: readonly number[];
  readonly user: readonly number[];
  readonly broken: boolean;
  /** Call chains are of user space only. */
  readonly userOnly: boolean;
}

/** The functions that a sample is of. */
const functionsOf = ({ kernel, user, broken, userOnly }: Sampled): number[] => {
  const all = [
    ...kernel.slice(0, userOnly ? 1 : undefined).map((address) => address * 2 + 1),
    ...user.map((address) => address * 2),
  ];
  return broken ? all.slice(0, 1) : all;
};

const memory = new Memory(1);

function collected(samples: readonly Sampled[]): Stacks {
  const collector = new StackCollector(places, { event: true, comm: true, pid: false, tid: false, cpu: false });
  for (const { comm, period, kernel, user, broken, userOnly } of samples) {
    const half = (address: number) => [address, 0];
    const chain = [
      ...(kernel.length > 0 && !userOnly ? [KERNEL, -1, ...kernel.flatMap(half)] : []),
      ...(user.length > 0 ? [USER, -1, ...user.flatMap(half)] : []),
      ...(broken ? [UNKNOWN, -1] : []),
    ];
    const sample = {
      ...{ event: 0, pid: 1, tid: 1, cpu: 0, period, mode: kernel.length > 0 ? 1 : 2 },
      ...{ ipLow: kernel[0] ?? user[0] ?? 0, ipHigh: 0, words: Int32Array.from([9, 9, ...chain]), chainAt: 2 },
      chainLength: chain.length / 2,
    };
    collector.add(sample as unknown as SampleCursor, { memory, comm });
  }
  return collector.stacksAfter(() => {});
}

const address = fc.integer({ min: 1, max: 4 });
const sampled: fc.Arbitrary<Sampled> = fc
  .record({
    comm: fc.integer({ min: 0, max: 1 }),
    period: fc.integer({ min: 1, max: 9 }),
    kernel: fc.array(address, { maxLength: 4 }),
    user: fc.array(address, { maxLength: 4 }),
    broken: fc.boolean(),
    userOnly: fc.boolean(),
  })
  .filter(({ kernel, user }) => kernel.length + user.length > 0);
/** In half of the runs, no chain is of user space only. */
const many = fc
  .boolean()
  .chain((mixed) =>
    fc.array(mixed ? sampled : sampled.map((one) => ({ ...one, userOnly: false })), { maxLength: 600 }),
  );

const cellsOf = (stacks: Stacks, id: number): number[] => {
  const from = stacks.startOf(id) + StackWord.chain;
  return [...stacks.words.subarray(from, from + stacks.depthOf(id))];
};

/** The sums of equal keys, as the keys come. */
function summed(all: readonly { readonly key: string; readonly sums: readonly number[] }[]): [string, number[]][] {
  const byKey = new Map<string, number[]>();
  for (const { key, sums } of all) {
    const before = byKey.get(key);
    byKey.set(
      key,
      sums.map((sum, i) => sum + (before?.[i] ?? 0)),
    );
  }
  return [...byKey];
}

describe('stacks', () => {
  it('have the functions of their samples, in the order in which they come, and their sums', () => {
    fc.assert(
      fc.property(many, (samples) => {
        const stacks = collected(samples);
        const expected = samples.map((one) => ({
          key: `${one.comm}: ${functionsOf(one)}`,
          sums: [1, one.period],
        }));
        const found = Array.from({ length: stacks.size }, (_, id) => ({
          key: `${stacks.words[stacks.startOf(id) + StackWord.comm]}: ${cellsOf(stacks, id)}`,
          sums: [stacks.countOf(id), stacks.periodOf(id)],
        }));
        expect(summed(found)).toEqual(summed(expected));
        // What was cut off, or not recorded, may look like a stack that ended there.
        if (samples.every(({ broken, userOnly }) => !(broken || userOnly)))
          expect(found.length).toBe(summed(expected).length);
      }),
    );
  });

  it('share kernel stacks, which have the sums of those that share them', () => {
    fc.assert(
      fc.property(many, (samples) => {
        const stacks = collected(samples);
        const sums = new Map<number, number>();
        for (let id = 0; id < stacks.size; id += 1) {
          const kernelStack = stacks.kernelStackOf(id);
          if (kernelStack < 0) continue;
          sums.set(kernelStack, (sums.get(kernelStack) ?? 0) + stacks.periodOf(id));
          const inner = cellsOf(stacks, id).filter((cell) => cell % 2 === 1);
          expect(cellsOf(stacks, kernelStack)).toEqual(inner);
        }
        for (const [kernelStack, sum] of sums) expect(stacks.periodOf(kernelStack)).toBe(sum);
      }),
    );
  });
});

describe('a histogram of stacks', () => {
  const keys = ['comm', 'sym'] as const;

  it('has the same entries and call trees, whether it counts kernel stacks once or not', () => {
    fc.assert(
      fc.property(many, (samples) => {
        const stacks = collected(samples);
        const alone = new Stacks({ ...stacks.arrays, kernelStacks: stacks.arrays.kernelStacks.map(() => -1) });
        const shown = [stacks, alone].map((one) => {
          const histogram = new Histogram(one, cells, { keys, children: true, chains: 'caller' });
          histogram.add(0);
          const entries = Array.from({ length: histogram.size }, (_, entry) => entry);
          const chains = histogram.chainsOf(entries);
          const trees = new CallTrees(one, 'caller');
          return entries.map((entry) => ({
            keys: keys.map((key) => histogram.keyOf(entry, key)),
            sums: [histogram.selfOf(entry), histogram.totalOf(entry), histogram.samplesOf(entry)],
            depth: histogram.depthOf(entry),
            tree: trees.tree(chains.get(entry) ?? new Int32Array(), 0),
          }));
        });
        expect(shown[0]).toEqual(shown[1]);
      }),
    );
  });
});
