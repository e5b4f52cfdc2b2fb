import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { fd, monotonicTime, ns } from '../../../src/base/units';
import { errno, kernel, openFds, ownEvent, software } from './machine';

const root = fileURLToPath(new URL('../../..', import.meta.url));

test('a wakeup ends a wait that has no limit, from JavaScript that runs meanwhile', async () => {
  const [one, two] = [kernel.createWakeup(), kernel.createWakeup()];
  setTimeout(() => two.signal(), 20);
  expect(await kernel.wait([one.fd, two.fd])).toEqual([two.fd]);
  one.signal();
  one.signal();
  expect(await kernel.wait([one.fd, two.fd])).toEqual([one.fd, two.fd]);
  one.clear();
  one.clear();
  two.clear();
  expect(await kernel.wait([one.fd, two.fd], 0)).toEqual([]);
  one.close();
  two.close();
});

test('a closed wakeup does nothing to whoever has its number now', () => {
  const before = openFds();
  const wakeup = kernel.createWakeup();
  wakeup.close();
  const other = kernel.createWakeup();
  expect(other.fd).toBe(wakeup.fd);
  wakeup.signal();
  wakeup.close();
  other.close();
  expect(openFds()).toEqual(before);
});

test('a wait without an end times out', async () => {
  const wakeup = kernel.createWakeup();
  const begin = performance.now();
  expect(await kernel.wait([wakeup.fd], 29.5)).toEqual([]);
  expect(performance.now() - begin).toBeGreaterThanOrEqual(29);
  expect(await kernel.wait([wakeup.fd], -5)).toEqual([]);
  expect(await kernel.wait([], 5)).toEqual([]);
  wakeup.close();
});

const now = (ms: number) => monotonicTime(process.hrtime.bigint() + BigInt(ms) * 1_000_000n);

test('a timer rings in step, and tells what was missed', async () => {
  const rings: { expirations: bigint; at: number }[] = [];
  const first = now(10);
  const timer = kernel.createTimer(first, ns(10_000_000n), (expirations) => {
    rings.push({ expirations, at: Number(process.hrtime.bigint() - first) / 1e6 });
    // Too long for the second and third.
    if (rings.length === 2) for (const until = performance.now() + 25; performance.now() < until; );
  });
  await new Promise((resolve) => setTimeout(resolve, 80));
  timer.close();
  timer.close();
  expect(rings[2]?.expirations).toBeGreaterThanOrEqual(2n);
  let told = 0;
  for (const { expirations, at } of rings) {
    told += Number(expirations);
    // All that were due when it rang. The loop counts in whole milliseconds, and may be early by a part of one; and others may
    // run for some before the time is taken.
    expect(told).toBeLessThanOrEqual(Math.floor((at + 1) / 10) + 1);
    expect(told).toBeGreaterThanOrEqual(Math.floor((at - 5) / 10) + 1);
  }
});

test('a timer without a period rings once, at once if its time has passed', async () => {
  let rings = 0;
  const timer = kernel.createTimer(now(-5), undefined, () => {
    rings += 1;
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(rings).toBe(1);
  timer.close();
});

test('several waits go on at once', async () => {
  const wakeups = Array.from({ length: 3 }, () => kernel.createWakeup());
  const waits = wakeups.map(({ fd }) => kernel.wait([fd]));
  for (const wakeup of wakeups.toReversed()) wakeup.signal();
  expect(await Promise.all(waits)).toEqual(wakeups.map(({ fd }) => [fd]));
  for (const wakeup of wakeups) wakeup.close();
});

test('an fd that is not open ends in an error', async () => {
  await expect(kernel.wait([fd(999_999)])).rejects.toMatchObject({ call: 'poll', errno: errno.EBADF, index: 0 });
  await expect(kernel.wait([fd(-1)])).rejects.toMatchObject({ call: 'poll', errno: errno.EINVAL });
});

test('the event of a task that ended is hung up, and stays ready', async () => {
  const command = kernel.startCommand(['true']);
  const [event] = kernel.openEvents([{ ...ownEvent(software.taskClock, { samplePeriod: 1000n }), pid: command.pid }]);
  if (event === undefined) throw new Error('one was asked for');
  const ring = kernel.mapRing(event, 1, 'drain');
  expect(kernel.hungUp([event])).toEqual([]);
  expect(kernel.hungUp([])).toEqual([]);
  command.release();
  await kernel.wait([command.pidfd]);
  command.reap();
  expect(kernel.hungUp([event])).toEqual([event]);
  expect(await kernel.wait([event])).toEqual([event]);
  ring.unmap();
  closeSync(event);
});

/** Node joins its threads before it exits, also the one that waits. */
test('a wait that nothing ends does not keep the process from exiting', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-exit-'));
  const outfile = join(folder, 'exit.cjs');
  const contents = `
    import { RealKernel } from './src/native/real-kernel';
    const kernel = new RealKernel();
    kernel.wait([kernel.createWakeup().fd]);
    setTimeout(() => process.exit(7), 20);
  `;
  const external = ['ffi-napi', 'ref-napi'];
  await build({ stdin: { contents, resolveDir: root }, bundle: true, platform: 'node', external, outfile });
  symlinkSync(join(root, 'dist/native'), join(folder, 'native'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { status, signal } = spawnSync(process.execPath, [outfile], { timeout: 5000, stdio: 'inherit' });
  rmSync(folder, { recursive: true });
  expect({ status, signal }).toEqual({ status: 7, signal: null });
});
