import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { tid } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang, type GangRequest } from '../../../src/gang/gang';
import { CpuMask } from '../../../src/host/cpu-mask';
import { hardware, software } from '../../fake/events';
import { FakeKernel } from '../../fake/fake-kernel';

const { errno } = constants;

const request = (events: readonly ResolvedEvent[], more: Partial<GangRequest> = {}): GangRequest => ({
  events,
  target: { kind: 'cpus', cpus: CpuMask.parse('0-3') },
  mayMiss: () => false,
  placesMayGo: true,
  context: { permission: () => ({ why: 'no right', remedy: 'ask root' }), fdLimit: () => 10 },
  ...more,
});

const three = [software('contextSwitches'), software('pageFaults'), software('cpuMigrations')];

/** Events that the kernel reads one by one. */
const threeAlone = [hardware('cpuCycles'), hardware('instructions'), hardware('branchMisses')];

const tracepoint = software('dummy', { kind: 'tracepoint', attr: { type: 2, config: 17n } });

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof SyswideError) return error.code;
    throw error;
  }
  return 'none';
};

describe('opening a gang', () => {
  it('opens every event on every CPU, disabled', () => {
    const kernel = new FakeKernel();
    const gang = Gang.open(kernel, request(three));
    expect(gang.size).toBe(12);
    expect(gang.state).toBe('reserved');
    expect(kernel.events().map((event) => event.request.cpu)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
    // A member is off as long as its leader is.
    expect(kernel.events().every(({ attr, enabled, leader }) => (leader ?? { attr, enabled }).attr.disabled)).toBe(
      true,
    );
    expect(kernel.events().some(({ enabled, leader }) => (leader ? leader.enabled : enabled))).toBe(false);
  });

  it('has software events read and enabled together, whatever else is among them', () => {
    const kernel = new FakeKernel();
    const gang = Gang.open(kernel, request([hardware('cpuCycles'), ...three, tracepoint]));
    const groups = kernel.events().map(({ leader, fd }) => (leader ?? { fd }).fd);
    expect(new Set(groups).size).toBe(8);
    gang.arm();
    expect(kernel.events().every(({ enabled }) => enabled)).toBe(true);
    kernel.calls.length = 0;
    expect(gang.read().readings).toHaveLength(20);
    expect(kernel.calls.filter((call) => call.startsWith('read'))).toHaveLength(8);
  });

  it('leaves nothing open when any one of the opens is refused', () => {
    for (let nth = 1; nth <= 12; nth += 1) {
      const kernel = new FakeKernel();
      kernel.fail('open', nth, errno.EINVAL);
      expect(() => Gang.open(kernel, request(three))).toThrow(SyswideError);
      expect(kernel.openFds.size, `after the refusal of open ${nth}`).toBe(0);
    }
  });

  it('leaves nothing open when the ids of groups cannot be read', () => {
    const kernel = new FakeKernel();
    kernel.fail('id', 2);
    const group = [software('pageFaults', { leader: 0 }), software('contextSwitches', { leader: 0 })];
    expect(() => Gang.open(kernel, request(group))).toThrow();
    expect(kernel.openFds.size).toBe(0);
  });

  it('names event, place, errno, cause and remedy', () => {
    const kernel = new FakeKernel();
    kernel.fail('open', 5, errno.ENOENT);
    expect(() => Gang.open(kernel, request([hardware('cpuCycles')]))).not.toThrow();
    const other = new FakeKernel();
    other.fail('open', 2, errno.ENOENT);
    expect(() => Gang.open(other, request([hardware('cpuCycles')]))).toThrow(
      /^cannot open cycles on cpu1 — this machine has no hardware counter.*\(ENOENT\) — leave it out$/,
    );
    const offered = request([hardware('cpuCycles')]);
    const context = { ...offered.context, goOnWithout: 'add --allow-missing' };
    const third = new FakeKernel();
    third.fail('open', 2, errno.ENOENT);
    expect(() => Gang.open(third, { ...offered, context })).toThrow(/ — leave it out, or add --allow-missing$/);
  });

  it.each([
    [errno.EACCES, 'NO_PERMISSION'],
    [errno.EMFILE, 'TOO_MANY_FILES'],
    [errno.ENODEV, 'CPU_OFFLINE'],
    [errno.ENOMEM, 'NO_MEMORY'],
    [errno.EBUSY, 'BUSY'],
    [errno.EIO, 'OPEN_FAILED'],
  ])('errno %i is %s', (number, code) => {
    const kernel = new FakeKernel();
    kernel.fail('open', 1, number);
    expect(codeOf(() => Gang.open(kernel, request(three, { placesMayGo: false })))).toBe(code);
  });

  it('leaves out what may be missing, everywhere, and says why', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = (_request, attr) => (attr.type === 0 ? errno.ENOENT : 0);
    const events = [software('pageFaults'), hardware('cpuCycles'), software('contextSwitches')];
    const gang = Gang.open(kernel, request(events, { mayMiss: () => true }));
    expect([...gang.missing.keys()]).toEqual([1]);
    expect(gang.size).toBe(8);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('does not take a refusal for want of permission as missing', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = () => errno.EACCES;
    expect(codeOf(() => Gang.open(kernel, request(three, { mayMiss: () => true })))).toBe('NO_PERMISSION');
  });

  it('hands the lead of a group on when its leader is missing', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = (_request, attr) => (attr.type === 0 ? errno.ENOENT : 0);
    const events = [hardware('cpuCycles', { leader: 0 }), ...three.map((event) => ({ ...event, leader: 0 }))];
    const gang = Gang.open(kernel, request(events, { mayMiss: () => true }));
    expect(gang.events.map((event) => event.leader)).toEqual([0, 1, 1, 1]);
    gang.arm();
    expect(kernel.events().every((event) => event.enabled)).toBe(true);
    expect(gang.read().readings.map((reading) => reading.event)).toHaveLength(12);
  });

  it('goes on without threads that end meanwhile, but not without any', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = (one) => (one.pid === 11 ? errno.ESRCH : 0);
    const target = { kind: 'tasks', tids: [10, 11, 12].map(tid), inherit: true, enableOnExec: false } as const;
    const gang = Gang.open(kernel, request([software('pageFaults')], { target }));
    expect(kernel.events().map((event) => event.request.pid)).toEqual([10, 12]);
    gang.close();
    kernel.refuseOpen = () => errno.ESRCH;
    expect(codeOf(() => Gang.open(kernel, request([software('pageFaults')], { target })))).toBe('NO_SUCH_PROCESS');
    expect(kernel.openFds.size).toBe(0);
  });

  it('opens an event only on the CPUs it is restricted to', () => {
    const kernel = new FakeKernel();
    const events = [software('pageFaults', { cpus: CpuMask.parse('0,2') }), software('contextSwitches')];
    Gang.open(kernel, request(events));
    expect(kernel.events().map(({ attr, request: { cpu } }) => `${attr.config}@${cpu}`)).toEqual([
      '2@0',
      '3@0',
      '3@1',
      '2@2',
      '3@2',
      '3@3',
    ]);
  });
});

