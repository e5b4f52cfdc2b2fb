import { describe, expect, it } from 'vitest';
import { CpuMask } from '../../../src/host/cpu-mask';
import { type HostCpus, readCpus, resolveCpus } from '../../../src/host/cpus';
import { FakeFiles, type FakeTree, machineTree } from '../../fake-host';

const cpu = '/sys/devices/system/cpu';
const shown = ({ possible, present, online }: HostCpus) => ({
  possible: `${possible}`,
  present: `${present}`,
  online: `${online}`,
});
const read = (tree: FakeTree, count = 1) => shown(readCpus(new FakeFiles(tree), () => count));

describe('the CPUs of a machine', () => {
  it('are those that sysfs lists', () => {
    const tree = { [`${cpu}/possible`]: '0-7\n', [`${cpu}/present`]: '0-3\n', [`${cpu}/online`]: '0,2-3\n' };
    expect(read(tree)).toEqual({ possible: '0-7', present: '0-3', online: '0,2-3' });
  });

  it('come from cpuN directories where sysfs has no lists; without an online file a CPU is online', () => {
    const tree = {
      [`${cpu}/cpu0/uevent`]: '',
      [`${cpu}/cpu1/online`]: '1\n',
      [`${cpu}/cpu2/online`]: '0\n',
      [`${cpu}/cpufreq/boost`]: '1\n',
      [`${cpu}/cpu10/online`]: '1\n',
    };
    expect(read(tree)).toEqual({ possible: '0-2,10', present: '0-2,10', online: '0-1,10' });
  });

  it('come from what else there is when directories are missing too', () => {
    expect(read({ [`${cpu}/possible`]: '0-3\n' })).toEqual({ possible: '0-3', present: '0-3', online: '0-3' });
    expect(read({}, 4)).toEqual({ possible: '0-3', present: '0-3', online: '0-3' });
    expect(read({}, 0)).toEqual({ possible: '0', present: '0', online: '0' });
  });

  it('contain each other even where the lists disagree or are broken', () => {
    const tree = { [`${cpu}/possible`]: '0-1\n', [`${cpu}/present`]: 'junk', [`${cpu}/online`]: '0-3\n' };
    expect(read(tree)).toEqual({ possible: '0-3', present: '0-3', online: '0-3' });
  });

  it('can be 512 in 8 sockets, some offline and some missing', () => {
    const machine = { sockets: 8, coresPerDie: 32, threadsPerCore: 2, offline: [5, 300], missing: [511] };
    expect(read(machineTree(machine))).toEqual({
      possible: '0-511',
      present: '0-510',
      online: '0-4,6-299,301-510',
    });
  });
});

describe('CPUs a user asks for', () => {
  const host = readCpus(new FakeFiles(machineTree({ sockets: 1, coresPerDie: 4, offline: [2] })));
  const resolve = (text: string) => resolveCpus(CpuMask.parse(text), host);

  it('are online or offline', () => {
    expect(`${resolve('1-3').online}`).toBe('1,3');
    expect(`${resolve('1-3').offline}`).toBe('2');
    expect(resolve('0').offline.isEmpty).toBe(true);
  });

  it.each([
    ['7', 'cannot use CPU 7'],
    ['3-5,9', 'cannot use CPUs 4-5,9'],
  ])('must be possible: %s', (text, what) => {
    const why = 'this machine has CPUs 0-3';
    expect(() => resolve(text)).toThrow(expect.objectContaining({ code: 'NO_SUCH_CPU', what, why }));
  });
});
