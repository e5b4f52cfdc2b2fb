import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Cells } from '../../../src/profile/cells';
import type { Cgroups } from '../../../src/profile/cgroups';
import { Histogram, type HistogramOptions, type SortKey, sortKeys } from '../../../src/profile/histogram';
import type { Parents } from '../../../src/profile/parents';
import { Stacks, StackWord } from '../../../src/profile/stacks';

/** Functions 0 to 7, those of the kernel odd; cells from 8 on are lines of the first four. */
const CELLS = 12;
const functionOf = (cell: number) => cell % 8;
const lineOf = (cell: number) => (cell < 8 ? undefined : `line ${cell % 2}`);
const cells = {
  size: CELLS,
  functionOf,
  dsoOf: (cell: number) => functionOf(cell) % 3,
  isKernelAt: (cell: number) => functionOf(cell) % 2 === 1,
  at: (cell: number) => ({ line: lineOf(cell) }),
} as unknown as Cells;
const sockets = new Map([
  [0, 5],
  [1, 6],
]);
const parents = {
  of: (stack: number) => (stack % 3) - 1,
  nameOf: (parent: number) => `${parent}`,
} as unknown as Parents;

/** Places where samples are told apart by cgroups: two CPUs of one, and a CPU of another. */
const cgroups = {
  cpuAt: (place: number) => place % 2,
  cgroupAt: (place: number) => 7 + (place >> 1),
} as unknown as Cgroups;

interface Row {
  readonly head: readonly number[];
  /** The innermost first. */
  readonly kernel: readonly number[];
  readonly user: readonly number[];
  readonly count: number;
  readonly period: number;
}

const small = fc.integer({ min: 0, max: 2 });
const cell = fc.integer({ min: 0, max: CELLS / 2 - 1 });
const row: fc.Arbitrary<Row> = fc
  .record({
    head: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: -1, max: 1 }), small, small, small),
    kernel: fc.array(
      cell.map((half) => half * 2 + 1),
      { maxLength: 4 },
    ),
    user: fc.array(
      cell.map((half) => half * 2),
      { maxLength: 5 },
    ),
    count: fc.integer({ min: 1, max: 9 }),
    period: fc.integer({ min: 1, max: 1000 }),
  })
  .filter(({ kernel, user }) => kernel.length + user.length > 0);

/** As a collector makes them: kernel stacks behind the stacks. */
function stacksOf(rows: readonly Row[]): Stacks {
  const shared = new Map<string, { id: number; head: readonly number[]; cells: readonly number[]; sums: number[] }>();
  const kernelStacks = rows.map(({ head, kernel, count, period }) => {
    if (kernel.length === 0) return -1;
    const key = `${head}:${kernel}`;
    const known = shared.get(key) ?? { id: rows.length + shared.size, head, cells: kernel, sums: [0, 0] };
    shared.set(key, { ...known, sums: [(known.sums[0] ?? 0) + count, (known.sums[1] ?? 0) + period] });
    return known.id;
  });
  const all = [
    ...rows.map(({ head, kernel, user, count, period }) => ({
      head,
      cells: [...kernel, ...user],
      sums: [count, period],
    })),
    ...shared.values(),
  ];
  const starts = all.map((_, i) =>
    all.slice(0, i).reduce((sum, { head, cells }) => sum + head.length + cells.length, 0),
  );
  return new Stacks({
    size: rows.length,
    words: Int32Array.from(all.flatMap(({ head, cells }) => [...head, ...cells])),
    starts: Int32Array.from(starts),
    depths: Int32Array.from(all, ({ cells }) => cells.length),
    counts: Float64Array.from(all, ({ sums }) => sums[0] ?? 0),
    periods: Float64Array.from(all, ({ sums }) => sums[1] ?? 0),
    kernelStacks: Int32Array.from(kernelStacks),
  });
}

interface Entry {
  readonly keys: readonly unknown[];
  readonly cell: number;
  depth: number;
  readonly members: { self: number; total: number; samples: number; kernel: number }[];
  readonly chain: number[];
  /** The visit that it was counted in last. */
  last: string;
}

