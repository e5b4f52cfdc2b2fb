import { describe, expect, it } from 'vitest';
import { columnOf } from '../../../../src/report/profile/histogram-columns';
import type { HistogramSource, KeyTexts } from '../../../../src/report/profile/key-texts';

/** Two events in one table, of which every entry has this much. */
const source = {
  histogram: { members: 2, totalOf: () => 3, selfOf: () => 3, wholeOf: () => 10 },
} as unknown as HistogramSource;

const column = (hasChildren: boolean) => columnOf('overhead_children', source, {} as KeyTexts, hasChildren);

describe('the column of shares of callers', () => {
  it('says that there are none where nobody found them out, whatever the share of the entry itself', () => {
    expect(column(false).text(0)).toBe('N/A');
    expect(column(false).padded(0)).toBe('N/A'.padStart(16));
    expect(column(false).width).toBe(column(true).width);
    expect(column(false).compare(0, 1)).toBe(0);
  });

  it('has them otherwise', () => {
    expect(column(true).padded(0)).toBe('  30.00%  30.00%');
  });
});
