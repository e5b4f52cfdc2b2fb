import { describe, expect, it } from 'vitest';
import type { StatResult } from '../../../src/counts/stat-result';
import { MetricColumns, type MetricOnlyOptions, metricsOnly } from '../../../src/report/metric-only';
import { cgroups, machine, system } from '../../fake/stat-results';
import { byUnit, global, metrics } from '../../fake/stat-views';

const csv = { kind: 'csv', separator: ',' } as const;
const only = (result: StatResult, more: Partial<MetricOnlyOptions> = {}) =>
  metricsOnly(result, { aggregation: global, metrics, format: csv, heads: true, ...more });

/** Without the counts of an event by that name. */
const without = (result: StatResult, name: string): StatResult => ({
  ...result,
  counts: result.counts.filter(({ event }) => event.name !== name),
});

describe('metrics alone', () => {
  it('keep their columns when one cannot be told for a while', () => {
    const columns = new MetricColumns();
    const first = only(machine, { columns });
    const later = only(without(machine, 'cycles'), { columns, heads: false });
    expect(first.split('\n')[0]).toBe('answer,insn per cycle,ipc,half,%  rate,');
    expect(later).toBe('42.000,,,1215.000,,\n');
    expect(only(machine, { columns, heads: false })).toBe(`${first.split('\n')[1]}\n`);
  });

  it('have a line for each cgroup, each with the metrics of its own', () => {
    expect(only(cgroups).split('\n').slice(1, 3)).toEqual([
      'system.slice,42.000,1.50,1.500,67500000.000,',
      'user.slice/user-1000.slice,,0.50,0.5000,376500000.000,',
    ]);
  });

  it('tell the same metric of two events apart, so that no key of JSON stands twice', () => {
    const [clock, cycles, instructions] = machine.counts;
    if (!clock || !cycles || !instructions) throw new Error('a machine has them');
    const again = { ...instructions, event: { ...instructions.event, name: 'instructions:u' } };
    const text = only({ ...machine, counts: [cycles, instructions, again] }, { format: { kind: 'json' }, metrics: [] });
    expect(text).toBe('{"insn per cycle" : "0.00", "instructions:u insn per cycle" : "0.00"}\n');
  });

  it('have an empty line for each part without any, and no rates', () => {
    expect(only(system, { metrics: [] })).toBe('\n\n');
    expect(only(system, { metrics: [], format: { kind: 'json' } })).toBe('{}\n');
  });

  it('align their heads with what stands below them, however long', () => {
    for (const aggregation of [global, byUnit('core')]) {
      const [head = '', ...lines] = only(machine, { aggregation, format: { kind: 'table' } })
        .trimEnd()
        .split('\n');
      for (const line of lines) expect(line.length, line).toBe(head.length);
    }
  });
});
