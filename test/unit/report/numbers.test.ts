import { describe, expect, it } from 'vitest';
import { grouped, groupedDecimal, withPrefix } from '../../../src/report/numbers';

describe('numbers for people', () => {
  it.each([
    [0n, '0'],
    [999n, '999'],
    [1000n, '1,000'],
    [-1234567n, '-1,234,567'],
    [2n ** 64n, '18,446,744,073,709,551,616'],
  ])('%s is grouped', (value, text) => expect(grouped(value)).toBe(text));

  it.each([
    [0, '0.00'],
    [1234.567, '1,234.57'],
    [-0.5, '-0.50'],
  ])('%s is grouped with its decimals', (value, text) => expect(groupedDecimal(value, 2)).toBe(text));

  it.each([
    [0, '0.000'],
    [9.9996, '10.00'],
    [99.996, '100.0'],
    [999.96, '1.000 K'],
    [99_999, '100.0 K'],
    [81_234, '81.23 K'],
    [3.4e18, '3.400 E'],
  ])('%s has four digits', (value, text) => expect(withPrefix(value)).toBe(text));
});

it('a number beyond all digits of a double stays readable', () => {
  expect(groupedDecimal(-1.5e24, 2)).toBe('-1.5e+24');
  expect(groupedDecimal(123_456_789_012_345_680_000, 2)).toBe('123,456,789,012,345,683,968.00');
});
