import { expect, test } from 'vitest';
import { lowerNofile } from '../../../src/native/nofile-limit';

const limits = (soft: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             100                  200                  processes
Max open files            ${soft.padEnd(20)} 1048576              files
`;

test.each([
  ['lower than ours', '1024', '1048576', 1024n],
  ['lower than no limit', '1024', 'unlimited', 1024n],
  ['the same', '1024', '1024', undefined],
  ['higher', '4096', '1024', undefined],
  ['none', 'unlimited', '1024', undefined],
])('a parent whose limit is %s', (_, theirs, ours, given) => {
  expect(lowerNofile(limits(theirs), limits(ours))).toBe(given);
});

test('limits that cannot be read change nothing', () => {
  expect(lowerNofile('', limits('1024'))).toBeUndefined();
  expect(lowerNofile(limits('1024'), '')).toBeUndefined();
});
