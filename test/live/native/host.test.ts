import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fd } from '../../../src/base/units';
import { errno, kernel, need, refusalOf } from './machine';

test('tracefs is reached without a mount, and goes with its fd', (context) => {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  need(context, () => kernel.closeFds([kernel.openTracefs()]));
  const tracefs = kernel.openTracefs();
  const header = `/proc/self/fd/${tracefs}/events/header_page`;
  expect(readFileSync(header, 'utf8')).toContain('field: u64 timestamp');
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mounts);
  kernel.closeFds([tracefs]);
  expect(() => readFileSync(header)).toThrow('ENOENT');
});

test('locks of two openers exclude each other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-lock-'));
  const path = join(folder, 'lock');
  writeFileSync(path, '');
  const [one, two] = [fd(openSync(path, 'r')), fd(openSync(path, 'r'))];
  expect(kernel.tryLock(one, 'exclusive')).toBe(true);
  expect(kernel.tryLock(two, 'exclusive')).toBe(false);
  expect(kernel.tryLock(two, 'shared')).toBe(false);
  kernel.unlock(one);
  expect(kernel.tryLock(two, 'shared')).toBe(true);
  expect(kernel.tryLock(one, 'shared')).toBe(true);
  closeSync(one);
  expect(kernel.tryLock(two, 'exclusive')).toBe(true);
  closeSync(two);
  expect(refusalOf(() => kernel.tryLock(two, 'shared'))).toMatchObject({ call: 'flock', errno: errno.EBADF });
  rmSync(folder, { recursive: true });
});

const trigger = '/sys/class/mem/null/uevent';

test('a uevent arrives as its strings', async (context) => {
  need(context, () => closeSync(openSync(trigger, 'w')));
  const socket = kernel.openUevents();
  expect(kernel.receiveUevent(socket)).toBeUndefined();
  writeFileSync(trigger, 'change');
  expect(await kernel.wait([socket], 5000)).toEqual([socket]);
  const uevent = kernel.receiveUevent(socket);
  expect(uevent).toContain('ACTION=change');
  expect(uevent?.[0]).toBe('change@/devices/virtual/mem/null');
  expect(uevent).not.toContain('');
  kernel.closeFds([socket]);
});
