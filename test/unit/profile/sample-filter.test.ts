import { describe, expect, it } from 'vitest';
import { touches } from '../../../src/profile/sample-filter';

describe('a stretch of time', () => {
  it.each([
    [10, 20, [{ from: 20, to: 30 }], true],
    [10, 19, [{ from: 20, to: 30 }], false],
    [30, 40, [{ from: 20, to: 30 }], true],
    [30, 40, [{ from: 20, to: 30, isOpen: true }], false],
    [31, 40, [{ from: 20, to: 30 }], false],
    [31, 40, [{ to: 30 }, { from: 35 }], true],
    [10, 40, [{ from: 20, to: 30 }], true],
    [10, 40, undefined, true],
  ])('from %d to %d has a part in %j: %s', (from, to, times, expected) => {
    expect(touches(from, to, times)).toBe(expected);
  });
});