/** The same as a histogram, word for word what it is to count, with nothing shared but by a map of texts. */
class Model {
  readonly entries: Entry[] = [];
  readonly #byKey = new Map<string, Entry>();
  period = 0;
  count = 0;

  constructor(
    private readonly stacks: Stacks,
    private readonly options: HistogramOptions,
    private readonly accepts: (cell: number) => boolean,
  ) {}

  add(event: number, member: number): void {
    let newest = -1;
    for (let stack = 0; stack < this.stacks.size; stack += 1) {
      if (this.word(stack, 'event') !== event) continue;
      if (!this.options.isRelative || this.accepts(this.cellAt(stack, 0))) {
        this.period += this.stacks.periodOf(stack);
        this.count += this.stacks.countOf(stack);
      }
      const kernelStack = this.kernelStackOf(stack);
      this.stack(stack, member, kernelStack, kernelStack > newest);
      newest = Math.max(newest, kernelStack);
    }
  }

  private kernelStackOf(stack: number): number {
    const { keys, children, chains } = this.options;
    const isShared = children && chains === 'caller' && keys.includes('sym') && !keys.includes('parent');
    return isShared && this.stacks.depthOf(stack) > 1 ? this.stacks.kernelStackOf(stack) : -1;
  }

  private stack(stack: number, member: number, kernelStack: number, isFirst: boolean): void {
    const { children, chains } = this.options;
    const whole = this.stacks.depthOf(stack);
    const depth = children ? whole : 1;
    const kernelDepth = kernelStack < 0 ? 1 : this.stacks.depthOf(kernelStack);
    this.place(stack, member, stack, 0, whole);
    if (chains !== 'caller') {
      for (let i = 1; i < depth; i += 1) this.place(stack, member, stack, i, whole - i);
      return;
    }
    for (let i = depth - 1; i >= kernelDepth; i -= 1) this.place(stack, member, stack, i, i + 1);
    if (isFirst) for (let i = kernelDepth - 1; i > 0; i -= 1) this.place(stack, member, kernelStack, i, i + 1);
  }

  private place(stack: number, member: number, of: number, position: number, length: number): void {
    const cell = this.cellAt(of, position);
    if (!this.accepts(cell)) return;
    const entry = this.entryOf(of, cell);
    const sums = entry.members[member];
    if (!sums) throw new Error('a member is one of those that there are');
    if (position === 0) {
      sums.self += this.stacks.periodOf(of);
      sums.samples += this.stacks.countOf(of);
      if (cells.isKernelAt(cell)) sums.kernel += this.stacks.periodOf(of);
    }
    if (entry.last === `${member} ${stack}`) return;
    entry.last = `${member} ${stack}`;
    sums.total += this.stacks.periodOf(of);
    entry.depth = Math.max(entry.depth, length);
    if (this.options.chains && member === 0) entry.chain.push(of, position);
  }

  private entryOf(of: number, cell: number): Entry {
    const keys = this.options.keys.map((key) => this.valueOf(key, of, cell));
    const known = this.#byKey.get(keys.join());
    if (known) return known;
    const members = Array.from({ length: this.options.members ?? 1 }, () => ({
      self: 0,
      total: 0,
      samples: 0,
      kernel: 0,
    }));
    const entry: Entry = { keys, cell, depth: 0, members, chain: [], last: '' };
    this.#byKey.set(keys.join(), entry);
    this.entries.push(entry);
    return entry;
  }

  valueOf(key: SortKey, of: number, cell: number): number | string {
    switch (key) {
      case 'dso':
        return cells.dsoOf(cell);
      case 'sym':
        return functionOf(cell);
      case 'srcline':
        return lineOf(cell) ?? `none of ${cell}`;
      case 'socket':
        return sockets.get(this.cpu(of)) ?? -1;
      case 'cpu':
        return this.cpu(of);
      case 'cgroup':
        return 7 + (this.word(of, 'cpu') >> 1);
      case 'parent':
        return parents.of(of);
      default:
        return this.word(of, key);
    }
  }

  private cpu(stack: number): number {
    const word = this.word(stack, 'cpu');
    return this.options.keys.includes('cgroup') ? word % 2 : word;
  }

