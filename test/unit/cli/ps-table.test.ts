import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { monotonicTime, pid } from '../../../src/base/units';
import { psRow } from '../../../src/cli/ps-row';
import { psTable } from '../../../src/cli/ps-table';

const row = psRow(
  {
    ...{ id: 'ab', pid: pid(1), place: { path: '/tmp', uid: 0 }, since: monotonicTime(0n) },
    command: `syswide stat -a ${'-- '.repeat(40)}`,
    status: { state: 'armed', events: ['cpu-clock'], cpus: undefined, slots: 0, lost: 0n },
  },
  undefined,
  () => 'root',
);
const longest = (width?: number, color = false) => {
  const lines = stripVTControlCharacters(psTable([row], { color, width })).split('\n');
  return Math.max(...lines.map((line) => line.length));
};

it('is no wider than a terminal, as long as there is room for anything', () => {
  const whole = longest();
  expect(whole).toBeGreaterThan(100);
  expect(longest(90)).toBe(90);
  expect(longest(90, true)).toBe(90);
  expect(longest(160)).toBe(whole);
  expect(longest(20)).toBe(longest(1));
});
