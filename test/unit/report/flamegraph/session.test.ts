import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VarintWriter } from '../../../../src/native/varints';
import { pack } from '../../../../src/report/flamegraph/packed-data';
import { packageOf } from '../../../../src/report/flamegraph/view/colour';
import { heat, secondsText } from '../../../../src/report/flamegraph/view/heat';
import { unpack } from '../../../../src/report/flamegraph/view/packed';
import { fitting, foundBy } from '../../../../src/report/flamegraph/view/search';
import { Session } from '../../../../src/report/flamegraph/view/session';
import { VarintReader } from '../../../../src/report/flamegraph/view/varint';
import { flameDataOf } from './data';

const stacks = [
  { frames: ['main', 'a', 'b'] },
  { frames: ['main', 'a', 'b'], cpu: 1 },
  { frames: ['main', 'a', 'a', 'c'], period: 10 },
  { frames: ['main', 'd'], thread: 1 },
  { frames: ['start', 'b'], event: 1 },
];
const session = () => new Session(flameDataOf(stacks));
const foundIn = ({ data }: Session, pattern: string) =>
  foundBy(data, fitting(data.meta.names, pattern, Number.POSITIVE_INFINITY) ?? new Uint8Array());
const rowOf = (of: Session, name: string) => of.functions().find(({ frame }) => of.nameOf(frame) === name);

describe('a session', () => {
  it('gives functions their own share and that of what they call, recursion once', () => {
    const of = session();
    expect(rowOf(of, 'a')).toMatchObject({ self: 0, total: 3 });
    expect(rowOf(of, 'b')).toMatchObject({ self: 3, total: 3 });
    expect(rowOf(of, 'main')).toMatchObject({ self: 0, total: 4 });
  });

  it('selects by time with both ends, CPU, event, process and thread', () => {
    const of = session();
    const samples = (selection: Parameters<Session['select']>[0]) => {
      of.select(selection, 'samples');
      return of.weighed.samples;
    };
    expect(samples({})).toBe(5);
    expect(samples({ from: 1, to: 3 })).toBe(3);
    expect(samples({ cpus: new Set([1]) })).toBe(1);
    expect(samples({ event: 1 })).toBe(1);
    expect(samples({ pid: 20 })).toBe(1);
    expect(samples({ tid: 10 })).toBe(4);
  });

  it('weighs by period', () => {
    const of = session();
    of.select({}, 'period');
    expect(of.weighed.total).toBe(14);
    expect(rowOf(of, 'c')).toMatchObject({ self: 10 });
  });

  it('lays the greatest first, or by name, and zooms with the way there above', () => {
    const of = session();
    const names = (view: 'name' | 'weight') =>
      of.boxes(view, 1000).map(({ node, row }) => `${row} ${of.nameOf(of.tree.frame[node] ?? -1)}`);
    expect(names('weight').slice(0, 5)).toEqual(['0 all', '1 main', '1 start', '2 a', '2 d']);
    const d = of.boxes('name', 1000).find(({ node }) => of.nameOf(of.tree.frame[node] ?? -1) === 'd');
    of.zoom(d?.node ?? 0);
    expect(names('name')).toEqual(['0 all', '1 main', '2 d']);
    expect(of.canGoBack).toBe(true);
    of.back();
    expect(of.zoomed).toBe(0);
  });

  it('zooms in the order of time to the samples that go through a frame', () => {
    const of = session();
    const boxes = () =>
      of.boxes('time', 1000).map(({ node, from, to }) => [of.nameOf(of.tree.frame[node] ?? -1), from, to]);
    const a = of.boxes('time', 1000).find(({ node }) => of.nameOf(of.tree.frame[node] ?? -1) === 'a');
    of.zoom(a?.node ?? 0);
    expect(boxes()).toEqual([
      ['all', 0, 1],
      ['main', 0, 1],
      ['a', 0, 1],
      ['b', 0, 2 / 3],
      ['a', 2 / 3, 1],
      ['c', 2 / 3, 1],
    ]);
    of.reshape({ reversed: true, merged: false });
    const b = of.boxes('time', 1000).find(({ node, row }) => row === 1 && of.nameOf(of.tree.frame[node] ?? -1) === 'b');
    of.zoom(b?.node ?? 0);
    expect(boxes().filter(([name]) => name === 'b' || name === 'start')).toEqual([
      ['b', 0, 1],
      ['start', 2 / 3, 1],
    ]);
    of.back();
    expect(boxes().filter(([, from, to]) => from === 0 && to === 1)).toHaveLength(1);
  });

  it('turns stacks round and merges recursion', () => {
    const of = session();
    of.reshape({ reversed: true, merged: false });
    const first = of.boxes('weight', 1000).filter(({ row }) => row === 1);
    expect(first.map(({ node }) => of.nameOf(of.tree.frame[node] ?? -1))).toEqual(['b', 'c', 'd']);
    of.reshape({ reversed: false, merged: true });
    expect(of.boxes('name', 1000).filter(({ node }) => of.nameOf(of.tree.frame[node] ?? -1) === 'a')).toHaveLength(1);
    expect(of.weights.total[0]).toBe(5);
  });

  it('counts a stack that is found once', () => {
    const of = session();
    of.show(foundIn(of, '^(a|b)$'));
    expect(of.matched).toEqual({ share: 4 / 5, functions: 2 });
    of.show(undefined);
    expect(of.matched).toBeUndefined();
  });

  it('counts functions among those that are selected', () => {
    const of = new Session(
      flameDataOf([{ frames: ['main', 'leaf1'] }, { frames: ['main', 'leaf2'] }, { frames: ['leaf3'], event: 1 }]),
    );
    of.show(foundIn(of, 'leaf'));
    expect(of.matched).toEqual({ share: 1, functions: 3 });
    of.select({ event: 1 }, 'samples');
    expect(of.matched).toEqual({ share: 1, functions: 1 });
  });

  it('has stacks in the order of their time, as one box what stays', () => {
    const of = session();
    const main = of.boxes('time', 1000).filter(({ node }) => of.nameOf(of.tree.frame[node] ?? -1) === 'main');
    expect(main).toEqual([expect.objectContaining({ from: 0, to: 0.8, row: 1 })]);
  });

  it('compares with another recording of another length', () => {
    const of = new Session(
      flameDataOf(
        [
          { frames: ['a'], side: 0 },
          { frames: ['a'], side: 0 },
          { frames: ['b'], side: 1 },
          { frames: ['a'], side: 1 },
          { frames: ['a'], side: 1 },
          { frames: ['a'], side: 1 },
        ],
        ['old', 'new'],
      ),
    );
    expect(of.weighed.samples).toBe(4);
    expect([...(of.baseWeights?.total ?? [])]).toEqual([4, 4, 0]);
    expect([of.change(1), of.change(2)]).toEqual([-0.25, 1]);
  });
});

