import { visible } from '../base/safe-text';
import type { StatResult } from '../counts/stat-result';
import { inUnit, runningPercent, type StatRow, statRows } from './stat-fields';

/**
 * perf's `-j` format: one object a line, with perf's spelling of keys, spaces and numbers.
 * Source: tools/perf/util/stat-display.c, Linux 6.1. Where perf has no metric it prints C's `(null)`; this prints "".
 */
export function statJson(result: StatResult, options: { perCpu: boolean }): string {
  return statRows(result, options.perCpu)
    .map((row) => `{${members(row).join(', ')}}\n`)
    .join('');
}

function members(row: StatRow): string[] {
  return [
    ...(row.cpu === undefined ? [] : [`"cpu" : "${row.cpu}"`]),
    `"counter-value" : "${jsonValue(row)}"`,
    `"unit" : ${JSON.stringify(row.event.unit)}`,
    `"event" : ${JSON.stringify(visible(row.event.name))}`,
    `"event-runtime" : ${row.count.raw.timeRunning}`,
    `"pcnt-running" : ${runningPercent(row.count).toFixed(2)}`,
    `"metric-value" : ${(row.metric?.value ?? 0).toFixed(6)}`,
    `"metric-unit" : ${JSON.stringify(row.metric?.unit ?? '')}`,
  ];
}

function jsonValue(row: StatRow): string {
  if (row.count.status !== 'counted') return `<${row.count.status}>`;
  return row.event.scale === 1 ? `${row.count.value}.000000` : inUnit(row).toFixed(6);
}
