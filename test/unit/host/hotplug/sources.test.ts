import { describe, expect, it } from 'vitest';
import type { Fd } from '../../../../src/base/units';
import { CpuMask } from '../../../../src/host/cpu-mask';
import { LocalHost } from '../../../../src/host/host';
import { hotpluggable, openHotplugSource } from '../../../../src/host/hotplug/open-source';
import { SysfsSource } from '../../../../src/host/hotplug/sysfs-source';
import { parseUevent, UeventSource } from '../../../../src/host/hotplug/uevent-source';
import { KernelError } from '../../../../src/native/kernel-error';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, machineTree } from '../../../fake-host';

describe('a uevent', () => {
  it.each([
    ['online@/devices/system/cpu/cpu1', { step: 'online', cpu: 1 }],
    ['offline@/devices/system/cpu/cpu0', { step: 'offline', cpu: 0 }],
    ['online@/devices/system/cpu/cpu99999', { step: 'online', cpu: 99999 }],
  ])('%s tells of a CPU', (header, told) => {
    expect(parseUevent(header)).toEqual(told);
  });

  it.each([
    '',
    'online@',
    'change@/devices/system/cpu/cpu1',
    'add@/devices/system/cpu/cpu1',
    'online@/devices/system/cpu/cpu',
    'online@/devices/system/cpu/cpu-1',
    'online@/devices/system/cpu/cpu1x',
    'online@/devices/system/cpu/cpu1\n',
    'online@/devices/system/cpu/cpu123456',
    'online@/devices/system/cpu/cpu1/cache',
    'online@/devices/system/memory/memory1',
    ' online@/devices/system/cpu/cpu1',
    'xonline@/devices/system/cpu/cpu1',
    'online@/devices/../devices/system/cpu/cpu1',
    'online@/devices/system/cpu/cpu１',
    `online@/devices/system/cpu/cpu${'1'.repeat(100_000)}`,
    '\u0000online@/devices/system/cpu/cpu1',
  ])('%j tells of none', (header) => {
    expect(parseUevent(header)).toBeUndefined();
  });
});

/** Hands out uevents that stand in a queue. */
class UeventKernel extends FakeKernel {
  queue: (string[] | 'lost')[] = [];

  override receiveUevent(): undefined {
    return this.queue.shift() as undefined;
  }
}

describe('uevents', () => {
  it('are told in their order, those of other devices left out', () => {
    const kernel = new UeventKernel();
    const source = UeventSource.open(kernel);
    kernel.queue = [
      ['offline@/devices/system/cpu/cpu2', 'ACTION=offline'],
      ['change@/devices/virtual/block/loop0'],
      [],
      ['online@/devices/system/cpu/cpu2', 'ACTION=online'],
    ];
    const notices = source.drain();
    expect(notices).toMatchObject([
      { cpu: 2, step: 'offline' },
      { cpu: 2, step: 'online' },
    ]);
    expect(source.drain()).toEqual([]);
    source.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('that stand behind a loss are emptied with it: they are older than what is found anew', () => {
    const kernel = new UeventKernel();
    const source = UeventSource.open(kernel);
    kernel.queue = ['lost', ['offline@/devices/system/cpu/cpu1'], ['online@/devices/system/cpu/cpu2']];
    expect(source.drain()).toBe('lost');
    expect(kernel.queue).toEqual([]);
    expect(source.drain()).toEqual([]);
  });
});

describe('looking at sysfs', () => {
  const online = (files: FakeFiles, list: string) => files.set('/sys/devices/system/cpu/online', `${list}\n`);

  it('tells what has changed since the last look, first of those that went', () => {
    const files = new FakeFiles(machineTree({ sockets: 1, coresPerDie: 4, offline: [3] }));
    const source = new SysfsSource(files);
    expect(source.drain()).toEqual([]);
    online(files, '0,2-3');
    expect(source.drain()).toMatchObject([
      { cpu: 1, step: 'offline' },
      { cpu: 3, step: 'online' },
    ]);
    expect(source.drain()).toEqual([]);
    online(files, '0-2');
    expect(source.drain()).toMatchObject([
      { cpu: 3, step: 'offline' },
      { cpu: 1, step: 'online' },
    ]);
  });

  it('outlasts a file that is torn or gone', () => {
    const files = new FakeFiles(machineTree({ sockets: 1, coresPerDie: 2 }));
    const source = new SysfsSource(files);
    for (const text of ['', '\n', '0-', 'x', '99999999999999999999', '-1']) {
      files.set('/sys/devices/system/cpu/online', text);
      expect(() => source.drain(), JSON.stringify(text)).not.toThrow();
    }
    files.remove('/sys/devices/system/cpu/online');
    expect(() => source.drain()).not.toThrow();
  });
});

describe('the best source', () => {
  const machine = machineTree({ sockets: 1, coresPerDie: 2 });

  it('is uevents where the kernel threads cannot be watched', () => {
    const kernel = new UeventKernel();
    const host = new LocalHost(kernel, new FakeFiles(machine));
    expect(openHotplugSource(kernel, host, CpuMask.parse('0-1')).name).toBe('uevent');
    host.close();
  });

  it('is looking at sysfs where there is no netlink, or uevents do not reach', () => {
    const kernel = new UeventKernel();
    kernel.openUevents = (): Fd => {
      throw new KernelError('socket', 97);
    };
    const host = new LocalHost(kernel, new FakeFiles(machine));
    const source = openHotplugSource(kernel, host, CpuMask.parse('0-1'));
    expect(source.name).toBe('sysfs');
    expect(source.pollMs).toBeGreaterThan(0);
    const inNamespace = new FakeFiles({ ...machine, '/proc/self/uid_map': '         0       1000          1\n' });
    expect(openHotplugSource(new UeventKernel(), new LocalHost(kernel, inNamespace), CpuMask.parse('0-1')).name).toBe(
      'sysfs',
    );
  });

  it('is asked only about CPUs that can go', () => {
    const files = new FakeFiles(machine);
    files.remove('/sys/devices/system/cpu/cpu0/online');
    expect(`${hotpluggable(files, CpuMask.parse('0-1'))}`).toBe('1');
  });
});
