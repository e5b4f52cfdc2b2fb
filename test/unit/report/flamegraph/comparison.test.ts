import { describe, expect, it } from 'vitest';
import { heat } from '../../../../src/report/flamegraph/view/heat';
import { troubleNotices } from '../../../../src/report/flamegraph/view/troubles';
import { flameDataOf } from './data';

describe('the map of a comparison', () => {
  it('has the samples of the recording that is drawn', () => {
    const data = flameDataOf(
      [
        ...[0, 1, 2].map((time) => ({ frames: ['a'], time, cpu: 0, side: 0 })),
        { frames: ['a'], time: 9, cpu: 1, side: 1 },
      ],
      ['base', 'new'],
    );
    expect([...heat(data, {}, 2).counts]).toEqual([0, 0, 0, 1]);
  });
});

describe('what is missing', () => {
  const of = (side: number) =>
    [
      { kind: 'lost', cpu: 1, from: 10, to: 20, count: 1500 },
      { kind: 'throttled', cpu: 1, from: 10, to: 20, count: 0 },
      { kind: 'offline', cpu: 1, from: 0, to: 5e8, count: 0 },
    ].map((span) => ({ ...span, side })) as Parameters<typeof troubleNotices>[0]['troubles'];

  it('is told with the marks that the map has', () => {
    expect(troubleNotices({ troubles: of(0), duration: 1e9, recordings: ['perf.data'] })).toEqual([
      'CPU 1 was offline for 0.500 s: hatched',
      "1,500 records were lost: red marks above a CPU's row",
      "throttled 1 times: blue marks below a CPU's row",
    ]);
  });

  it('is told of each recording that is compared', () => {
    expect(troubleNotices({ troubles: of(0), duration: 1e9, recordings: ['base', 'new'] })).toEqual([
      'base: CPU 1 was offline for 0.500 s',
      'base: 1,500 records were lost',
      'base: throttled 1 times',
    ]);
    expect(troubleNotices({ troubles: of(1), duration: 1e9, recordings: ['base', 'new'] })[0]).toBe(
      'new: CPU 1 was offline for 0.500 s: hatched',
    );
  });
});
