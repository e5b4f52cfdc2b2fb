import { visible } from '../base/safe-text';
import type { StatResult } from '../counts/stat-result';
import { inUnit, runningPercent, type StatRow, statRows } from './stat-fields';

/**
 * perf's `-x` format, field for field:
 * `[CPUn,]value,unit,event,time running,percent running,metric value,metric unit`.
 * Source: tools/perf/util/stat-display.c, Linux 6.1, and `man perf-stat`, CSV FORMAT.
 */
export function statCsv(result: StatResult, options: { separator: string; perCpu: boolean }): string {
  return statRows(result, options.perCpu)
    .map((row) => `${fields(row).join(options.separator)}\n`)
    .join('');
}

function fields(row: StatRow): string[] {
  return [
    ...(row.cpu === undefined ? [] : [`CPU${row.cpu}`]),
    csvValue(row),
    row.event.unit,
    visible(row.event.name),
    row.count.raw.timeRunning.toString(),
    runningPercent(row.count).toFixed(2),
    row.metric ? row.metric.value.toFixed(row.metric.decimals) : '',
    row.metric?.unit ?? '',
  ];
}

/** Two decimals for events whose scale has a fraction, as perf does it; all digits of the count otherwise. */
function csvValue(row: StatRow): string {
  if (row.count.status !== 'counted') return `<${row.count.status}>`;
  if (row.event.scale === 1) return row.count.value.toString();
  return inUnit(row).toFixed(Number.isInteger(row.event.scale) ? 0 : 2);
}
