import { describe, expect, it } from 'vitest';
import { oneDigit, twoDigits } from '../../../src/report/profile/percent';

describe('two digits, as printf(3) writes them', () => {
  it.each([
    [3.125, '3.12'],
    [3.375, '3.38'],
    [3.625, '3.62'],
    [3.875, '3.88'],
    [-3.125, '-3.12'],
    [0.125, '0.12'],
    [3.126, '3.13'],
    [3.124, '3.12'],
    [100, '100.00'],
    [0, '0.00'],
  ])('%d is %s', (number, text) => {
    expect(twoDigits(number)).toBe(text);
  });
});

describe('one digit, as printf(3) writes it', () => {
  it.each([
    [6.25, '6.2'],
    [6.75, '6.8'],
    [0.25, '0.2'],
    [-6.25, '-6.2'],
    [6.26, '6.3'],
    [6.5, '6.5'],
    [100, '100.0'],
  ])('%d is %s', (number, text) => {
    expect(oneDigit(number)).toBe(text);
  });
});
