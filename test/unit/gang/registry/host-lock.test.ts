import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fd } from '../../../../src/base/units';
import { HostWideLock } from '../../../../src/gang/registry/host-lock';
import { KernelError } from '../../../../src/native/kernel-error';
import { ownRegistry } from './fake-gang';
import { LockingKernel } from './locking-kernel';

let registry: ReturnType<typeof ownRegistry>;
let path: string;
let kernel: LockingKernel;
beforeEach(() => {
  registry = ownRegistry();
  path = join(registry.folder, 'lock');
  writeFileSync(path, '');
  kernel = new LockingKernel();
});
afterEach(() => registry.remove());

/** Takes the lock as another process would; returns what lets it go. */
function holdElsewhere(): () => void {
  const held = fd(openSync(path, 'r'));
  expect(kernel.tryLock(held, 'exclusive')).toBe(true);
  return () => closeSync(held);
}

const isFree = (): boolean => {
  const file = fd(openSync(path, 'r'));
  const free = kernel.tryLock(file, 'exclusive');
  closeSync(file);
  return free;
};

describe.each(['run', 'runSync'] as const)('%s', (way) => {
  it('holds the lock while the action runs, and not after it', async () => {
    const lock = new HostWideLock(kernel, { path });
    expect(await lock[way](() => isFree())).toBe(false);
    expect(isFree()).toBe(true);
    expect(lock.notice).toBeUndefined();
  });

  it('lets go when the action throws', async () => {
    const lock = new HostWideLock(kernel, { path });
    const failing = async () =>
      lock[way](() => {
        throw new Error('refused');
      });
    await expect(failing()).rejects.toThrow('refused');
    expect(isFree()).toBe(true);
  });

  it('goes on with a notice when another keeps it', async () => {
    const release = holdElsewhere();
    const lock = new HostWideLock(kernel, { path, patienceMs: 60 });
    const begin = performance.now();
    expect(await lock[way](() => 'done')).toBe('done');
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(60);
    expect(lock.notice).toMatch(/others held it for 60 ms/);
    release();
  });

  it('goes on with a notice where there is nothing to lock', async () => {
    const lock = new HostWideLock(kernel, { path: join(registry.folder, 'none') });
    expect(await lock[way](() => 'done')).toBe('done');
    expect(lock.notice).toMatch(/ENOENT/);
  });

  it('goes on with a notice where files cannot be locked', async () => {
    class Lockless extends LockingKernel {
      override tryLock(): boolean {
        throw new KernelError('flock', constants.errno.EOPNOTSUPP);
      }
    }
    const lock = new HostWideLock(new Lockless(), { path });
    expect(await lock[way](() => 'done')).toBe('done');
    expect(lock.notice).toMatch(/flock/);
  });
});

it('waits until the other lets go', async () => {
  const release = holdElsewhere();
  setTimeout(release, 30);
  const lock = new HostWideLock(kernel, { path });
  expect(await lock.run(() => 'done')).toBe('done');
  expect(lock.notice).toBeUndefined();
});
