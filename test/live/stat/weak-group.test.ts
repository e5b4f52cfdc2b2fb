import { describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { csvRows, hasPerf, isRoot, perf, syswide } from '../run';

/** The kernel takes a member that is pinned alone, and not in a group (EINVAL): perf_event_open(2). */
const refused = '{context-switches,page-faults:D}:W';
const told = /weak group \{context-switches,page-faults:D\}/;

describe('a weak group that this kernel refuses', () => {
  needs(isRoot, 'root, to count whole CPUs');
  it.each([['of a command'], ['on every CPU', '-a'], ['by CPU', '--per-cpu']])('comes apart %s', (_, ...where) => {
    const { stderr, status } = syswide(['stat', ...where, '-e', refused, '--', 'true']);
    expect(status).toBe(0);
    expect(stderr).toMatch(told);
    // A CPU that the command never ran on has no count.
    expect(stderr).toMatch(/ \d+ {2}page-faults:D/);
  });

  it('says nothing when it can be counted', () => {
    const { stderr, status } = syswide(['stat', '-e', '{context-switches,page-faults}:W', '--', 'true']);
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/weak/);
  });

  it('does not help where the events have no place on their own either', () => {
    const watched = Array.from({ length: 5 }, (_, i) => `mem:${0x1000 + 8 * i}:w`).join(',');
    const { stderr, status } = syswide(['stat', '-e', `{${watched}}:W`, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toMatch(/error\[NO_SLOT\]/);
  });
});

describe('a weak group that this kernel refuses, beside perf', () => {
  needs(isRoot && hasPerf, 'root and perf');
  it('counts what perf counts', () => {
    const args = ['stat', '-x,', '-e', refused, '--', 'true'];
    const names = (text: string) => csvRows(text).map(([value, , name]) => [Number(value) >= 0, name]);
    expect(names(syswide(args).stderr)).toEqual(names(perf(args).stderr));
  });
});
