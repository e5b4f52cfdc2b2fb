import { describe, expect, it } from 'vitest';
import { ns } from '../../src/base/units';
import type { Aggregation } from '../../src/counts/aggregation';
import type { StatResult } from '../../src/counts/stat-result';
import { metricsOnly } from '../../src/report/metric-only';
import { statCsv } from '../../src/report/stat-csv';
import { statJson } from '../../src/report/stat-json';
import type { RowView } from '../../src/report/stat-rows';
import { statTable, type TableOptions } from '../../src/report/stat-table';
import * as results from '../fake/stat-results';
import { byCpu, byThread, byUnit, global, metrics } from '../fake/stat-views';
import { expectKept } from './kept';

const { machine } = results;

const plain: TableOptions = { aggregation: global, verbose: false, runs: false, color: false, width: 80 };

const tables: readonly [string, StatResult, Partial<TableOptions>][] = [
  ['system', results.system, {}],
  ['system-160', results.system, { width: 160 }],
  ['system-color', results.system, { color: true }],
  ['system-color-160', results.system, { color: true, width: 160 }],
  ['system-per-cpu', results.system, { aggregation: byCpu }],
  ['system-verbose', results.system, { verbose: true }],
  ['without-own', results.withoutOwn, {}],
  ['flapped', results.flapped, {}],
  ['flapped-40', results.flapped, { width: 40 }],
  ['flapped-160', results.flapped, { width: 160 }],
  ['looked', results.looked, {}],
  ['cpus', results.cpus, {}],
  ['cpus-color', results.cpus, { color: true }],
  ['cpus-per-cpu', results.cpus, { aggregation: byCpu }],
  ['command', results.command, {}],
  ['command-by-cpu', results.commandByCpu, { aggregation: byCpu }],
  ['threads', results.threads, {}],
  ['processes', results.processes, {}],
  ['wide', results.wide, {}],
  ['wide-160', results.wide, { width: 160 }],
  ['wide-color-160', results.wide, { color: true, width: 160 }],
  ['runs', results.runs, {}],
  ['runs-160', results.runs, { width: 160 }],
  ['runs-listed', results.runs, { runs: true }],
  ['runs-failed', results.failedRuns, { runs: true }],
  ['threads-busy', results.busyThreads, { aggregation: byThread }],
  ['threads-busy-160', results.busyThreads, { aggregation: byThread, width: 160 }],
  ['cgroups', results.cgroups, { metrics }],
  ['cgroups-160', results.cgroups, { metrics, width: 160 }],
  ['machine', machine, { metrics }],
  ['machine-160', machine, { metrics, width: 160 }],
  ['machine-per-socket', machine, { aggregation: byUnit('socket'), metrics }],
  ['machine-per-socket-160', machine, { aggregation: byUnit('socket'), metrics, width: 160 }],
  ['machine-per-core', machine, { aggregation: byUnit('core') }],
  ['machine-per-cache', machine, { aggregation: byUnit('cache3') }],
  ['history', results.withHistory, {}],
  ['history-160', results.withHistory, { width: 160 }],
  ['history-60', results.withHistory, { width: 60 }],
];

/** As a terminal counts columns: none for colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
const columns = (line: string): number => [...line.replace(/\u001b\[\d+m/g, '')].length;

describe('the table', () => {
  it.each(tables)('%s', (name, result, options) => {
    const text = statTable(result, { ...plain, ...options });
    expectKept(`${name}.txt`, text);
    for (const line of text.split('\n')) expect(line).not.toMatch(/ $/);
  });

  // Names and numbers are never cut: a page too narrow for them is overrun.
  const narrow = new Set(['flapped-40', 'system-verbose']);
  it.each(tables.filter(([name]) => !narrow.has(name)))('is not wider than it should be: %s', (_, result, options) => {
    const { width } = { ...plain, ...options };
    const text = statTable(result, { ...plain, ...options });
    for (const line of text.split('\n')) expect(columns(line), line).toBeLessThanOrEqual(width);
  });
});

const machineReadable: readonly [string, StatResult, Aggregation][] = [
  ['system', results.system, global],
  ['system-per-cpu', results.system, byCpu],
  ['cpus', results.cpus, global],
  ['cpus-per-cpu', results.cpus, byCpu],
  ['command', results.command, global],
  ['command-by-cpu', results.commandByCpu, byCpu],
  ['threads', results.threads, global],
  ['runs', results.runs, global],
  ['threads-busy', results.busyThreads, byThread],
  ['cgroups', results.cgroups, global],
  ['machine-per-socket', machine, byUnit('socket')],
];

describe("perf's formats", () => {
  it.each(machineReadable)('-x %s', (name, result, aggregation) => {
    expectKept(`${name}.csv`, statCsv(result, { separator: ',', aggregation }));
  });

  it.each(machineReadable)('-j %s', (name, result, aggregation) => {
    const text = statJson(result, { aggregation });
    expectKept(`${name}.jsonl`, text);
    for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });

  const views: readonly [string, StatResult, RowView][] = [
    ['metrics', machine, { aggregation: global, metrics }],
    ['metrics-per-socket', machine, { aggregation: byUnit('socket'), metrics }],
    ['metrics-cgroups', results.cgroups, { aggregation: global, metrics }],
  ];
  const interval = ns(1_234_567_890n);

  it.each(views)('%s', (name, result, view) => {
    const csv = [
      statCsv(result, { ...view, separator: ',' }),
      statCsv(result, { ...view, separator: ';', interval }),
      statCsv(result, { ...view, separator: ',', interval: 'summary' }),
    ];
    expectKept(`${name}.csv`, csv.join('\n'));
    const json = [statJson(result, view), statJson(result, { ...view, interval })];
    expectKept(`${name}.jsonl`, json.join('\n'));
    for (const line of json.join('').trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });

  it.each(views)('--metric-only, %s', (name, result, view) => {
    const csv = { kind: 'csv', separator: ',' } as const;
    const all = (['table', 'json'] as const).map((kind) => ({ kind })).concat([csv as never]);
    const texts = all.flatMap((format) => [
      metricsOnly(result, { ...view, format, heads: true }),
      metricsOnly(result, { ...view, format, heads: true, interval }),
      metricsOnly(result, { ...view, format, heads: false, interval: ns(12_000_000_000n) }),
      metricsOnly(result, { ...view, format, heads: false, interval: 'summary' }),
    ]);
    expectKept(`${name}-only.txt`, texts.join('\n'));
    const json = metricsOnly(result, { ...view, format: { kind: 'json' }, heads: true, interval });
    for (const line of json.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});
