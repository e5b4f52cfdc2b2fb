import { expect, it } from 'vitest';
import { KernelSymbols } from '../../../src/symbols/kallsyms';
import { FakeFiles } from '../../fake-host';

const shown = [
  'ffffffff81000000 T _text',
  'ffffffff81234560 T vfs_read',
  'ffffffff81234570 t helper',
  'ffffffff81234580 t helper',
  '0000000000012340 A per_cpu_thing',
  'ffffffffc0001000 t module_function\t[a_module]',
  'ffffffff81234590 t odd.name$1',
  '',
].join('\n');
const symbols = (text: string, more = {}) => new KernelSymbols(new FakeFiles({ '/proc/kallsyms': text, ...more }));

it('gives addresses by the whole name', () => {
  const kernel = symbols(shown);
  expect(kernel.address('vfs_read')).toBe(0xffffffff81234560n);
  expect(kernel.address('module_function')).toBe(0xffffffffc0001000n);
  expect(kernel.address('odd.name$1')).toBe(0xffffffff81234590n);
  for (const other of ['vfs_rea', 'fs_read', 'vfs.read', '.*', '', 'T', 'a_module'])
    expect(kernel.address(other)).toBeUndefined();
  expect([...kernel.names()]).toContain('module_function');
});

it('refuses what has several addresses, or one for each CPU', () => {
  expect(() => symbols(shown).address('helper')).toThrow(/more than one helper.*0xffffffff81234570/);
  expect(() => symbols(shown).address('per_cpu_thing')).toThrow(/every CPU has its own/);
});

it('says so when the kernel hides its addresses', () => {
  const hidden = shown.replace(/^[0-9a-f]{16}/gm, '0'.repeat(16));
  const restricted = symbols(hidden, { '/proc/sys/kernel/kptr_restrict': '2\n' });
  expect(() => restricted.address('vfs_read')).toThrow(/kptr_restrict is 2.*sysctl kernel.kptr_restrict=1/);
  expect(() => symbols(hidden).address('vfs_read')).toThrow(expect.objectContaining({ code: 'NO_PERMISSION' }));
  expect(symbols(hidden).address('no_such_thing')).toBeUndefined();
});

it('says so when there is no list', () => {
  expect(() => symbols('').address('vfs_read')).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED' }));
});
