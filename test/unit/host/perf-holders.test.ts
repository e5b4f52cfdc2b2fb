import { describe, expect, it } from 'vitest';
import { pid } from '../../../src/base/units';
import { describePerfHolders, findPerfHolders } from '../../../src/host/perf-holders';
import { FakeFiles, type FakeTree } from '../../fake-host';

const event = { link: 'anon_inode:[perf_event]' };

const stat = (state: string, flags: number) => `1 (x) ${state} 0 0 0 0 0 ${flags} ${'0 '.repeat(12)}1 2\n`;

const tree: FakeTree = {
  '/proc/1/fd': { denied: 'directory' },
  '/proc/1/stat': stat('S', 0),
  '/proc/9/fd': { denied: 'directory' },
  '/proc/9/stat': stat('I', 0x00200000),
  '/proc/10/fd': { denied: 'directory' },
  '/proc/10/stat': stat('Z', 0),
  '/proc/3/stat': stat('S', 0),
  '/proc/2/fd/': '',
  '/proc/3/fd/0': { denied: 'file' },
  '/proc/12/comm': 'perf\n',
  '/proc/12/fd/0': { link: '/dev/null' },
  '/proc/12/fd/3': event,
  '/proc/12/fd/4': event,
  '/proc/4711/comm': 'gdb) \u001b[2J\n',
  '/proc/4711/fd/9': event,
  '/proc/4712/comm': 'sh\n',
  '/proc/4712/fd/0': { link: 'anon_inode:[eventfd]' },
};

describe('who holds perf events', () => {
  it('is found by their file descriptors, most first; what holds no files is not missed', () => {
    expect(findPerfHolders(new FakeFiles(tree))).toEqual({
      holders: [
        { pid: 12, comm: 'perf', events: 2 },
        { pid: 4711, comm: 'gdb) \u001b[2J', events: 1 },
      ],
      notVisible: 2,
    });
  });

  it('is found at other threads where the main one has ended', () => {
    const ended = { '/proc/20/stat': stat('Z', 0), '/proc/20/comm': 'late\n', '/proc/20/task/20/fd/': '' };
    const seen = { ...ended, '/proc/20/fd/': '', '/proc/20/task/21/fd/5': event };
    expect(findPerfHolders(new FakeFiles(seen))).toEqual({
      holders: [{ pid: 20, comm: 'late', events: 1 }],
      notVisible: 0,
    });
    const hidden = { '/proc/20/fd': { denied: 'directory' }, '/proc/20/task/21/fd': { denied: 'directory' } } as const;
    expect(findPerfHolders(new FakeFiles({ ...ended, ...hidden }))).toEqual({ holders: [], notVisible: 1 });
  });

  it('is told in one clause', () => {
    const found = findPerfHolders(new FakeFiles(tree));
    expect(describePerfHolders(found, { most: 1 })).toBe(
      'perf events are held by 12 perf (2), 1 more; 2 processes are not visible',
    );
    expect(describePerfHolders({ holders: [], notVisible: 1 })).toBe(
      'no other process is seen to hold perf events; 1 process is not visible',
    );
    expect(describePerfHolders({ ...found, notVisible: 0 })).toMatch(
      /^perf events are held by 12 perf \(2\), 4711 gdb/,
    );
  });

  it('leaves out the process that tells it', () => {
    const found = { ...findPerfHolders(new FakeFiles(tree)), notVisible: 0 };
    expect(describePerfHolders(found, { own: pid(12) })).toMatch(/^perf events are held by 4711 gdb[^,]*$/);
    const alone = { ...found, holders: found.holders.filter((holder) => holder.pid === 12) };
    expect(describePerfHolders(alone, { own: pid(12) })).toBe('no other process is seen to hold perf events');
  });
});
