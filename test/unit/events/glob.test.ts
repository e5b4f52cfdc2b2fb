import { expect, it } from 'vitest';
import { isGlob, matchesGlob } from '../../../src/events/glob';

it.each([
  ['*', '', true],
  ['*', 'anything', true],
  ['a*', 'abc', true],
  ['*c', 'abc', true],
  ['a*c', 'abbbc', true],
  ['a*c', 'abbbd', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['', '', true],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['abc', 'abcd', false],
  ['[ab]c', 'bc', true],
  ['[ab]c', 'cc', false],
  ['[a-c]x', 'bx', true],
  ['[a-c]x', 'dx', false],
  ['[!a-c]x', 'dx', true],
  ['[!a-c]x', 'ax', false],
  ['[]a]x', ']x', true],
  ['[a-]x', '-x', true],
  ['[abc', '[abc', true],
  ['sys_enter_*at*', 'sys_enter_openat2', true],
  ['*_*_*', 'a_b', false],
  ['**a**', 'bab', true],
  ['*ab*ab', 'abxab', true],
  ['*ab*ab', 'abab', true],
  ['*ab*ab', 'aab', false],
])('%s on %s: %s', (pattern, name, expected) => expect(matchesGlob(pattern, name)).toBe(expected));

it('tells globs from names', () => {
  expect(['a*', 'a?', '[a]', 'a!b', 'a-b'].map(isGlob)).toEqual([true, true, true, false, false]);
});
