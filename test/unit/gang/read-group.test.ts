import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/base/assert';
import { cpu, type Fd, tid } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang, type GangRequest } from '../../../src/gang/gang';
import { CpuMask } from '../../../src/host/cpu-mask';
import type { EventControl, Span } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';
import { hardware, software } from '../../fake/events';
import { type FakeEvent, FakeKernel } from '../../fake/fake-kernel';

/** Counts calls by fd, and takes filters. */
class CountingKernel extends FakeKernel {
  readonly filters = new Map<Fd, string>();
  controlled: EventControl[] = [];
  read: Fd[] = [];

  constructor() {
    super();
    this.countsOf = ({ attr, request }) => ({
      value: BigInt(attr.type) * 10_000n + attr.config * 10n + BigInt(request.cpu),
      timeEnabled: 7n,
      timeRunning: 7n,
    });
  }

  override controlEvents(fds: readonly Fd[], control: EventControl): Span {
    this.controlled.push(...fds.map(() => control));
    return super.controlEvents(fds, control);
  }

  override readEvents(fds: readonly Fd[], size: number) {
    this.read.push(...fds);
    return super.readEvents(fds, size);
  }

  override setFilter(fds: readonly Fd[] = [], filter = ''): void {
    for (const one of fds) this.filters.set(one, filter);
  }
}

const tracepoint = (id: number, more: Partial<ResolvedEvent> = {}): ResolvedEvent => ({
  name: `sys:${id}`,
  kind: 'tracepoint',
  attr: { type: 2, config: BigInt(id) },
  scale: 1,
  unit: '',
  ...more,
});

const request = (events: readonly ResolvedEvent[], more: Partial<GangRequest> = {}): GangRequest => ({
  events,
  target: { kind: 'cpus', cpus: CpuMask.parse('0-1') },
  mayMiss: () => false,
  placesMayGo: true,
  context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => 10 },
  ...more,
});

const mixed = [
  tracepoint(1),
  software('pageFaults'),
  hardware('cpuCycles'),
  software('contextSwitches'),
  tracepoint(2),
  software('cpuMigrations'),
];

/** Groups as the kernel has them, by type and config of their events: those of `cpu0`. */
const groupsOn = (kernel: FakeKernel, on = 0): string[] => {
  const named = ({ attr }: FakeEvent) => `${attr.type}:${attr.config}`;
  const there = kernel.events().filter((event) => event.request.cpu === on);
  const heads = there.filter(({ leader }) => leader === undefined);
  return heads.map((head) => [head, ...there.filter(({ leader }) => leader === head)].map(named).join(' ')).sort();
};

const valuesOf = (gang: Gang): string[] =>
  gang.read().readings.map(({ event, place, counts }) => `${event}@${place.cpu}=${counts.value}`);

const expectedValues = (events: readonly ResolvedEvent[]): string[] =>
  [0, 1].flatMap((on) =>
    events.map(({ attr }, i) => `${i}@${on}=${BigInt(attr.type) * 10_000n + attr.config * 10n + BigInt(on)}`),
  );

