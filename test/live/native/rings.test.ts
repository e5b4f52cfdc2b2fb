import { expect, test } from 'vitest';
import type { RingMapping } from '../../../src/native/kernel';
import { errno, kernel, ownEvent, refusalOf, software } from './machine';

/** Each page fault of this thread is one record. */
const faultEvent = (backward = false) =>
  ownEvent(software.pageFaults, { samplePeriod: 1n, sampleType: 1n, flags: { writeBackward: backward } });

/** So much that malloc never has it at hand: it comes fresh from the kernel, and every page of it faults. */
const FRESH_BYTES = 40 << 20;

/** Causes page faults until the ring has grown by `bytes` from `from`; huge pages make that fewer per allocation. */
function faultUntil(ring: RingMapping, from: bigint, bytes: number): bigint {
  for (let attempt = 0; attempt < 100; attempt++) {
    const fresh = Buffer.allocUnsafeSlow(FRESH_BYTES);
    for (let page = 0; page < FRESH_BYTES / kernel.pageSize; page++) {
      fresh[page * kernel.pageSize] = 1;
      const [head = 0n] = kernel.ringHeads([ring]);
      const grown = ring.mode === 'drain' ? head - from : BigInt.asUintN(64, from - head);
      if (grown >= bytes) return head;
    }
  }
  throw new Error('no page faults were recorded');
}

/** What is before a ring's data: `data_tail` at 1032. Source: struct perf_event_mmap_page. */
const tailOf = (ring: RingMapping) => ring.memory.readBigUInt64LE(1032);

function openRing(dataPages: number, backward = false) {
  const fds = kernel.openEvents([faultEvent(backward)]);
  const [fd] = fds;
  if (fd === undefined) throw new Error('one was asked for');
  const ring = kernel.mapRing(fd, dataPages, backward ? 'overwrite' : 'drain');
  return { fd, fds, ring };
}

test('a drained ring takes more than it holds, and its memory is the records', () => {
  // Room for more faults than memory that comes and goes beside the loop ever makes between two looks at the head.
  const pages = 16;
  const { fds, ring } = openRing(pages);
  expect(ring.memory).toHaveLength((1 + pages) * kernel.pageSize);
  expect(ring.address % BigInt(kernel.pageSize)).toBe(0n);
  kernel.controlEvents(fds, 'enable');
  let tail = 0n;
  for (let round = 0; round < 20; round++) {
    const head = faultUntil(ring, tail, kernel.pageSize);
    const first = kernel.pageSize + Number(tail % BigInt(pages * kernel.pageSize));
    expect(ring.memory.readUInt32LE(first)).toBe(9);
    expect(ring.memory.readUInt16LE(first + 6)).toBe(16);
    kernel.advanceRings([ring], [head]);
    expect(tailOf(ring)).toBe(head);
    tail = head;
  }
  expect(tail).toBeGreaterThan(BigInt(pages * kernel.pageSize));
  ring.unmap();
  kernel.closeFds(fds);
});

test('heads and tails of several rings move apart', () => {
  const [one, two] = [openRing(2), openRing(2)];
  kernel.controlEvents(one.fds, 'enable');
  faultUntil(one.ring, 0n, 16);
  const [first = 0n, second = 0n] = kernel.ringHeads([one.ring, two.ring]);
  expect(first).toBeGreaterThan(0n);
  expect(second).toBe(0n);
  kernel.advanceRings([one.ring, two.ring], [16n, 0n]);
  expect([tailOf(one.ring), tailOf(two.ring)]).toEqual([16n, 0n]);
  for (const { ring, fds } of [one, two]) {
    ring.unmap();
    kernel.closeFds(fds);
  }
});

test('an overwrite ring keeps the newest and has no tail', () => {
  const { fds, ring } = openRing(1, true);
  kernel.controlEvents(fds, 'enable');
  expect(faultUntil(ring, 0n, 2 * kernel.pageSize)).toBeGreaterThan(1n << 63n);
  expect(() => kernel.advanceRings([ring], [0n])).toThrow('broken invariant');
  ring.unmap();
  kernel.closeFds(fds);
});

test('an unmapped ring hands out nothing', () => {
  const { fds, ring } = openRing(1);
  ring.unmap();
  ring.unmap();
  expect(() => ring.memory).toThrow('broken invariant');
  expect(() => kernel.ringHeads([ring])).toThrow('broken invariant');
  kernel.closeFds(fds);
});

test('rings that come and go at the same address show their own memory', async () => {
  for (let i = 0; i < 300; i++) {
    const dataPages = 1 << (i % 5);
    const { fds, ring } = openRing(dataPages);
    kernel.controlEvents(fds, 'enable');
    if (i % 10 === 0) faultUntil(ring, 0n, 16);
    kernel.controlEvents(fds, 'disable');
    expect(ring.memory).toHaveLength((dataPages + 1) * kernel.pageSize);
    expect([ring.memory.readBigUInt64LE(1024)]).toEqual(kernel.ringHeads([ring]));
    ring.unmap();
    kernel.closeFds(fds);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
});

test('records of a second event go to the ring of the first', () => {
  const { fd, fds, ring } = openRing(8);
  const second = kernel.openEvents([faultEvent()]);
  kernel.setOutput(second, fds);
  kernel.controlEvents(second, 'enable');
  expect(faultUntil(ring, 0n, 16)).toBeGreaterThan(0n);
  expect(refusalOf(() => kernel.setOutput(fds, second))).toMatchObject({ errno: errno.EINVAL, index: 0 });
  kernel.setOutput(second, [-1 as typeof fd]);
  ring.unmap();
  kernel.closeFds([...second, ...fds]);
});

test.each([0, 3, -1, 2 ** 18])('%i data pages are refused', (dataPages) => {
  const fds = kernel.openEvents([faultEvent()]);
  const [fd] = fds;
  if (fd === undefined) throw new Error('one was asked for');
  expect(() => kernel.mapRing(fd, dataPages, 'drain')).toThrow();
  kernel.closeFds(fds);
});
