import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { HostFiles } from '../../../src/host/host-files';
import { runningCgroups } from '../../../src/recording/running-cgroups';

const root = mkdtempSync(join(tmpdir(), 'syswide-cgroups-'));
// Node removes nothing whose path is too long.
afterAll(() => execFileSync('rm', ['-rf', root]));

const mount = join(root, 'sys/groups');
mkdirSync(join(root, 'proc'));
writeFileSync(join(root, 'proc/mounts'), 'none /sys/groups cgroup2 rw 0 0\n');
for (const path of ['b/inner', 'a', 'b/\u001b[31m']) mkdirSync(join(mount, path), { recursive: true });
writeFileSync(join(mount, 'cgroup.procs'), '');
symlinkSync('..', join(mount, 'b/up'));

/** Id, path and length of each. */
function told(files: HostFiles, trailer: 8 | 32 = 32) {
  return [...runningCgroups(files, trailer)].map((record) => {
    expect([record.readUInt32LE(0), record.readUInt16LE(4), record.readUInt16LE(6)]).toEqual([19, 0, record.length]);
    expect(record.length % 8).toBe(0);
    const name = record.subarray(16, record.length - trailer);
    expect(record.subarray(record.length - trailer).every((byte) => byte === 0)).toBe(true);
    return { id: record.readBigUInt64LE(8), path: name.toString('utf8', 0, name.indexOf(0)), bytes: record.length };
  });
}

it('cgroups that there are already are told by their inodes, each before those in it', () => {
  const records = told(new HostFiles(root));
  expect(records.map(({ path }) => path)).toEqual(['/', '/a', '/b', '/b/\u001b[31m', '/b/inner']);
  for (const { id, path } of records) expect(id).toBe(statSync(join(mount, path), { bigint: true }).ino);
  expect(told(new HostFiles(root), 8)[0]?.bytes).toBe(32);
});

it('without a hierarchy of them there are none', () => {
  expect(told(new HostFiles(join(root, 'sys')))).toEqual([]);
});

it('however deep they lie, those are told whose path the kernel takes', () => {
  const name = 'x'.repeat(40);
  const start = process.cwd();
  process.chdir(join(mount, 'a'));
  try {
    // Made from inside: the path of the last ones is longer than any call takes.
    for (let depth = 0; depth < 150; depth += 1) {
      mkdirSync(name);
      process.chdir(name);
    }
  } finally {
    process.chdir(start);
  }
  const below = told(new HostFiles(root)).filter(({ path }) => path.startsWith('/a/'));
  expect(below.length).toBeGreaterThan(90);
  expect(below.length).toBeLessThan(100);
  expect(below.at(-1)?.path).toBe(`/a${`/${name}`.repeat(below.length)}`);
});