  private word(stack: number, name: keyof typeof StackWord): number {
    return this.stacks.words[this.stacks.startOf(stack) + StackWord[name]] ?? 0;
  }

  private cellAt(stack: number, position: number): number {
    return this.stacks.words[this.stacks.startOf(stack) + StackWord.chain + position] ?? 0;
  }
}

const ofCells = new Set<SortKey>(['dso', 'sym', 'srcline']);

function found(histogram: Histogram, keys: readonly SortKey[], members: number) {
  const entries = Array.from({ length: histogram.size }, (_, entry) => entry);
  const chains = histogram.chainsOf(entries);
  return entries.map((entry) => ({
    keys: keys.map((key) => histogram.keyOf(entry, key)),
    depth: histogram.depthOf(entry),
    members: Array.from({ length: members }, (_, member) => ({
      self: histogram.selfOf(entry, member),
      total: histogram.totalOf(entry, member),
      samples: histogram.samplesOf(entry, member),
      kernel: histogram.kernelOf(entry, member),
    })),
    chain: [...(chains.get(entry) ?? [])],
  }));
}

const expected = ({ entries }: Model, keys: readonly SortKey[]) =>
  entries.map(({ keys: values, cell, depth, members, chain }) => ({
    keys: values.map((value, i) => (ofCells.has(keys[i] ?? 'sym') ? cell : value)),
    depth,
    members,
    chain,
  }));

const shapes = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...sortKeys), { maxLength: 4 }),
  children: fc.boolean(),
  chains: fc.constantFrom('caller' as const, 'callee' as const, undefined),
  members: fc.integer({ min: 1, max: 2 }),
  isRelative: fc.boolean(),
  /** Whether both events count for the first member. */
  isSummed: fc.boolean(),
  accepted: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: CELLS - 1 })), { nil: undefined }),
});

it('a histogram has what a table of texts has that counts stacks one by one', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 80 }), shapes, (rows, { accepted, isSummed, ...shape }) => {
      const stacks = stacksOf(rows);
      const options: HistogramOptions = {
        ...{ ...shape, parents, sockets },
        ...(shape.keys.includes('cgroup') ? { cgroups } : {}),
      };
      const accepts = accepted && ((one: number) => accepted.includes(one));
      const histogram = new Histogram(stacks, cells, options, accepts);
      const model = new Model(stacks, options, accepts ?? (() => true));
      const last = isSummed ? 0 : shape.members - 1;
      for (const counting of [histogram, model]) {
        counting.add(0, 0);
        counting.add(1, last);
      }
      expect([histogram.period, histogram.count]).toEqual([model.period, model.count]);
      expect(found(histogram, shape.keys, shape.members)).toEqual(expected(model, shape.keys));
    }),
    { numRuns: 1000 },
  );
});

it('the chains of a histogram are those that were asked for, each by itself', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.array(fc.nat({ max: 60 })), (rows, wanted) => {
      const histogram = new Histogram(stacksOf(rows), cells, {
        keys: ['comm', 'sym'],
        children: true,
        chains: 'caller',
      });
      histogram.add(0);
      const all = histogram.chainsOf(Array.from({ length: histogram.size }, (_, entry) => entry));
      const some = histogram.chainsOf(wanted);
      expect([...some.keys()]).toEqual([...new Set(wanted)]);
      for (const [entry, chain] of some) expect([...chain]).toEqual([...(all.get(entry) ?? [])]);
    }),
  );
});

it('more stacks than are looked at together, of many commands', () => {
  const rows = Array.from({ length: 1500 }, (_, i) => ({
    head: [0, i % 700, i % 11, 0, 0],
    kernel: i % 2 ? [1, 3, 5] : [],
    user: [i % 3 === 0 ? 2 : 4, 6, 2],
    count: 1,
    period: i,
  }));
  const stacks = stacksOf(rows);
  const options: HistogramOptions = { keys: ['comm', 'pid', 'sym'], children: true, chains: 'caller' };
  const histogram = new Histogram(stacks, cells, options);
  const model = new Model(stacks, options, () => true);
  histogram.add(0);
  model.add(0, 0);
  expect(found(histogram, options.keys, 1)).toEqual(expected(model, options.keys));
});
