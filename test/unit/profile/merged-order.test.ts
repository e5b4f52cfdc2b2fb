import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MergedOrder } from '../../../src/profile/merged-order';

describe('the order of times', () => {
  it('is that of a stable sort, whatever stretches they come in', () => {
    const time = fc.integer({ min: 0, max: 50 });
    const order = new MergedOrder();
    fc.assert(
      fc.property(fc.array(time, { maxLength: 200 }), fc.integer({ min: -1, max: 51 }), (times, limit) => {
        const expected = times
          .map((_, i) => i)
          .filter((i) => (times[i] ?? 0) <= limit)
          .sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
        const longer = Float64Array.from([...times, 0, 0]);
        expect([...order.upTo(longer, times.length, limit)]).toEqual(expected);
      }),
    );
  });
});
