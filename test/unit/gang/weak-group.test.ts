import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang, type GangRequest } from '../../../src/gang/gang';
import { CpuMask } from '../../../src/host/cpu-mask';
import { hardware, software } from '../../fake/events';
import { FakeKernel } from '../../fake/fake-kernel';

const { errno } = constants;

const weak = { settings: { weakGroup: true } };
/** `alone,{a,b,c}:W`, and behind it a group that is not to be touched. */
const events = [
  software('pageFaults'),
  hardware('cpuCycles', { leader: 1, groupName: 'g', ...weak }),
  hardware('instructions', { leader: 1, ...weak }),
  hardware('branchMisses', { leader: 1, ...weak }),
  software('contextSwitches', { leader: 4, ...weak }),
  software('cpuMigrations', { leader: 4, ...weak }),
];

const request = (more: Partial<GangRequest> = {}): GangRequest => ({
  events,
  target: { kind: 'cpus', cpus: CpuMask.parse('0-2') },
  mayMiss: () => false,
  placesMayGo: true,
  context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => 10 },
  ...more,
});

/** A machine with room for two hardware events of a group; from `fromCpu` on. */
function tightKernel(number: number = errno.EINVAL, fromCpu = 0): FakeKernel {
  const kernel = new FakeKernel();
  kernel.refuseOpen = ({ leader, cpu: on }, { type, config }) =>
    type === 0 && config === 5n && leader !== undefined && on >= fromCpu ? number : 0;
  kernel.countsOf = ({ attr }) => ({ value: attr.config + 1n, timeEnabled: 10n, timeRunning: 10n });
  return kernel;
}

const leadersOf = (gang: Gang): ResolvedEvent['leader'][] => gang.events.map(({ leader }) => leader);

describe('a weak group that the kernel refuses', () => {
  it.each([errno.EINVAL, errno.EBADF])('is given up on every CPU, with errno %i, and the others stay', (number) => {
    // The last CPU refuses it: by then the others have it as a group.
    const kernel = tightKernel(number, 2);
    const gang = Gang.open(kernel, request());
    expect(gang.dissolved).toEqual(['g{cycles,instructions,branch-misses}']);
    expect(leadersOf(gang)).toEqual([undefined, undefined, undefined, undefined, 4, 4]);
    expect(gang.events[1]?.groupName).toBeUndefined();
    expect(kernel.openFds.size).toBe(18);
    gang.arm();
    expect(kernel.events().every(({ enabled }) => enabled)).toBe(true);
    const values = new Map(gang.read().readings.map(({ event, place, counts }) => [`${event}@${place.cpu}`, counts]));
    expect(values.size).toBe(18);
    expect(values.get('3@2')?.value).toBe(6n);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('stays one when no member is refused', () => {
    const gang = Gang.open(new FakeKernel(), request());
    expect(gang.dissolved).toEqual([]);
    expect(leadersOf(gang)).toEqual([undefined, 1, 1, 1, 4, 4]);
  });

  it('is an error as ever when its leader is refused, or a member for another reason, or on its own', () => {
    const refusing = (number: number, of: bigint) => {
      const kernel = new FakeKernel();
      kernel.refuseOpen = (_, { type, config }) => (type === 0 && config === of ? number : 0);
      return kernel;
    };
    for (const kernel of [refusing(errno.EINVAL, 0n), refusing(errno.EBUSY, 1n), refusing(errno.EINVAL, 1n)]) {
      expect(() => Gang.open(kernel, request())).toThrow(/^cannot open (cycles|instructions) on cpu0/);
      expect(kernel.openFds.size).toBe(0);
    }
  });

  it('is an error when it is not weak', () => {
    const strong = events.map(({ settings: _, ...event }) => event);
    const kernel = tightKernel();
    expect(() => Gang.open(kernel, request({ events: strong }))).toThrow(/^cannot open branch-misses on cpu0/);
    expect(kernel.openFds.size).toBe(0);
  });

  it('is given up once its leader is missing, too', () => {
    const kernel = tightKernel();
    const { refuseOpen } = kernel;
    kernel.refuseOpen = (one, attr) => (attr.type === 0 && attr.config === 0n ? errno.ENOENT : refuseOpen(one, attr));
    const gang = Gang.open(kernel, request({ mayMiss: () => true }));
    expect([...gang.missing.keys()]).toEqual([1]);
    expect(gang.dissolved).toEqual(['{instructions,branch-misses}']);
  });

  it('cannot be given up for a CPU that comes later: the group stands elsewhere', () => {
    const kernel = tightKernel(errno.EINVAL, 3);
    const gang = Gang.open(kernel, request());
    expect(() => gang.addPlaces([{ cpu: cpu(3) }])).toThrow(/^cannot open branch-misses on cpu3/);
    expect(kernel.openFds.size).toBe(18);
    expect(leadersOf(gang)).toEqual([undefined, 1, 1, 1, 4, 4]);
  });

  it('that was given up is extended to later CPUs as it is', () => {
    const kernel = tightKernel();
    const gang = Gang.open(kernel, request());
    gang.addPlaces([{ cpu: cpu(3) }]);
    expect(kernel.openFds.size).toBe(24);
  });
});
