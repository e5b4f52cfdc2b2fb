import { expect, it } from 'vitest';
import { hangupIgnored, ignoresHangup } from '../../../src/base/hangup';

/** As the kernel writes it: name, state, 29 numbers, which signals are ignored, and what is behind. */
const stat = (name: string, ignored: number) => `71 (${name}) S ${'8 '.repeat(29)}${ignored} 65536 0 0`;

it.each([
  ['syswide.js', 1, true],
  ['syswide.js', 4097, true],
  ['syswide.js', 0, false],
  ['syswide.js', 4102, false],
  ['a) S 1 1', 1, true],
  ['a) S 1 1', 2, false],
])('of %s, signals %i ignored: %s', (name, ignored, expected) => {
  expect(ignoresHangup(stat(name, ignored))).toBe(expected);
});

it('is not so where nothing tells', () => {
  expect([ignoresHangup(''), hangupIgnored]).toEqual([false, false]);
});