describe('software events and tracepoints of a CPU', () => {
  it('are one group for the kernel, led by a software event, and what users grouped stays as it is', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    expect(groupsOn(kernel)).toEqual(['0:0', '1:2 2:1 1:3 2:2 1:4']);
    expect(gang.events.map(({ leader }) => leader)).toEqual(mixed.map(() => undefined));
  });

  it('are enabled and read with one call per group, each with its own count', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    expect(kernel.counting()).toEqual([]);
    gang.arm();
    expect(kernel.counting()).toHaveLength(12);
    expect(kernel.controlled).toHaveLength(4);
    expect(valuesOf(gang).sort()).toEqual(expectedValues(mixed).sort());
    expect(kernel.read).toHaveLength(4);
    gang.pause();
    expect(kernel.counting()).toEqual([]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it.each<[string, ResolvedEvent]>([
    ['is pinned', software('pageFaults', { attr: { type: 1, config: 2n, flags: { pinned: true } } })],
    ['is exclusive', software('pageFaults', { attr: { type: 1, config: 2n, flags: { exclusive: true } } })],
    ['samples', software('pageFaults', { attr: { type: 1, config: 2n, samplePeriod: 5n } })],
    ['is a probe', software('pageFaults', { kind: 'probe' })],
    ['is a breakpoint', software('pageFaults', { kind: 'breakpoint' })],
    ['is counted on the other CPU only', software('pageFaults', { cpus: CpuMask.parse('1') })],
  ])('have one less that %s', (_, other) => {
    const kernel = new CountingKernel();
    const events = [other, software('contextSwitches'), software('cpuMigrations')];
    const gang = Gang.open(kernel, request(events));
    expect(groupsOn(kernel)).toContain('1:3 1:4');
    gang.arm();
    const values = expectedValues(events).filter((text) => !(other.cpus && text.startsWith('0@0')));
    expect(valuesOf(gang).sort()).toEqual(values.sort());
  });

  it('stay in the group that their user wrote', () => {
    const kernel = new CountingKernel();
    const own = [software('pageFaults', { leader: 0 }), software('contextSwitches', { leader: 0 })];
    const gang = Gang.open(kernel, request([...own, software('cpuMigrations'), software('dummy')]));
    expect(groupsOn(kernel)).toEqual(['1:2 1:3', '1:4 1:9']);
    gang.arm();
    expect(gang.read().readings).toHaveLength(8);
  });

  it('are as many groups as the kernel can read', () => {
    const kernel = new CountingKernel();
    const events = Array.from({ length: 513 }, (_, i) => tracepoint(i));
    const gang = Gang.open(kernel, request(events));
    expect(groupsOn(kernel).map((text) => text.split(' ').length)).toEqual([256, 256, 1]);
    gang.arm();
    expect(valuesOf(gang).sort()).toEqual(expectedValues(events).sort());
  });

  it('are opened like that on CPUs that come later', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    gang.arm();
    gang.addPlaces([{ cpu: cpu(2) }]);
    const prepared = present(gang.prepare([{ cpu: cpu(3) }]), 'nothing stands against it');
    gang.adopt(prepared, kernel.openEvents(prepared.requests));
    expect(groupsOn(kernel, 2)).toEqual(groupsOn(kernel, 0));
    expect(groupsOn(kernel, 3)).toEqual(groupsOn(kernel, 0));
    expect(new Set(valuesOf(gang)).size).toBe(24);
  });

  it('are read one by one when the kernel has torn them apart, and when they are given up', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    gang.arm();
    for (const event of kernel.events()) if (event.request.cpu === 1) Object.assign(event, { leader: undefined });
    expect(valuesOf(gang).sort()).toEqual(expectedValues(mixed).sort());
    gang.retirePlaces(({ cpu: on }) => on === 1);
    expect(valuesOf(gang).sort()).toEqual(expectedValues(mixed).sort());
    expect(kernel.openFds.size).toBe(6);
  });
});

