import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeOrder } from '../../../src/profile/time-order';

/** A record: 8 bytes of header, and its number. */
function record(number: number): DataView {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(8, number, true);
  return view;
}

function ordered(rounds: readonly (readonly number[])[]): number[] {
  const numbers: number[] = [];
  const order = new TimeOrder((view, begin, end) => {
    expect(end - begin).toBe(8);
    numbers.push(view.getUint32(begin, true));
  });
  let next = 0;
  for (const times of rounds) {
    for (const time of times) {
      order.add(time, record(next), 8, 8, 16);
      next += 1;
    }
    order.endRound();
  }
  order.end();
  return numbers;
}

describe('records in the order of their time', () => {
  it('are so over rounds, and stay as they came where they are of one time', () => {
    // A round begins before the one before it has ended, as those of several CPUs do.
    const delta = fc.array(fc.nat({ max: 300 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.array(delta, { maxLength: 8 }), fc.constantFrom(1, 1e12), (deltas, scale) => {
        const rounds = deltas.map((round, i) => round.map((time) => (i * 150 + time) * scale));
        const times = rounds.flat();
        const expected = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
        expect(ordered(rounds)).toEqual(expected);
      }),
    );
  });

  it('are given out while they come, round by round', () => {
    const given: number[] = [];
    const order = new TimeOrder((view, begin) => void given.push(view.getUint32(begin, true)));
    for (const [round, time] of [10, 20, 30].entries()) {
      order.add(time, record(round), 8, 8, 16);
      order.endRound();
    }
    expect(given).toEqual([0, 1]);
    order.end();
    expect(given).toEqual([0, 1, 2]);
  });
});