describe('callers and callees', () => {
  it('are those next to a function', () => {
    const of = session();
    const names = (list: readonly { frame: number; weight: number }[]) =>
      list.map(({ frame, weight }) => `${of.nameOf(frame)} ${weight}`);
    const { callers, callees } = of.neighbours(of.data.meta.names.indexOf('a'));
    expect(names(callers)).toEqual(['main 3']);
    expect(names(callees)).toEqual(['b 2', 'c 1']);
  });
});

describe('packed data', () => {
  it('comes out as it went in', () => {
    const data = flameDataOf(stacks);
    expect(unpack(pack(data))).toEqual(data);
  });

  it('holds whole numbers of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })), (numbers) => {
        const writer = new VarintWriter(1, 0);
        writer.add(Float64Array.from(numbers), 'signed');
        const reader = new VarintReader(writer.bytes, 1);
        expect(numbers.map(() => reader.signed() + 0)).toEqual(numbers.map((number) => number + 0));
      }),
    );
  });
});

describe('what else is shown', () => {
  it('counts samples by CPU and time', () => {
    const { counts, most } = heat(flameDataOf(stacks), {}, 2);
    expect([[...counts], most]).toEqual([[1, 3, 1, 0], 3]);
  });

  it('writes times as report takes them', () => {
    expect([secondsText(1_234_567_890_123), secondsText(5)]).toEqual(['1234.567890123', '0.000000005']);
  });

  it('knows packages', () => {
    expect(['std::vector<a::b>::push', 'net/http.(*Server).Serve', 'ext4_readdir', 'main'].map(packageOf)).toEqual([
      'std::vector',
      'net/http',
      'ext4',
      'main',
    ]);
  });
  it('are named without what is in angle brackets, however deep', () => {
    const without = (name: string): string => {
      const less = name.replaceAll(/<[^<>]*>/gu, '');
      return less === name ? name : without(less);
    };
    const names = fc.array(fc.constantFrom('<', '>', 'a', '::', '😀')).map((parts) => parts.join(''));
    fc.assert(fc.property(names, (name) => packageOf(`x${name}`) === packageOf(without(`x${name}`))));
    expect(packageOf(`std::f${'<'.repeat(1e5)}${'>'.repeat(1e5)}::g`)).toBe('std::f');
  });
});
