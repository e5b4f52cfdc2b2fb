import { describe, expect, it } from 'vitest';
import type { Aggregation } from '../../src/counts/aggregation';
import type { StatResult } from '../../src/counts/stat-result';
import { statCsv } from '../../src/report/stat-csv';
import { statJson } from '../../src/report/stat-json';
import { statTable, type TableOptions } from '../../src/report/stat-table';
import * as results from '../fake/stat-results';
import { expectKept } from './kept';

const global: Aggregation = { kind: 'global' };
const byCpu: Aggregation = { kind: 'cpu' };

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
  const narrow = new Set(['wide', 'flapped-40', 'system-verbose']);
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
});
