import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { CpuMask } from '../../../src/host/cpu-mask';
import { readCpus } from '../../../src/host/cpus';
import { Topology } from '../../../src/host/topology';
import { groupCpus, type TopologyUnit } from '../../../src/host/topology-groups';
import { FakeFiles, type FakeMachine, machineTree } from '../../fake-host';

const directory = '/sys/devices/system/cpu';

function groups(machine: FakeMachine, unit: TopologyUnit): string[] {
  const files = new FakeFiles(machineTree(machine));
  return groupCpus(new Topology(files), readCpus(files).online, unit).map(({ label, cpus }) => `${label}: ${cpus}`);
}

describe('the place of a CPU', () => {
  it('is what sysfs says', () => {
    const files = new FakeFiles(machineTree({ sockets: 2, diesPerSocket: 2, coresPerDie: 2, threadsPerCore: 2 }));
    expect(new Topology(files).place(cpu(7))).toEqual({ socket: 1, die: 1, cluster: 65535, core: 3, node: 1 });
    expect(new Topology(files).place(cpu(15))).toEqual({ socket: 1, die: 1, cluster: 65535, core: 3, node: 1 });
  });

  it('has perf’s defaults for what is not told', () => {
    const nowhere = { socket: -1, die: 0, cluster: 0, core: -1, node: -1 };
    expect(new Topology(new FakeFiles()).place(cpu(0))).toEqual(nowhere);
    const files = new FakeFiles({
      [`${directory}/cpu0/topology/core_id`]: '3\n',
      [`${directory}/cpu0/topology/die_id`]: '-1\n',
      [`${directory}/cpu0/topology/physical_package_id`]: 'junk\n',
    });
    expect(new Topology(files).place(cpu(0))).toEqual({ ...nowhere, core: 3 });
  });

  it('is remembered when the CPU goes offline, and looked up when it comes', () => {
    const files = new FakeFiles(machineTree({ sockets: 1, coresPerDie: 2, offline: [1] }));
    const topology = new Topology(files);
    topology.learn([cpu(0), cpu(1)]);
    files.remove(`${directory}/cpu0/topology`);
    files.remove(`${directory}/cpu0/cache`);
    files.set(`${directory}/cpu1/topology/core_id`, '1\n');
    expect(topology.place(cpu(0)).core).toBe(0);
    expect(topology.caches(cpu(0))).toHaveLength(2);
    expect(topology.place(cpu(1)).core).toBe(1);
  });
});

describe('caches', () => {
  it('are sorted by level and type, junk left out', () => {
    const base = `${directory}/cpu3/cache`;
    const topology = new Topology(
      new FakeFiles({
        [`${base}/index0/level`]: '2\n',
        [`${base}/index0/type`]: 'Unified\n',
        [`${base}/index1/level`]: '1\n',
        [`${base}/index1/type`]: 'Instruction\n',
        [`${base}/index1/id`]: '7\n',
        [`${base}/index2/level`]: '1\n',
        [`${base}/index2/type`]: 'Data\n',
        [`${base}/index2/shared_cpu_list`]: '2-3\n',
        [`${base}/index3/level`]: 'x\n',
        [`${base}/index4/level`]: '3\n',
        [`${base}/uevent`]: '',
      }),
    );
    const shown = topology.caches(cpu(3)).map(({ level, type, id, shared }) => [level, type, id, `${shared}`]);
    expect(shown).toEqual([
      [1, 'Data', undefined, '2-3'],
      [1, 'Instruction', 7, '3'],
      [2, 'Unified', undefined, '3'],
    ]);
  });
});

describe('groups of CPUs', () => {
  const machine = { sockets: 2, diesPerSocket: 2, coresPerDie: 2, threadsPerCore: 2, offline: [8] };

  it.each<[TopologyUnit, string[]]>([
    ['socket', ['S0: 0-3,9-11', 'S1: 4-7,12-15']],
    ['die', ['S0-D0: 0-1,9', 'S0-D1: 2-3,10-11', 'S1-D0: 4-5,12-13', 'S1-D1: 6-7,14-15']],
    ['node', ['N0: 0-3,9-11', 'N1: 4-7,12-15']],
    ['cache', ['S0-D0-L3-ID0: 0-1,9', 'S0-D1-L3-ID2: 2-3,10-11', 'S1-D0-L3-ID4: 4-5,12-13', 'S1-D1-L3-ID6: 6-7,14-15']],
  ])('by %s', (unit, expected) => {
    expect(groups(machine, unit)).toEqual(expected);
  });

  it('by core, cluster and a cache level', () => {
    expect(groups(machine, 'core').slice(0, 3)).toEqual(['S0-D0-C0: 0', 'S0-D0-C1: 1,9', 'S0-D1-C2: 2,10']);
    expect(groups(machine, 'cluster')[0]).toBe('S0-D0-CLS65535: 0-1,9');
    expect(groups(machine, 'cache1').slice(0, 2)).toEqual(['S0-D0-L1-ID0: 0', 'S0-D0-L1-ID1: 1,9']);
    expect(groups(machine, 'cache2')).toEqual([
      'S0-D0-L-1-ID-1: 0-1,9',
      'S0-D1-L-1-ID-1: 2-3,10-11',
      'S1-D0-L-1-ID-1: 4-5,12-13',
      'S1-D1-L-1-ID-1: 6-7,14-15',
    ]);
  });

  it('sort by number, and keep CPUs without a place', () => {
    const machine = { sockets: 12, coresPerDie: 1 };
    expect(groups(machine, 'socket').at(-1)).toBe('S11: 11');
    const lost = groupCpus(new Topology(new FakeFiles()), CpuMask.parse('4,6'), 'core');
    expect(lost.map(({ label, cpus }) => `${label}: ${cpus}`)).toEqual(['S-1-D0-C-1: 4,6']);
  });

  it('stay whole when the first CPU of a cache goes offline', () => {
    const files = new FakeFiles(machineTree({ sockets: 1, coresPerDie: 4 }));
    const topology = new Topology(files);
    topology.learn([cpu(0), cpu(1)]);
    for (const n of [2, 3]) files.set(`${directory}/cpu${n}/cache/index3/shared_cpu_list`, '1-3\n');
    const grouped = groupCpus(topology, CpuMask.parse('0-3'), 'cache');
    expect(grouped.map(({ label, cpus }) => `${label}: ${cpus}`)).toEqual(['S0-D0-L3-ID0: 0-3']);
  });
});
