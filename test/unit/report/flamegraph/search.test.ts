import { expect, it } from 'vitest';
import { fitting, mayRunAway } from '../../../../src/report/flamegraph/view/search';

const names = ['alloc_pages', 'std::vector<int>::push_back', 'Free'];

it('finds names whatever their case', () => {
  expect(fitting(names, '^(a|f)', Number.POSITIVE_INFINITY)).toEqual(Uint8Array.of(1, 0, 1));
  expect(() => fitting(names, '(', Number.POSITIVE_INFINITY)).toThrow(SyntaxError);
});

it('is given up when its time is over', () => {
  expect(fitting(names, 'a', performance.now() - 1)).toBeUndefined();
});

it.each(['(a+)+$', '(a|a)*b', '(x{2,}){3,}', '((a)*)*', '(\\w+::)*foo', '(a)\\1', '(?<n>a)\\k<n>'])(
  'does not trust %s',
  (pattern) => {
    expect(mayRunAway(pattern)).toBe(true);
  },
);

it.each(['', 'malloc', 'a+b*c?', '^(alloc|free)', 'std::.*<(int|long)>', '[*+]+', '\\d{2,}'])(
  'trusts %s',
  (pattern) => {
    expect(mayRunAway(pattern)).toBe(false);
  },
);
