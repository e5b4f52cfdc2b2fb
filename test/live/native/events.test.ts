import { describe, expect, test } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { elapsed } from '../../../src/base/units';
import { errno, kernel, need, openFds, ownEvent, refusalOf, software } from './machine';

const firstWord = (result: Uint8Array | { readonly errno: number } | undefined): bigint => {
  if (!(result instanceof Uint8Array)) throw new Error(`not read: errno ${result?.errno}`);
  return Buffer.from(result).readBigUInt64LE();
};

const spendTime = () => {
  const end = performance.now() + 5;
  while (performance.now() < end);
};

describe('opening', () => {
  test('gives as many fds as requests, in their order', () => {
    const before = openFds();
    const fds = kernel.openEvents([ownEvent(software.taskClock), ownEvent(software.pageFaults)]);
    expect(fds).toHaveLength(2);
    expect(openFds()).toHaveLength(before.length + 2);
    kernel.closeFds(fds);
    expect(openFds()).toEqual(before);
    expect(kernel.openEvents([])).toEqual([]);
  });

  test.each([0, 1, 7])('leaves not one fd when member %i of 8 is refused', (bad) => {
    const before = openFds();
    const requests = Array.from({ length: 8 }, (_, i) => ownEvent(i === bad ? software.unknown : software.taskClock));
    const refusal = refusalOf(() => kernel.openEvents(requests));
    expect(refusal).toMatchObject({ call: 'perf_event_open', errno: errno.ENOENT, index: bad });
    expect(openFds()).toEqual(before);
  });

  test('takes a leader of the same batch or one opened earlier', () => {
    const groupRead = ownEvent(software.taskClock, { readFormat: 8 });
    const [leader, member] = kernel.openEvents([groupRead, { ...groupRead, leader: { request: 0 } }]);
    if (leader === undefined || member === undefined) throw new Error('two were asked for');
    const late = kernel.openEvents([{ ...groupRead, leader: { fd: leader } }]);
    kernel.controlEvents([leader], 'enable');
    spendTime();
    const group = kernel.readEvents([leader], 64).results[0];
    expect(firstWord(group)).toBe(3n);
    kernel.closeFds([leader, member, ...late]);
  });

  test('a leader that comes later in the batch is a bug, of which no member is guilty', () => {
    const refusal = refusalOf(() => kernel.openEvents([{ ...ownEvent(0n), leader: { request: 0 } }]));
    expect(refusal).toMatchObject({ errno: errno.EINVAL, index: undefined });
  });

  test('counts a CPU, where that is allowed', (context) => {
    const request = {
      attr: encodeAttr({ type: software.type, config: 0n, flags: { disabled: true } }),
      pid: -1,
      cpu: 0,
    };
    need(context, () => kernel.closeFds(kernel.openEvents([request])));
    const fds = kernel.openEvents([request]);
    kernel.controlEvents(fds, 'enable');
    spendTime();
    const read = kernel.readEvents(fds, 8);
    expect(firstWord(read.results[0])).toBeGreaterThan(4_000_000n);
    kernel.closeFds(fds);
  });
});

describe('controlling and reading', () => {
  test('counts between enable and disable only', () => {
    const fds = kernel.openEvents([ownEvent(software.taskClock), ownEvent(software.taskClock)]);
    const armed = kernel.controlEvents(fds, 'enable');
    spendTime();
    const stopped = kernel.controlEvents(fds, 'disable');
    const read = kernel.readEvents(fds, 8);
    const most = elapsed(armed.begin, stopped.end);
    for (const result of read.results) {
      expect(firstWord(result)).toBeGreaterThan(0n);
      expect(firstWord(result)).toBeLessThanOrEqual(most);
    }
    expect(kernel.readEvents(fds, 8).results).toEqual(read.results);
    expect(armed.begin <= armed.end && armed.end <= stopped.begin && stopped.end <= read.begin).toBe(true);
    expect(read.begin <= read.end && read.end <= process.hrtime.bigint()).toBe(true);

    kernel.controlEvents(fds, 'reset');
    expect(kernel.readEvents(fds, 8).results.map(firstWord)).toEqual([0n, 0n]);
    kernel.closeFds(fds);
  });

  test('a member that cannot be read leaves the others alone', () => {
    const fds = kernel.openEvents([ownEvent(software.taskClock), ownEvent(software.taskClock)]);
    const [first, second] = fds;
    if (first === undefined || second === undefined) throw new Error('two were asked for');
    const { results } = kernel.readEvents([first, 999_999 as typeof first, second], 8);
    expect(results[1]).toEqual({ errno: errno.EBADF });
    expect([firstWord(results[0]), firstWord(results[2])]).toEqual([0n, 0n]);
    expect(kernel.readEvents(fds, 4).results).toEqual([{ errno: errno.ENOSPC }, { errno: errno.ENOSPC }]);
    kernel.closeFds(fds);
  });

  test('the error names the ioctl and the member it was refused to', () => {
    const fds = kernel.openEvents([ownEvent(software.taskClock)]);
    const [one] = fds;
    if (one === undefined) throw new Error('one was asked for');
    const refusal = refusalOf(() => kernel.controlEvents([one, 999_999 as typeof one], 'enable'));
    expect(refusal.message).toBe('PERF_EVENT_IOC_ENABLE of member 1: EBADF');
    expect(refusalOf(() => kernel.setFilter(fds, 'x > 1'))).toMatchObject({ errno: errno.EINVAL, index: 0 });
    expect(refusalOf(() => kernel.setPeriod(fds, 5n))).toMatchObject({ errno: errno.EINVAL, index: 0 });
    kernel.closeFds(fds);
    expect(refusalOf(() => kernel.closeFds(fds))).toMatchObject({ call: 'close', errno: errno.EBADF });
  });

  test('ids are those that group reads carry', () => {
    const attr = { readFormat: 8 | 4 };
    const fds = kernel.openEvents([
      ownEvent(software.taskClock, attr),
      { ...ownEvent(software.pageFaults, attr), leader: { request: 0 } },
    ]);
    const ids = kernel.eventIds(fds);
    const group = kernel.readEvents(fds.slice(0, 1), 64).results[0];
    if (!(group instanceof Uint8Array)) throw new Error('not read');
    const words = Buffer.from(group);
    expect([words.readBigUInt64LE(16), words.readBigUInt64LE(32)]).toEqual(ids);
    kernel.closeFds(fds);
  });

  test('periods above 2^53 arrive whole', () => {
    const fds = kernel.openEvents([ownEvent(software.pageFaults, { samplePeriod: 1n })]);
    kernel.setPeriod(fds, (1n << 62n) + 1n);
    expect(refusalOf(() => kernel.setPeriod(fds, 1n << 63n))).toMatchObject({ errno: errno.EINVAL });
    kernel.closeFds(fds);
  });

  test('a breakpoint is moved', (context) => {
    const breakpoint = (address: bigint) => ownEvent(0n, { type: 5, bpType: 2, config1: address, config2: 8n });
    need(context, () => kernel.closeFds(kernel.openEvents([breakpoint(0x1000n)])));
    const fds = kernel.openEvents([breakpoint(0x1000n)]);
    kernel.modifyEvents(fds, breakpoint(0x2000n).attr);
    expect(refusalOf(() => kernel.modifyEvents(fds, breakpoint(0x2001n).attr))).toMatchObject({
      call: 'PERF_EVENT_IOC_MODIFY_ATTRIBUTES',
      errno: errno.EINVAL,
      index: 0,
    });
    kernel.closeFds(fds);
  });
});