describe('changing a filter', () => {
  const ofTask = (inherit: boolean) => ({ kind: 'tasks', tids: [tid(7)], inherit, enableOnExec: false }) as const;

  it('opens the tracepoint anew, and leaves the others alone', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    gang.arm();
    const before = new Set(kernel.events().map((event) => event.fd));
    gang.changeEvents(gang.events.map((event, i) => (i === 0 ? { ...event, filter: 'a == 1' } : event)));
    const fresh = kernel.events().filter((event) => !before.has(event.fd));
    expect(fresh.map(({ attr, request }) => `${attr.type}:${attr.config}@${request.cpu}`)).toEqual(['2:1@0', '2:1@1']);
    expect([...kernel.filters.values()]).toEqual(['a == 1', 'a == 1']);
    expect(groupsOn(kernel)).toEqual(['0:0', '1:2 1:3 2:2 1:4', '2:1']);
    expect(kernel.counting()).toHaveLength(12);
    expect(kernel.openFds.size).toBe(12);
    // What the old ones had counted is kept beside what the new ones have.
    expect(gang.read().readings).toHaveLength(14);
  });

  it('leaves everything as it was when it is refused', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed));
    gang.arm();
    const before = [...kernel.openFds.keys()];
    kernel.fail('id', 12);
    expect(() => gang.changeEvents(gang.events.map((event) => ({ ...event, filter: 'a == 1' })))).toThrow();
    expect([...kernel.openFds.keys()]).toEqual(before);
    expect(kernel.counting()).toHaveLength(12);
  });

  it('of tasks concerns the changed event only', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed, { target: ofTask(false) }));
    expect(kernel.events().every(({ leader }) => leader === undefined)).toBe(true);
    const before = new Set(kernel.openFds.keys());
    gang.changeEvents(gang.events.map((event, i) => (i === 0 ? { ...event, filter: 'a == 1' } : event)));
    expect([...kernel.openFds.keys()].filter((one) => !before.has(one))).toHaveLength(1);
  });

  it('of what children inherit sets it where it stands, once, as theirs would be lost', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request(mixed, { target: ofTask(true) }));
    const before = [...kernel.openFds.keys()];
    const filtered = (filter: string) => gang.events.map((event, i) => (i === 0 ? { ...event, filter } : event));
    gang.changeEvents(filtered('a == 1'));
    expect([...kernel.openFds.keys()]).toEqual(before);
    expect([...kernel.filters].filter(([fd]) => before.includes(fd))).toEqual([[before[0], 'a == 1']]);
    expect(() => gang.changeEvents(filtered('a == 2'))).toThrow(/what was started meanwhile/);
    expect(gang.events[0]?.filter).toBe('a == 1');
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('on more places at once is set only once these are open', () => {
    const kernel = new CountingKernel();
    const target = { ...ofTask(true), cpus: CpuMask.parse('0') };
    const gang = Gang.open(kernel, request([tracepoint(1)], { target }));
    gang.arm();
    const [old] = [...kernel.openFds.keys()];
    const open = kernel.openEvents.bind(kernel);
    kernel.openEvents = (requests) => {
      if (requests.some(({ cpu }) => cpu === 1)) throw new KernelError('perf_event_open', constants.errno.EMFILE, 0);
      return open(requests);
    };
    const change = () =>
      gang.changeEvents(
        gang.events.map((event) => ({ ...event, filter: 'a == 1' })),
        [{ cpu: cpu(1), tid: tid(7) }],
      );
    expect(change).toThrow(/cpu1/);
    expect([...kernel.openFds.keys()]).toEqual([old]);
    expect([kernel.filters.get(old as Fd), gang.events[0]?.filter]).toEqual([undefined, undefined]);
    kernel.openEvents = open;
    change();
    expect([...kernel.openFds.keys()].map((fd) => kernel.filters.get(fd as Fd))).toEqual(['a == 1', 'a == 1']);
    expect([gang.size, kernel.counting().length]).toEqual([2, 2]);
  });

  it('that is refused takes no more places in', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request([tracepoint(1)], { target: { ...ofTask(true), cpus: CpuMask.parse('0') } }));
    const before = [...kernel.openFds.keys()];
    const set = kernel.setFilter.bind(kernel);
    kernel.setFilter = (fds = [], filter = '') => {
      if (fds.some((fd) => before.includes(fd))) throw new KernelError('ioctl', constants.errno.ENOMEM);
      set(fds, filter);
    };
    const filtered = gang.events.map((event) => ({ ...event, filter: 'a == 1' }));
    expect(() => gang.changeEvents(filtered, [{ cpu: cpu(1), tid: tid(7) }])).toThrow(/filter/);
    expect([...kernel.openFds.keys()]).toEqual(before);
    expect([gang.size, gang.events[0]?.filter]).toEqual([1, undefined]);
  });

  it('that does not fit is found out before any is set', () => {
    const kernel = new CountingKernel();
    const gang = Gang.open(kernel, request([tracepoint(1), tracepoint(2)], { target: ofTask(true) }));
    const before = [...kernel.openFds.keys()];
    const set = kernel.setFilter.bind(kernel);
    kernel.setFilter = (fds = [], filter = '') => {
      const second = fds.some((one) => kernel.events().some(({ fd, attr }) => fd === one && attr.config === 2n));
      if (second) throw new KernelError('ioctl', constants.errno.EINVAL);
      set(fds, filter);
    };
    expect(() => gang.changeEvents(gang.events.map((event) => ({ ...event, filter: 'a == 1' })))).toThrow(/filter/);
    expect([...kernel.openFds.keys()]).toEqual(before);
    expect(before.filter((fd) => kernel.filters.has(fd as Fd))).toEqual([]);
  });
});
