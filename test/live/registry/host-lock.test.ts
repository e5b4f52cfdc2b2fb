import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { kernel } from '../native/machine';
import { OwnerFolder } from './owners';

const folder = new OwnerFolder();
afterAll(() => folder.remove());

const path = join(folder.path, 'lock');
writeFileSync(path, '');

it('is there on this machine, for every process', () => {
  const lock = new HostWideLock(kernel);
  expect(lock.runSync(() => 'done')).toBe('done');
  expect(lock.notice).toBeUndefined();
});

it('is never held by two processes', async () => {
  const log = join(folder.path, 'log');
  const takers = await Promise.all(Array.from({ length: 4 }, () => folder.run('take', path, log, '100').ended));
  expect(takers.map(({ stdout }) => stdout)).toEqual(Array(4).fill('done\n'));
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(400);
  for (const line of lines) expect(line).toMatch(/^(\d+) \1$/);
});

it('is free as soon as its holder is killed', async () => {
  const holder = await folder.start('hold', path);
  const lock = new HostWideLock(kernel, { path, patienceMs: 10_000 });
  const waiting = lock.run(() => performance.now());
  await new Promise((resolve) => setTimeout(resolve, 50));
  const killed = performance.now();
  holder.process.kill('SIGKILL');
  expect((await waiting) - killed).toBeLessThan(1000);
  expect(lock.notice).toBeUndefined();
});

it('that is never let go keeps nobody for ever', async () => {
  const holder = await folder.start('hold', path);
  const lock = new HostWideLock(kernel, { path, patienceMs: 100 });
  expect(await lock.run(() => 'done')).toBe('done');
  expect(lock.notice).toMatch(/went on without the lock/);
  holder.process.kill('SIGKILL');
  await holder.ended;
});