describe('a gang that stands', () => {
  it('is armed, paused and armed again as one', () => {
    const kernel = new FakeKernel();
    const gang = Gang.open(kernel, request(three));
    const span = gang.arm();
    expect(span.end).toBeGreaterThan(span.begin);
    expect(kernel.counting()).toHaveLength(12);
    gang.pause();
    expect(gang.state).toBe('paused');
    expect(kernel.counting()).toEqual([]);
    gang.arm();
    expect(kernel.counting()).toHaveLength(12);
    expect(gang.state).toBe('armed');
    expect(gang.armSpan).toEqual(span);
  });

  it('has no time of its beginning where that was the exec of its task, also once it was paused and goes on', () => {
    const gang = Gang.open(new FakeKernel(), request(three));
    gang.armedByExec();
    gang.pause();
    gang.arm();
    expect(gang.armSpan).toBeUndefined();
  });

  it('is as before when any one of the enables is refused', () => {
    for (let nth = 1; nth <= 12; nth += 1) {
      const kernel = new FakeKernel();
      const gang = Gang.open(kernel, request(threeAlone));
      kernel.fail('control', nth);
      expect(codeOf(() => gang.arm())).toBe('CONTROL_FAILED');
      expect(gang.state).toBe('reserved');
      expect(kernel.events().some((event) => event.enabled)).toBe(false);
      gang.close();
      expect(kernel.openFds.size).toBe(0);
    }
  });

  it.each(['reserved', 'armed', 'paused'] as const)('that is %s is as before when a disable is refused', (state) => {
    for (let nth = 1; nth <= 12; nth += 1) {
      const kernel = new FakeKernel();
      const gang = Gang.open(kernel, request(threeAlone));
      if (state !== 'reserved') gang.arm();
      if (state === 'paused') gang.pause();
      kernel.fail('control', kernel.calls.filter((call) => call.startsWith('control')).length + nth);
      expect(codeOf(() => gang.pause())).toBe('CONTROL_FAILED');
      expect(gang.state).toBe(state);
      expect(kernel.counting()).toHaveLength(state === 'armed' ? 12 : 0);
      gang.close();
    }
  });

  it('takes group reads apart by id, not by position', () => {
    const kernel = new FakeKernel();
    kernel.countsOf = ({ attr, request: { cpu } }) => ({
      value: attr.config * 100n + BigInt(cpu),
      timeEnabled: 10n,
      timeRunning: 10n,
    });
    const group = [
      software('contextSwitches', { leader: 0 }),
      software('pageFaults', { leader: 0 }),
      software('dummy'),
      software('cpuMigrations', { leader: 0 }),
    ];
    const gang = Gang.open(kernel, request(group));
    const found = gang.read().readings.map(({ event, place, counts }) => `${event}@${place.cpu}=${counts.value}`);
    expect(found.sort()).toEqual(
      [0, 1, 2, 3]
        .flatMap((cpu) => [
          `0@${cpu}=${300 + cpu}`,
          `1@${cpu}=${200 + cpu}`,
          `2@${cpu}=${900 + cpu}`,
          `3@${cpu}=${400 + cpu}`,
        ])
        .sort(),
    );
  });

  it('says which event on which CPU could not be read', () => {
    const kernel = new FakeKernel();
    const gang = Gang.open(kernel, request(threeAlone));
    kernel.fail('read', 5);
    expect(() => gang.read()).toThrow(/cannot read instructions on cpu1 — .*EIO/);
  });

  it.each([
    ['the last count of an old clone', 'read', 3],
    ['the enabling of a new clone', 'control', 10],
  ] as const)('counts on as it did where events are to be opened anew, and %s is refused', (_, call, nth) => {
    const kernel = new FakeKernel();
    const clock = (samplePeriod: bigint) => software('cpuClock', { attr: { type: 1, config: 0n, samplePeriod } });
    const gang = Gang.open(kernel, request([clock(1_000_000n)]));
    gang.arm();
    const before = kernel.counting();
    kernel.fail(call, nth);
    expect(codeOf(() => gang.changeEvents([clock(2_000_000n)]))).toBe('CONTROL_FAILED');
    expect(kernel.counting()).toEqual(before);
    expect(kernel.events()).toEqual(before);
    expect(gang.events).toEqual([clock(1_000_000n)]);
    gang.changeEvents([clock(2_000_000n)]);
    expect(kernel.counting()).toHaveLength(4);
    expect(kernel.counting()).not.toContain(before[0]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('closes every fd once', () => {
    const kernel = new FakeKernel();
    const gang = Gang.open(kernel, request(three));
    gang.close();
    gang.close();
    expect(kernel.openFds.size).toBe(0);
    expect(gang.state).toBe('closed');
  });
});
