import { expect, it } from 'vitest';
import { firefox } from '../../../../src/report/export/firefox';
import { flameDataOf, type Stack } from '../flamegraph/data';

const intervalOf = (...times: readonly Pick<Stack, 'time' | 'thread'>[]): number => {
  const data = flameDataOf(times.map((when) => ({ frames: ['main'], ...when })));
  return (JSON.parse(firefox(data)) as { meta: { interval: number } }).meta.interval;
};

it('stacks are as deep as samples can have them', () => {
  const frames = Array.from({ length: 8190 }, (_, i) => `f${i}`);
  const { threads } = JSON.parse(firefox(flameDataOf([{ frames }, { frames: ['f0', 'g'] }]))) as {
    threads: { samples: { stack: number[] }; stackTable: { prefix: (number | null)[]; length: number } }[];
  };
  const [{ samples: { stack = [] } = {}, stackTable: { prefix = [], length = 0 } = {} } = {}] = threads;
  expect(stack).toEqual([8189, 8190]);
  expect([length, prefix.slice(0, 3), prefix.at(-1)]).toEqual([8191, [null, 0, 1], 0]);
});

it('the interval is what mostly lies between two samples of a thread, in the order of time', () => {
  const ms = 1e6;
  const [one, other] = [{ thread: 0 }, { thread: 1 }];
  expect(
    intervalOf(
      ...[0, 0.5, 20, 1].map((time) => ({ ...one, time: time * ms })),
      ...[0.1, 0.35, 0.6].map((time) => ({ ...other, time: time * ms })),
    ),
  ).toBe(0.5);
  expect(intervalOf({ ...one, time: 0 }, { ...other, time: 3 * ms })).toBe(1);
  expect(intervalOf({ time: 5 }, { time: 5 })).toBe(1);
  expect(intervalOf()).toBe(1);
});
