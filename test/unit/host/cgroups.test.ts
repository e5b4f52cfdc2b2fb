import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cgroupMount, closeCgroups, openCgroups } from '../../../src/host/cgroups';
import { HostFiles } from '../../../src/host/host-files';
import { FakeFiles } from '../../fake-host';

const mounted = (...lines: string[]) => cgroupMount(new FakeFiles({ '/proc/mounts': `${lines.join('\n')}\n` }));

describe('the hierarchy that perf events know', () => {
  it("is version 1's with the perf_event controller, whatever else is mounted", () => {
    expect(
      mounted(
        'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
        'cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0',
        'cgroup /sys/fs/cgroup/perf_event cgroup rw,relatime,perf_event 0 0',
      ),
    ).toBe('/sys/fs/cgroup/perf_event');
  });

  it('is version 2 otherwise, in a path with spaces too', () => {
    expect(mounted('proc /proc proc rw 0 0', 'none /mnt/my\\040groups cgroup2 rw 0 0')).toBe('/mnt/my groups');
  });

  it('may not be there', () => {
    expect(mounted('cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0')).toBeUndefined();
    expect(() => openCgroups(new FakeFiles(), ['/'])).toThrow(/neither cgroup2 nor .* is mounted/);
  });
});

describe('opening', () => {
  const root = mkdtempSync(join(tmpdir(), 'syswide-cgroups-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'proc'));
  mkdirSync(join(root, 'cg/user.slice/mine'), { recursive: true });
  mkdirSync(join(root, 'beside'));
  writeFileSync(join(root, 'cg/cgroup.procs'), '');
  writeFileSync(join(root, 'proc/mounts'), 'none /cg cgroup2 rw 0 0\n');
  const files = new HostFiles(root);
  const open = () => readdirSync('/proc/self/fd').length;

  it('takes paths from the root of the hierarchy, with or without a slash before them', () => {
    const before = open();
    const cgroups = openCgroups(files, ['/', 'user.slice', '/user.slice/mine/']);
    expect(cgroups.map(({ name }) => name)).toEqual(['/', 'user.slice', '/user.slice/mine/']);
    expect(new Set(cgroups.map(({ fd }) => fd)).size).toBe(3);
    closeCgroups(cgroups);
    expect(open()).toBe(before);
  });

  it.each(['nosuch', '../beside', 'user.slice/../../beside', 'cgroup.procs', '', 'a\0b'])('refuses %j', (name) => {
    const before = open();
    expect(() => openCgroups(files, ['user.slice', name])).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_CGROUP', message: expect.stringMatching(/below \/cg/) }),
    );
    expect(open()).toBe(before);
  });
});
