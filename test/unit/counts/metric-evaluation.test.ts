import { describe, expect, it } from 'vitest';
import { evaluateMetric } from '../../../src/counts/metric-evaluation';
import { parseMetrics } from '../../../src/events/metric-spec';

const counts: Readonly<Record<string, number>> = { two: 2, three: 3, none: 0, huge: 1e308, odd: Number.NaN };

function resultOf(text: string, values = counts): number | undefined {
  const [spec] = parseMetrics(text);
  return spec && evaluateMetric(spec.expression, (event) => values[event]);
}

describe('a metric', () => {
  it.each([
    ['two + three * 4', 14],
    ['three - two - 1', 0],
    ['two / three', 2 / 3],
    ['7.5 % two', 1.5],
    ['-7 % three', -1],
    ['-two', -2],
    ['0 * -two', 0],
    ['two < three', 1],
    ['two > three', 0],
    ['two <= 2', 1],
    ['two >= three', 0],
    ['two == 2', 1],
    ['two != 2', 0],
    ['min(three, two, 5)', 2],
    ['max(three, two, 5)', 5],
    ['abs(two - three)', 1],
    ['d_ratio(two, 4)', 0.5],
    ['d_ratio(two, none)', 0],
    ['1 if two else 5', 1],
    ['1 if none else 5', 5],
    ['1 if two else missing', 1],
    ['two / none if none else 7', 7],
  ])('%s', (text, expected) => {
    expect(Object.is(resultOf(`m=${text}`), expected)).toBe(true);
  });

  it.each([
    ['a missing count', 'two + missing'],
    ['a missing count, whatever it is multiplied by', '0 * missing'],
    ['a missing count in a call', 'd_ratio(missing, none)'],
    ['a missing count in a condition', '1 if missing else 2'],
    ['a missing count in the branch taken', 'missing if two else 2'],
    ['a division by zero', 'two / none'],
    ['a remainder by zero', 'two % none'],
    ['a division by zero inside', '1 / (1 / none)'],
    ['an overflow', 'huge * 10'],
    ['an overflow inside', '1 / (huge * 10)'],
    ['a count that is no number', 'max(odd, two)'],
  ])('is nothing for %s', (_what, text) => {
    expect(resultOf(`m=${text}`)).toBeUndefined();
  });

  it.each([
    ['ipc', 1.5],
    ['ghz', 3],
    ['cpus-utilized', 2],
    ['context-switch-rate', 50],
    ['branch-miss-rate', 2.5],
  ])('%s, with times in ns', (name, expected) => {
    const values = {
      'task-clock': 2e9,
      duration_time: 1e9,
      cycles: 6e9,
      instructions: 9e9,
      'context-switches': 100,
      branches: 1000,
      'branch-misses': 25,
    };
    expect(resultOf(name, values)).toBe(expected);
  });

  it('may be a sum as long as its text may be', () => {
    expect(resultOf(`m=${'two+'.repeat(1000)}two`)).toBe(2002);
    expect(resultOf(`m=${'1+'.repeat(2046)}1`)).toBe(2047);
  });
});
