import { describe, expect, it } from 'vitest';
import { differencesOf } from '../../../src/profile/difference';
import { type DifferenceView, differenceText } from '../../../src/report/profile/difference-text';

const shares = (entries: Record<string, number>) => {
  const samples = Object.values(entries).reduce((sum, count) => sum + count, 0);
  return {
    samples,
    entries: Object.entries(entries).map(([label, count]) => ({
      labels: [label],
      share: count / samples,
      samples: count,
    })),
  };
};

const view: DifferenceView = {
  event: 'cycles',
  keys: ['sym'],
  computed: 'delta-abs',
  baselineOnly: false,
  isQuiet: true,
};
const base = shares({ same: 400, less: 500, gone: 10, rare: 90 });
const other = shares({ same: 410, less: 300, new: 200, rare: 90 });

describe('what differs between two recordings', () => {
  it('is told for what one of them has, and what chance may have to do with it', () => {
    const differences = new Map(differencesOf(base, other).map((one) => [one.labels[0], one]));
    expect(differences.get('less')?.delta).toBeCloseTo(-0.2, 12);
    expect(differences.get('new')).toMatchObject({ delta: 0.2 });
    expect(differences.get('new')?.base).toBeUndefined();
    expect(differences.get('gone')?.other).toBeUndefined();
    for (const name of ['less', 'new']) expect(differences.get(name)?.chance).toBeLessThan(1e-10);
    for (const name of ['same', 'rare']) expect(differences.get(name)?.chance).toBeGreaterThan(0.5);
  });

  it('is shown the largest first, and how sure it is', () => {
    expect([...differenceText(differencesOf(base, other), view)].join('')).toBe(
      [
        '    50.00%    -20.00%  sure    less',
        '              +20.00%  sure    new',
        '     1.00%     -1.00%  sure    gone',
        '    40.00%     +1.00%          same',
        '     9.00%     +0.00%          rare',
        '',
        '',
      ].join('\n'),
    );
    const onlyOld = differenceText(differencesOf(base, other), { ...view, computed: 'ratio', baselineOnly: true });
    expect([...onlyOld].join('')).toMatch(/^ {4}40\.00% +1\.025000 +same\n +9\.00% +1\.000000 +rare\n/u);
  });
});
