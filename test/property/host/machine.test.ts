import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pid } from '../../../src/base/units';
import { readCpus } from '../../../src/host/cpus';
import { readLimits } from '../../../src/host/limits';
import { parsePmuFormat } from '../../../src/host/pmu-format';
import { readPrivileges } from '../../../src/host/privileges';
import { Processes } from '../../../src/host/processes';
import { Topology } from '../../../src/host/topology';
import { groupCpus, type TopologyUnit } from '../../../src/host/topology-groups';
import { parseTracepointFormat } from '../../../src/host/tracepoint-format';
import { FakeFiles, machineTree } from '../../fake-host';

const machine = fc.record({
  sockets: fc.integer({ min: 1, max: 8 }),
  diesPerSocket: fc.integer({ min: 1, max: 2 }),
  coresPerDie: fc.integer({ min: 1, max: 16 }),
  threadsPerCore: fc.integer({ min: 1, max: 2 }),
  offline: fc.array(fc.nat({ max: 511 }), { maxLength: 20 }),
  missing: fc.array(fc.nat({ max: 511 }), { maxLength: 20 }),
});
const unit = fc.constantFrom<TopologyUnit>('socket', 'die', 'cluster', 'core', 'node', 'cache', 'cache1', 'cache2');
const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('machines of up to 512 CPUs', () => {
  it('are split by any unit so that every online CPU is in one group', () => {
    fc.assert(
      fc.property(machine, unit, (shape, by) => {
        const files = new FakeFiles(machineTree(shape));
        const { online } = readCpus(files, () => 1);
        const groups = groupCpus(new Topology(files), online, by);
        expect(groups.flatMap(({ cpus }) => [...cpus]).sort((a, b) => a - b)).toEqual([...online]);
        expect(new Set(groups.map(({ label }) => label)).size).toBe(groups.length);
        if (by === 'core') expect(groups.every(({ cpus }) => cpus.size <= shape.threadsPerCore)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

describe('text from outside', () => {
  it('never breaks a parser', () => {
    fc.assert(
      fc.property(anyText, anyText, (first, second) => {
        const text = `${first}\n${second}`;
        const files = new FakeFiles({
          '/sys/devices/system/cpu/online': first,
          '/sys/devices/system/cpu/possible': second,
          '/proc/self/status': `CapEff:\t${first}\nUid:\t${second}`,
          '/proc/self/limits': `Max open files ${text}`,
          '/proc/sys/kernel/perf_event_paranoid': first,
        });
        expect(readCpus(files, () => 2).online.isEmpty).toBe(false);
        expect(readLimits(files).openFiles.soft).toBeGreaterThanOrEqual(0);
        expect(readPrivileges(files).effectiveUid).toBeGreaterThanOrEqual(0);
        expect(parsePmuFormat('x', `config:${first}`)?.bits.length ?? 1).toBeGreaterThan(0);
        expect(parseTracepointFormat(`name: x\nID: 1\n\tfield:${text}`)?.id).toBe(1);
      }),
    );
  });

  it('as a process name leaves the other fields of the process alone', () => {
    const comm = fc.string({ unit: fc.oneof(fc.constantFrom(...'() \n\t\\1RS'), fc.constant('é')), maxLength: 64 });
    fc.assert(
      fc.property(comm, fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (name, parent, start) => {
        const stat = `7 (${name}) T ${parent} ${'9 '.repeat(17)}${start} 9 9\n`;
        const files = new FakeFiles({ '/proc/7/stat': stat, '/proc/7/comm': `${name}\n` });
        expect(new Processes(files).info(pid(7))).toMatchObject({ comm: name, state: 'T', parent, startTicks: start });
      }),
    );
  });
});
