import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentRecords } from '../../../src/recording/recent-records';

describe('recent records', () => {
  it('are the newest, in order, at least half as many as there is room for, and never more', () => {
    const records = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { maxLength: 60 });
    fc.assert(
      fc.property(records, (added) => {
        const recent = new RecentRecords(100);
        for (const bytes of added) recent.add([bytes]);
        const [kept, all] = [Buffer.concat(recent.all), Buffer.concat(added)];
        expect(kept).toEqual(all.subarray(all.length - kept.length));
        expect(kept.length).toBeLessThanOrEqual(100);
        expect(kept.length).toBeGreaterThanOrEqual(Math.min(all.length, 1));
      }),
    );
  });
});
