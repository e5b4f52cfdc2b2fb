import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentRecords } from '../../../src/recording/recent-records';

const bytesOf = (records: RecentRecords): number[] => records.all.flatMap((part) => [...part]);

describe('recent records', () => {
  it('are the newest, whole, in their order, and half of what is kept at least', () => {
    const batch = fc.array(fc.uint8Array({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 40 }), (batches) => {
        const records = new RecentRecords(64);
        for (const views of batches) records.add(views);
        const all = batches.map((views) => views.flatMap((view) => [...view]));
        const found = bytesOf(records);
        expect(found).toEqual(all.flat().slice(all.flat().length - found.length));
        expect(found.length).toBeLessThanOrEqual(64);
        // A half is begun anew only once there was no room for a batch, of 18 bytes at most.
        expect(found.length).toBeGreaterThanOrEqual(Math.min(all.flat().length, 32 - 18));
        // What is left begins where a batch does.
        let from = all.flat().length;
        const starts = new Set([from, ...all.toReversed().map((one) => (from -= one.length))]);
        expect(starts.has(all.flat().length - found.length)).toBe(true);
      }),
    );
  });

  it('are copies', () => {
    const [records, view] = [new RecentRecords(64), Uint8Array.of(1, 2, 3)];
    records.add([view]);
    view.fill(9);
    expect(bytesOf(records)).toEqual([1, 2, 3]);
  });
});
