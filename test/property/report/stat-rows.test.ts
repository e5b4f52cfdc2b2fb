import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cpu, ns } from '../../../src/base/units';
import { aggregate } from '../../../src/counts/event-count';
import type { Reading } from '../../../src/gang/reading';
import { CpuMask } from '../../../src/host/cpu-mask';
import { readCpus } from '../../../src/host/cpus';
import { Topology } from '../../../src/host/topology';
import { groupCpus, type TopologyUnit } from '../../../src/host/topology-groups';
import { type RowSource, type StatRow, statRows } from '../../../src/report/stat-rows';
import { hardware, software } from '../../fake/events';
import { FakeFiles, type FakeMachine, machineTree } from '../../fake-host';

const units: readonly TopologyUnit[] = [
  'socket',
  'die',
  'cluster',
  'core',
  'node',
  'cache',
  'cache1',
  'cache2',
  'cache3',
];
const events = [software('cpuClock'), hardware('cpuCycles')];

interface Counting {
  readonly source: RowSource;
  readonly topology: Topology;
  readonly counted: readonly Cpu[];
}

/** What the CPUs of a machine have counted; those that have gone meanwhile were learnt before, or not. */
function counting(
  machine: FakeMachine,
  gone: readonly number[],
  isLearnt: boolean,
  values: readonly bigint[],
): Counting {
  const files = new FakeFiles(machineTree(machine));
  const topology = new Topology(files);
  const { online } = readCpus(files);
  if (isLearnt) topology.learn(online);
  for (const one of gone) files.remove(`/sys/devices/system/cpu/cpu${one}/topology`);
  for (const one of gone) files.remove(`/sys/devices/system/cpu/cpu${one}/cache`);
  const counted = [...online];
  const readings = counted.flatMap((one, i): Reading[] =>
    events.map((_, event) => {
      const value = values[(i + event) % values.length] ?? 0n;
      // Some never had a turn, some were multiplexed.
      const timeRunning = (value * 7n) % 11n;
      return { event, place: { cpu: one }, counts: { value, timeEnabled: 10n, timeRunning } };
    }),
  );
  const source: RowSource = {
    subject: { kind: 'system', cpus: CpuMask.of(counted.filter((one) => !gone.includes(one))) },
    counts: aggregate(events, readings, new Set()),
    elapsed: ns(1n),
  };
  return { source, topology, counted };
}

const rowsBy = ({ source, topology }: Counting, unit: TopologyUnit): StatRow[] =>
  statRows(source, {
    aggregation: { kind: 'unit', unit, cpus: [], groupsOf: (cpus) => groupCpus(topology, cpus, unit) },
  });

const labelOf = ({ part }: StatRow): string => (part?.kind === 'unit' ? part.label : '');
const sizeOf = ({ part }: StatRow): number => (part?.kind === 'unit' ? part.cpus : 0);

function check(counted: Counting): void {
  for (const unit of units) {
    const rows = rowsBy(counted, unit);
    for (const { event, total } of counted.source.counts) {
      const own = rows.filter((row) => row.event === event);
      expect(own.reduce((sum, { count }) => sum + count.value, 0n)).toBe(total.value);
      expect(own.reduce((sum, { count }) => sum + count.raw.value, 0n)).toBe(total.raw.value);
      expect(own.reduce((sum, { count }) => sum + count.raw.timeRunning, 0n)).toBe(total.raw.timeRunning);
      expect(own.reduce((sum, row) => sum + sizeOf(row), 0)).toBe(counted.counted.length);
      expect(new Set(own.map(labelOf)).size).toBe(own.length);
    }
  }
  const byCpu = statRows(counted.source, { aggregation: { kind: 'cpu', cpus: [] } });
  expect(byCpu.map(({ part }) => part?.kind === 'cpu' && part.cpu)).toEqual([...counted.counted, ...counted.counted]);
}

const machine = fc.record({
  sockets: fc.integer({ min: 1, max: 4 }),
  diesPerSocket: fc.integer({ min: 1, max: 3 }),
  coresPerDie: fc.integer({ min: 1, max: 5 }),
  threadsPerCore: fc.integer({ min: 1, max: 2 }),
});
const values = fc.array(fc.bigInt({ min: 0n, max: 1n << 60n }), { minLength: 1, maxLength: 20 });
const numbers = fc.array(fc.integer({ min: 1, max: 119 }), { maxLength: 8 });

describe('rows by unit', () => {
  it('have every CPU once, and add up to the whole, whatever the machine and whichever CPUs go', () => {
    fc.assert(
      fc.property(machine, numbers, numbers, fc.boolean(), values, (made, offline, gone, isLearnt, own) => {
        check(counting({ ...made, offline }, gone, isLearnt, own));
      }),
      { numRuns: 60 },
    );
  });

  const big: FakeMachine = {
    sockets: 8,
    diesPerSocket: 2,
    coresPerDie: 16,
    threadsPerCore: 2,
    offline: [3, 259, 511],
    missing: [17, 100],
  };

  it('do so on a machine of 512 CPUs in 8 sockets, some of which are not there', () => {
    const counted = counting(big, [40, 41], true, [1n, 5n, 12_345n]);
    check(counted);
    const labels = (unit: TopologyUnit) =>
      rowsBy(counted, unit).flatMap((row) => (row.event === events[0] ? [`${labelOf(row)}: ${sizeOf(row)}`] : []));
    expect(labels('socket')).toEqual(['S0: 61', 'S1: 64', 'S2: 64', 'S3: 63', 'S4: 64', 'S5: 64', 'S6: 64', 'S7: 63']);
    expect(labels('node')).toEqual(['N0: 61', 'N1: 64', 'N2: 64', 'N3: 63', 'N4: 64', 'N5: 64', 'N6: 64', 'N7: 63']);
    expect(labels('die').slice(0, 3)).toEqual(['S0-D0: 30', 'S0-D1: 31', 'S1-D0: 32']);
    expect(labels('cache3').slice(0, 3)).toEqual(['S0-D0-L3-ID0: 30', 'S0-D1-L3-ID16: 31', 'S1-D0-L3-ID32: 32']);
    expect(labels('core').slice(0, 4)).toEqual(['S0-D0-C0: 2', 'S0-D0-C1: 2', 'S0-D0-C2: 2', 'S0-D0-C4: 2']);
    expect(labels('core')).toHaveLength(255);
  });

  it('put CPUs that nobody knows any more into one of their own', () => {
    const rows = rowsBy(counting(big, [40, 41], false, [1n]), 'socket');
    expect(rows.slice(0, 2).map((row) => [labelOf(row), sizeOf(row)])).toEqual([
      ['S-1', 2],
      ['S-1', 2],
    ]);
  });
});
