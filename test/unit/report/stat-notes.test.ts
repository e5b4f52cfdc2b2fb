import { describe, expect, it } from 'vitest';
import { cpu, ns } from '../../../src/base/units';
import { statNotes } from '../../../src/report/stat-notes';
import { flapped, looked, system, withoutOwn } from '../../fake/stat-results';

describe('what one must know to read the numbers right', () => {
  it('is said of CPUs that came and went', () => {
    expect(statNotes(flapped)).toEqual(
      expect.arrayContaining([
        'cpu1 online at 1.000 s, counted 0.2 ms later',
        'cpu1 offline at 3.000 s',
        expect.stringMatching(/^cpu1 online at 4\.000 s, not counted from then on: cpu1 has 0 of 4 free;/),
        'cpu1 was counted for 74.07 % of the time it was online',
      ]),
    );
  });

  it('does not pass for exact what was heard late', () => {
    expect(statNotes(looked)).toEqual(
      expect.arrayContaining([
        'cpu1 online at 0.200 s, counted at least 51.3 ms later',
        'times are those at which syswide looked at the CPU, which is late',
      ]),
    );
  });

  it('never rounds a gap away', () => {
    const coverage = new Map([[cpu(1), { counted: ns(10n ** 12n), uncovered: ns(1n) }]]);
    expect(statNotes({ ...system, coverage })).toContain('cpu1 was counted for 99.99 % of the time it was online');
  });

  it('names what syswide added, from a thousandth on', () => {
    expect(statNotes(system)).toContain("syswide's own share: context-switches 20 (0.3 %)");
    expect(statNotes(withoutOwn)).toContain("taken out as syswide's own: context-switches 20 (0.3 %)");
  });

  it('is safe to print', () => {
    expect(statNotes({ ...system, notices: ['a\u001b[2Jb\nc'] })[0]).toBe('a\\x1b[2Jb\\nc');
  });
});
