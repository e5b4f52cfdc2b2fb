import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpu, fd } from '../../../src/base/units';
import { LocalHost } from '../../../src/host/host';
import { readLimits } from '../../../src/host/limits';
import { KernelError } from '../../../src/native/kernel-error';
import { FakeFiles, machineTree } from '../../fake-host';

const limits = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            1024                 524288               files
Max locked memory         8388608              unlimited            bytes
`;

function fakeHost() {
  let opens = 0;
  const closed: number[] = [];
  const files = new FakeFiles({
    ...machineTree({ sockets: 2, coresPerDie: 2 }),
    '/proc/self/limits': limits,
    '/proc/self/fd/0': { link: '/dev/null' },
    '/proc/self/fd/9/events/sched/sched_switch/id': '372\n',
    '/proc/sys/kernel/perf_event_paranoid': '2\n',
    '/sys/bus/event_source/devices/cpu/type': '4\n',
  });
  const kernel = {
    openTracefs: () => fd(8 + ++opens),
    closeFds: (fds: readonly number[]) => void closed.push(...fds),
  };
  return { host: new LocalHost(kernel, files), files, closed };
}

describe('a host', () => {
  it('describes the machine that its files show', () => {
    const { host } = fakeHost();
    expect(`${host.cpus().online}`).toBe('0-3');
    expect(host.topology.place(cpu(3)).socket).toBe(1);
    expect(host.pmus.hasHardwarePmu()).toBe(true);
    expect(host.privileges.paranoid).toBe(2);
    expect(host.perfHolders()).toEqual({ holders: [], notVisible: 0 });
    expect(host.limits().openFiles).toEqual({ soft: 1024, hard: 524288 });
  });

  it('sees a CPU go', () => {
    const { host, files } = fakeHost();
    files.set('/sys/devices/system/cpu/online', '0,2-3\n');
    expect(`${host.cpus().online}`).toBe('0,2-3');
  });

  it('opens its tracefs once and gives it back', () => {
    const { host, closed } = fakeHost();
    expect(host.tracefs()).toBe(host.tracefs());
    host.close();
    host.close();
    expect(closed).toEqual([9]);
  });

  it('can do without a tracefs', () => {
    const kernel = {
      openTracefs: () => {
        throw new KernelError('fsopen', constants.errno.ENODEV);
      },
      closeFds: () => {},
    };
    using host = new LocalHost(kernel, new FakeFiles());
    expect(() => host.tracefs()).toThrow(expect.objectContaining({ code: 'NO_TRACEFS' }));
  });
});

describe('limits', () => {
  it('are numbers, or infinite', () => {
    const { files } = fakeHost();
    expect(readLimits(files)).toEqual({
      openFiles: { soft: 1024, hard: 524288 },
      lockedMemory: { soft: 8388608, hard: Infinity },
      filesInUse: 2,
    });
  });

  it('that cannot be read do not hinder', () => {
    const unlimited = { soft: Infinity, hard: Infinity };
    expect(readLimits(new FakeFiles({ '/proc/self/limits': 'Max open files\n' }))).toEqual({
      openFiles: unlimited,
      lockedMemory: unlimited,
      filesInUse: 0,
    });
  });
});
