import { describe, expect, it } from 'vitest';
import type { StatResult } from '../../../src/counts/stat-result';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { metricsOnly } from '../../../src/report/metric-only';
import { statCsv } from '../../../src/report/stat-csv';
import { statJson } from '../../../src/report/stat-json';
import { cgroups } from '../../fake/stat-results';
import { global, metrics } from '../../fake/stat-views';

/** The first three events in a cgroup, the others in none, as of `-G system.slice,system.slice,system.slice,,,`. */
const mixed: StatResult = {
  ...cgroups,
  counts: cgroups.counts.map((count, i) => {
    const { cgroup: _, ...outside } = count.event;
    return { event: i < 3 ? count.event : outside, total: count.total, perCpu: new Map(), perThread: new Map() };
  }),
};

describe('where some events are in a cgroup', () => {
  it('each line of CSV has a field for it, so that what follows keeps its place', () => {
    const rows = statCsv(mixed, { aggregation: global, separator: ',' }).split('\n');
    expect(rows.map((row) => row.split(',').slice(2, 4).join('@'))).toEqual([
      'cpu-clock@system.slice',
      'cycles@system.slice',
      'instructions@system.slice',
      'cpu-clock@',
      'cycles@',
      'instructions@',
      '',
    ]);
    expect(rows.slice(0, 6).map((row) => row.split(',').length)).toEqual(Array(6).fill(8));
  });

  it('each object of JSON has the member', () => {
    const objects = statJson(mixed, { aggregation: global }).trim().split('\n');
    expect(objects.map((line) => JSON.parse(line).cgroup)).toEqual([...Array(3).fill('system.slice'), '', '', '']);
  });

  it('each line of metrics has it', () => {
    const format = { kind: 'csv', separator: ',' } as const;
    const [heads, ...lines] = metricsOnly(mixed, { aggregation: global, metrics, format, heads: true })
      .trim()
      .split('\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['system.slice', '']);
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([heads?.split(',').length]));
  });

  it('no line of metrics is for a time alone, which is in none', () => {
    const [count] = cgroups.counts;
    if (!count) throw new Error('there is one');
    const { cgroup: _, ...outside } = count.event;
    const time: ResolvedEvent = { ...outside, name: 'duration_time', kind: 'tool', tool: 'duration_time', unit: 'ns' };
    const source = { ...cgroups, counts: [...cgroups.counts, { ...count, event: time }] };
    for (const format of [{ kind: 'table' }, { kind: 'json' }, { kind: 'csv', separator: ',' }] as const) {
      const made = (from: StatResult) => metricsOnly(from, { aggregation: global, metrics, format, heads: true });
      expect(made(source)).toEqual(made(cgroups));
    }
  });
});
