import { expect, it } from 'vitest';
import { monotonicTime, pid } from '../../../src/base/units';
import { psRow, rowObject } from '../../../src/cli/ps-row';

const status = { state: 'armed', events: ['a'], cpus: undefined, slots: 0, lost: 0n } as const;
const gangSince = (since: bigint) => ({
  ...{ id: 'ab', pid: pid(1), command: 'x', status, place: { path: '/tmp', uid: 0 } },
  since: monotonicTime(since),
});
const ageOf = (since: bigint) => rowObject(psRow(gangSince(since), undefined, () => 'root')).sinceNs;

it('is of an age that is no less than 0, whatever clock its owner has', () => {
  expect(ageOf(0n)).toBeGreaterThan(0);
  expect(ageOf((1n << 64n) - 1n)).toBe(0);
});
