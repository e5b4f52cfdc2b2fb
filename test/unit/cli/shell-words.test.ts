import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWords, startedAlike } from '../../../src/cli/gate/shell-words';

describe('the words of a command line', () => {
  it.each([
    ['build/app --fast in.txt', ['build/app', '--fast', 'in.txt']],
    [`  'a b' "c  d" e\\ f g''h `, ['a b', 'c  d', 'e f', 'gh']],
    [`'' x`, ['', 'x']],
    ['', []],
    ['\n a\t b\u00a0c \r\n', ['a', 'b\u00a0c', '\r']],
  ])('%s', (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });

  it.each([
    'a | b',
    'a > b',
    'X=1 a',
    'a $B',
    'a "$B"',
    'a *.c',
    "a 'b",
    'a "b',
    'a; b',
    'a\nb',
    '~/a',
    'a \\',
    'a \\\nb',
    '"a\\\nb"',
  ])('of %s takes a shell', (text) => {
    expect(shellWords(text)).toBeUndefined();
  });

  it('are those of the shell', () => {
    const char = fc.constantFrom('a', 'b', ' ', '  ', "'", '"', '\\', '-', '/', '.', ',', '\r', '\u00a0');
    fc.assert(
      fc.property(fc.string({ unit: char, maxLength: 12 }), (text) => {
        const words = shellWords(text);
        if (words === undefined || words.length === 0) return;
        const printed = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${text}`], { encoding: 'utf8' });
        expect(words).toEqual(printed.slice(0, -1).split('\n'));
      }),
      { numRuns: 60 },
    );
  });
});

describe('two commands', () => {
  it('are started by a shell, or both are not', () => {
    expect(startedAlike('a b', ['c', 'd e'])).toEqual({ base: ['a', 'b'], new: ['c', 'd e'] });
    expect(startedAlike('a | b', ['c', 'd e'])).toEqual({
      base: ['/bin/sh', '-c', 'a | b'],
      new: ['/bin/sh', '-c', '"$@"', 'sh', 'c', 'd e'],
    });
  });
});
