import { expect, it } from 'vitest';
import { markedByHits, neverHitNotices } from '../../../../src/gang/slots/hits';
import { software } from '../../../fake/events';
import { breakpoint } from './machine';

const events = [software('pageFaults'), breakpoint(0x1000n), breakpoint(0x2000n), breakpoint(0x1000n)];

it('says of breakpoints alone that nothing hits them, each name once', () => {
  const marked = markedByHits(events, false);
  expect(marked.map(({ isNeverHit }) => isNeverHit)).toEqual([undefined, true, true, true]);
  expect(neverHitNotices(marked)).toEqual([
    'no hit of a breakpoint is reported here, as in some virtual machines: mem:0x1000, mem:0x2000',
  ]);
});

it.each([true, undefined])('leaves them as they are where they are hit, or nobody knows: %s', (areHit) => {
  expect(markedByHits(events, areHit)).toBe(events);
  expect(neverHitNotices(events)).toEqual([]);
});
