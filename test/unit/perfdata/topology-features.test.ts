import { describe, expect, it } from 'vitest';
import { CpuMask } from '../../../src/host/cpu-mask';
import { cpuTopology, numaTopology } from '../../../src/perfdata/topology-features';
import { FakeFiles } from '../../fake-host';

const cpu = (n: number, files: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`/sys/devices/system/cpu/cpu${n}/topology/${name}`, `${text}\n`]),
  );

describe('the topology of CPUs', () => {
  it('tells each group once, and of a CPU that is offline that nothing is known', () => {
    const both = { core_siblings_list: '0-1', thread_siblings_list: '0-1', physical_package_id: '3' };
    const files = new FakeFiles({ ...cpu(0, { ...both, core_id: '5' }), ...cpu(1, { ...both, core_id: '6' }) });
    const bytes = cpuTopology(files, CpuMask.parse('0-1'), CpuMask.parse('0-2'));
    // Twice: one text, of 64 bytes.
    expect(bytes?.length).toBe(2 * (4 + 4 + 64) + 3 * 8);
    const numbers = [0, 1, 2, 3, 4, 5].map((i) => bytes?.readInt32LE(2 * 72 + i * 4));
    expect(numbers).toEqual([5, 3, 6, 3, -1, -1]);
  });

  it('is not told where the machine does not know it', () => {
    expect(cpuTopology(new FakeFiles({}), CpuMask.parse('0'), CpuMask.parse('0'))).toBeUndefined();
  });
});

describe('the topology of memory', () => {
  it('tells of each node its memory and CPUs', () => {
    const node = '/sys/devices/system/node';
    const meminfo = 'Node 1 MemTotal:    2048 kB\nNode 1 MemFree:    1024 kB\n';
    const files = new FakeFiles({
      [`${node}/online`]: '1\n',
      [`${node}/node1/meminfo`]: meminfo,
      [`${node}/node1/cpulist`]: '4-7\n',
    });
    const bytes = numaTopology(files);
    expect([bytes?.readUInt32LE(0), bytes?.readUInt32LE(4)]).toEqual([1, 1]);
    expect([bytes?.readBigUInt64LE(8), bytes?.readBigUInt64LE(16)]).toEqual([2048n, 1024n]);
    expect(bytes?.toString('latin1', 28, 31)).toBe('4-7');
  });
});
