import fc from 'fast-check';
import { expect, it } from 'vitest';
import { noCounts } from '../../../src/abi/counts';
import type { EventCount } from '../../../src/counts/event-count';
import { IntervalHistory } from '../../../src/counts/interval-history';
import { software } from '../../fake/events';

const counts = (...values: readonly bigint[]): EventCount[] =>
  values.map((value) => ({
    event: software('pageFaults'),
    total: { status: 'counted', value, raw: noCounts },
    perCpu: new Map(),
    perThread: new Map(),
  }));

function historyOf(values: readonly bigint[]): IntervalHistory {
  const history = new IntervalHistory();
  for (const value of values) history.add(counts(value, 2n * value));
  return history;
}

const sum = (values: readonly bigint[]): bigint => values.reduce((whole, value) => whole + value, 0n);

it('however long it goes on, there are 256 stretches at most, and nothing is lost', () => {
  const value = fc.bigInt({ min: 0n, max: 1n << 62n });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 3000, size: 'max' }), (values) => {
      const history = historyOf(values);
      expect(history.intervals).toBe(values.length);
      expect(history.of(0).length).toBeLessThanOrEqual(256);
      expect(history.of(0).length).toBeGreaterThanOrEqual(Math.min(128, values.length));
      expect(sum(history.of(0))).toBe(sum(values));
      expect(history.of(1)).toEqual(history.of(0).map((stretch) => 2n * stretch));
    }),
    { numRuns: 50 },
  );
});

it('stretches are of equal length, in their order', () => {
  const length = (n: number) => Math.max(1, 2 ** Math.ceil(Math.log2(n / 256)));
  for (const n of [1, 2, 255, 256, 257, 258, 511, 512, 513, 1025, 5000]) {
    const values = Array.from({ length: n }, (_, i) => BigInt(i));
    const expected: bigint[] = [];
    for (let i = 0; i < n; i += length(n)) expected.push(sum(values.slice(i, i + length(n))));
    expect(historyOf(values).of(0), `${n}`).toEqual(expected);
  }
});

it('is empty of what was not counted', () => {
  expect(new IntervalHistory().of(3)).toEqual([]);
});
