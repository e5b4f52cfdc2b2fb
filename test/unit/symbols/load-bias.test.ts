import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { pid } from '../../../src/base/units';
import { loadBias } from '../../../src/symbols/load-bias';
import { parseMaps } from '../../../src/symbols/maps';
import { FakeFiles } from '../../fake-host';
import { elfImage } from './elf-image';

const folder = mkdtempSync(join(tmpdir(), 'syswide-maps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'program');
writeFileSync(path, elfImage());
const inode = statSync(path).ino;
const machine = (maps: string) =>
  new FakeFiles({ '/proc/7/maps': maps, '/proc/7/stat': '7 (x) S 1', '/proc/7/exe': { link: '/bin/other' } });

it('is where the first segment came to lie, without where the file has it', () => {
  const maps = [
    `555555554000-555555555000 r--p 00000000 08:01 ${inode + 1}   /bin/other`,
    `7f0000001000-7f0000002000 r-xp 00001000 08:01 ${inode}   ${path}`,
    `7f0000003000-7f0000004000 rw-p 00002000 08:01 ${inode}   ${path}`,
    '7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0   [stack]',
    '',
  ].join('\n');
  expect(loadBias(machine(maps), pid(7), path)).toBe(0x7f0000000000n);
});

it.each([
  ['another file', '/bin/other'],
  ['one that was replaced since', `${path} (deleted)`],
])('is not known of %s', (_, mapped) => {
  const maps = `555555554000-555555559000 r-xp 00000000 08:01 ${mapped === path ? inode : inode + 1} ${mapped}\n`;
  expect(() => loadBias(machine(maps), pid(7), path)).toThrow(/its program is \/bin\/other/);
});

it('is not known of a process that is gone, or that may not be seen', () => {
  expect(() => loadBias(new FakeFiles(), pid(7), path)).toThrow(expect.objectContaining({ code: 'NO_SUCH_PROCESS' }));
  const denied = new FakeFiles({ '/proc/7/maps': { denied: 'file' }, '/proc/7/stat': '7 (x) S 1' });
  expect(() => loadBias(denied, pid(7), path)).toThrow(expect.objectContaining({ code: 'NO_PERMISSION' }));
});

it('lines of any other form are passed over', () => {
  expect(parseMaps('garbage\n\n1-2 r-xp 0 0:0 5 relative\n10-20 r-xp 30 fe:00 5    /a b\\012c')).toEqual([
    {
      start: 0x10n,
      end: 0x20n,
      permissions: 'r-xp',
      offset: 0x30n,
      device: { major: 0xfe, minor: 0 },
      inode: 5n,
      path: '/a b\\012c',
    },
  ]);
});
