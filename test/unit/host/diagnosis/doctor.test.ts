import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../../src/host/diagnosis/finding';
import { hotplugFinding } from '../../../../src/host/diagnosis/hotplug';
import { featureFindings } from '../../../../src/host/diagnosis/kernel-features';
import { limitFindings } from '../../../../src/host/diagnosis/limits';
import { permissionFindings } from '../../../../src/host/diagnosis/permissions';
import { LocalHost } from '../../../../src/host/host';
import { KernelError } from '../../../../src/native/kernel-error';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, type FakeTree, machineTree } from '../../../fake-host';

const EVERY_CAPABILITY = '000001ffffffffff';
const devices = '/sys/bus/event_source/devices';

const status = (capabilities: string, seccomp = 0) =>
  `Name:\tx\nUid:\t1000\t1000\t1000\t1000\nCapEff:\t${capabilities}\nSeccomp:\t${seccomp}\n`;

const limits = (files: number, locked: number | 'unlimited') =>
  `Max open files            ${files}                 ${files}               files\n` +
  `Max locked memory         ${locked}              ${locked}              bytes\n`;

/** A machine where everything is well; `changes` spoil it. */
function host(changes: FakeTree = {}, without: readonly string[] = []) {
  const files = new FakeFiles({
    ...machineTree({ sockets: 1, coresPerDie: 4 }),
    '/proc/self/status': status(EVERY_CAPABILITY),
    '/proc/self/uid_map': '         0          0 4294967295\n',
    '/proc/self/limits': limits(1024, 8 << 20),
    '/proc/sys/kernel/perf_event_paranoid': '2\n',
    '/proc/sys/kernel/perf_event_mlock_kb': '516\n',
    '/proc/sys/kernel/kptr_restrict': '1\n',
    '/sys/kernel/tracing/events/sched/sched_switch/id': '1\n',
    [`${devices}/cpu/type`]: '4\n',
    [`${devices}/msr/type`]: '9\n',
    [`${devices}/msr/events/tsc`]: 'event=0x00\n',
    [`${devices}/uprobe/type`]: '8\n',
    [`${devices}/kprobe/type`]: '7\n',
    ...changes,
  });
  for (const path of without) files.remove(path);
  const refuse = () => {
    throw new KernelError('fsopen', constants.errno.EPERM);
  };
  return new LocalHost({ openTracefs: refuse, closeFds: () => {} }, files);
}

const ordinary: FakeTree = { '/proc/self/status': status('0') };

const all = (machine: LocalHost, eventsPerCpu = 8): Finding[] => [
  ...permissionFindings(machine),
  ...limitFindings(machine, eventsPerCpu),
  ...featureFindings(machine),
];

const troubles = (machine: LocalHost, eventsPerCpu?: number) =>
  all(machine, eventsPerCpu).flatMap(({ name, status }) => (status === 'ok' ? [] : [`${name}: ${status}`]));

const find = (machine: LocalHost, name: string) => all(machine).find((finding) => finding.name === name);

