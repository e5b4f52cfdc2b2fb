import { expect, it } from 'vitest';
import { StackWord } from '../../../../src/profile/stacks';
import type { Trouble } from '../../../../src/profile/trouble';
import { type FlameSource, flameModel } from '../../../../src/report/flamegraph/flame-model';

/** A recording of one sample, without a stack, on CPU 2. */
const sourceWith = (troubles: readonly Trouble[]): FlameSource => {
  const arrays = {
    ...{ size: 1, words: new Int32Array(StackWord.chain) },
    ...{ starts: new Int32Array(1), depths: new Int32Array(1) },
  };
  const samples = {
    ...{ time: Float64Array.of(100), cpu: Int32Array.of(2), period: Float64Array.of(1) },
    ...{ thread: new Int32Array(1), event: new Int32Array(1), stack: new Int32Array(1) },
  };
  const threads = [{ pid: 1, tid: 1, comm: 0 }];
  const profile = { samples, threads, troubles, notices: [], stacks: { arrays, size: 1 }, cells: { size: 0 } };
  return {
    ...{ name: 'perf.data', events: ['cycles'] },
    ...({ profile, comms: { textOf: () => 'one' } } as unknown as Pick<FlameSource, 'profile' | 'comms'>),
  };
};

it('gives a CPU its row where its samples were lost or it was offline, in the time that is shown', () => {
  const { meta } = flameModel('', [
    sourceWith([
      { kind: 'offline', cpu: 5, from: 120, to: 130, count: 0 },
      { kind: 'lost', cpu: 4, from: 110, to: 120, count: 7 },
      { kind: 'throttled', cpu: 3, from: 110, to: 120, count: 0 },
      { kind: 'offline', cpu: 1, from: 10, to: 20, count: 0 },
      { kind: 'lost', cpu: 0, from: 10, to: 20, count: 3 },
      { kind: 'lost', cpu: -1, from: 120, to: 120, count: 2 },
    ]),
  ]);
  expect(meta.cpus).toEqual([2, 5, 4, 3]);
  expect(meta.troubles.map(({ kind, cpu, count }) => [kind, cpu, count])).toEqual([
    ['offline', 5, 0],
    ['lost', 4, 7],
    ['throttled', 3, 0],
    ['lost', 0, 3],
    ['lost', -1, 2],
  ]);
});
