import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bars } from '../../../src/report/spread';

const levels = '▁▂▃▄▅▆▇█';
const heights = (text: string): number[] => [...text].map((bar) => levels.indexOf(bar));
const values = fc.array(fc.bigInt({ min: 0n, max: 1n << 62n }), { minLength: 1, maxLength: 200 });

it('bars are as high as their share of the highest, and nothing alone is the lowest', () => {
  fc.assert(
    fc.property(values, (own) => {
      let top = 0n;
      for (const value of own) if (value > top) top = value;
      const expected = own.map((value) => (top === 0n ? 0 : Number((value * 7n + top - 1n) / top)));
      expect(heights(bars(own, own.length))).toEqual(expected);
    }),
  );
});

it('however many values, there are no more bars than there is room for, and at least half as many', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 60 }), (own, most) => {
      const drawn = heights(bars(own, most));
      expect(drawn.length).toBeLessThanOrEqual(most);
      expect(drawn.length).toBeGreaterThanOrEqual(Math.min(own.length, Math.floor(most / 2)));
      expect(drawn.every((height) => height >= 0)).toBe(true);
      // Some are seen, unless there is nothing.
      expect(drawn.includes(7)).toBe(own.some((value) => value > 0n));
    }),
  );
});

it('neighbours share a bar, also the last one, which may have fewer', () => {
  expect(bars([4n, 4n, 2n, 2n, 4n], 3)).toBe('█▅█');
  expect(bars([0n, 0n, 0n], 8)).toBe('▁▁▁');
  expect(bars([], 8)).toBe('');
});
