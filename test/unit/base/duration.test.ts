import { describe, expect, it } from 'vitest';
import { durationText, parseDuration } from '../../../src/base/duration';
import { SyswideError } from '../../../src/base/error';
import { ns } from '../../../src/base/units';

describe('a length of time', () => {
  it.each([
    ['10s', 10_000_000_000n],
    ['500ms', 500_000_000n],
    ['2m', 120_000_000_000n],
    ['1h', 3_600_000_000_000n],
    ['7us', 7000n],
    ['3ns', 3n],
    ['0s', 0n],
    ['1.5m', 90_000_000_000n],
    ['0.1s', 100_000_000n],
    ['0.000000001s', 1n],
    ['1.9ns', 1n],
    ['0010s', 10_000_000_000n],
    ['922337203685477580ns', 922_337_203_685_477_580n],
  ])('%s is %i ns', (text, length) => {
    expect(parseDuration(text, '--wait-slots')).toBe(length);
  });

  it.each([
    '',
    's',
    '10',
    '10 s',
    ' 10s',
    '10s ',
    '-1s',
    '+1s',
    '1e3s',
    '1,5s',
    '.5s',
    '5.s',
    '10S',
    '10sec',
    '1m30s',
    '10s\n',
    'Infinityh',
    '0x1s',
    '١s',
    '9999999999999999999h',
    '922337203685477581ns',
  ])('%j is none', (text) => {
    expect(() => parseDuration(text, '--wait-slots')).toThrow(SyswideError);
    expect(() => parseDuration(text, '--wait-slots')).toThrow(/^--wait-slots '.*' — that is .* — .*--wait-slots 10s$/);
  });

  it.each([
    [10_000_000_000n, '10 s'],
    [1_234_000_000n, '1.23 s'],
    [754_000_000_000n, '754 s'],
    [5_500_000n, '5.5 ms'],
    [999_999n, '1000 us'],
    [12n, '12 ns'],
    [0n, '0 ns'],
    [-2_000_000n, '-2 ms'],
  ])('%i ns is told as %s', (length, text) => {
    expect(durationText(ns(length))).toBe(text);
  });
});