describe('what doctor finds in files', () => {
  it('has nothing to say where all is well', () => {
    expect(troubles(host())).toEqual([]);
    expect(find(host(), 'hardware PMU')?.detail).toBe('cpu; with events of their own: msr');
    expect(find(host(), 'perf_event_paranoid')?.detail).toBe('2, but this process has CAP_PERFMON');
    expect(all(host()).every(({ cost, remedy }) => cost === undefined && remedy === undefined)).toBe(true);
  });

  it('says of everything that is amiss what it costs and what mends it', () => {
    for (const machine of [host(ordinary), host({}, ['/']), host({}, ['/proc', '/sys'])]) {
      for (const { status, cost, remedy, name } of all(machine)) {
        expect([name, status === 'ok', (cost ?? '') === '', (remedy ?? '') === '']).toEqual([
          name,
          status === 'ok',
          status === 'ok',
          status === 'ok',
        ]);
      }
    }
  });

  it.each([
    ['-1', []],
    ['0', ['perf_event_paranoid: limited', 'capabilities: limited']],
    ['2', ['perf_event_paranoid: limited', 'capabilities: limited']],
    ['4', ['perf_event_paranoid: missing', 'capabilities: limited']],
  ])('judges what level %s leaves an ordinary user', (level, expected) => {
    const machine = host({ ...ordinary, '/proc/sys/kernel/perf_event_paranoid': `${level}\n` });
    expect(troubles(machine).filter((trouble) => /paranoid|capabilities/.test(trouble))).toEqual(expected);
  });

  it('names the level at which whole CPUs may be counted', () => {
    const finding = find(host(ordinary), 'perf_event_paranoid');
    expect(finding?.cost).toMatch(/user space only.*stat -a and -C are refused/);
    expect(finding?.remedy).toContain('sysctl kernel.perf_event_paranoid=0');
  });

  it('knows that a container is none of its own', () => {
    const contained = { '/proc/self/uid_map': '0 100000 65536\n', '/proc/self/status': status(EVERY_CAPABILITY, 2) };
    const expected = ['capabilities: limited', 'user namespace: limited', 'seccomp: limited'];
    expect(troubles(host(contained))).toEqual(expect.arrayContaining(expected));
  });

  it('counts the files that a run on all CPUs takes', () => {
    const tight = { '/proc/self/limits': limits(64, 'unlimited') };
    expect(troubles(host(tight), 8)).toEqual([]);
    expect(troubles(host(tight), 12)).toEqual(['open files: missing']);
    const finding = limitFindings(host(tight), 12)[0];
    expect(finding).toMatchObject({ detail: '64 allowed; -a with the default events takes 72 on 4 CPUs' });
    expect(finding?.remedy).toMatch(/^ulimit -n 72/);
  });

  it('judges locked memory by who may lock', () => {
    const low = { '/proc/self/limits': limits(1024, 65_536) };
    expect(troubles(host(low))).toEqual([]);
    expect(find(host({ ...ordinary, ...low }), 'locked memory')).toMatchObject({
      status: 'limited',
      remedy: 'sudo sysctl kernel.perf_event_mlock_kb=4100',
    });
    const unlimited = { ...ordinary, '/proc/self/limits': limits(1024, 'unlimited') };
    expect(find(host(unlimited), 'locked memory')?.status).toBe('ok');
  });

  it.each([
    [0, 1, 'ok'],
    [0, 2, 'limited'],
    [1, 1, 'limited'],
    [2, -1, 'limited'],
  ])('foretells who sees kernel addresses: kptr_restrict %i, paranoid %i', (restrict, paranoid, expected) => {
    const levels = {
      '/proc/sys/kernel/kptr_restrict': `${restrict}\n`,
      '/proc/sys/kernel/perf_event_paranoid': `${paranoid}\n`,
    };
    expect(find(host({ ...ordinary, ...levels }), 'kptr_restrict')?.status).toBe(expected);
  });

  it('says what the machine lacks', () => {
    const bare = host({}, [devices, '/sys/kernel/tracing']);
    expect(troubles(bare)).toEqual([
      'hardware PMU: limited',
      'tracefs: missing',
      'uprobe PMU: missing',
      'kprobe PMU: missing',
    ]);
  });
});

describe('how doctor says CPUs are heard of', () => {
  const kernel = new FakeKernel();

  it('is content where none can go', () => {
    const fixed = [0, 1, 2, 3].map((n) => `/sys/devices/system/cpu/cpu${n}/online`);
    expect(hotplugFinding(kernel, host({}, fixed)).status).toBe('ok');
  });

  it('names the way there is, and leaves nothing open', () => {
    expect(hotplugFinding(kernel, host()).detail).toMatch(/^of CPU 0-3, by uevents/);
    const contained = host({ '/proc/self/uid_map': '0 100000 65536\n' });
    expect(hotplugFinding(kernel, contained)).toMatchObject({
      status: 'limited',
      cost: expect.stringMatching(/50 ms/),
    });
    expect(kernel.openFds.size).toBe(0);
  });
});
