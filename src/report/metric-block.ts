import type { ChalkInstance } from 'chalk';
import { visible } from '../base/safe-text';
import type { Metric } from '../counts/metric';
import { plainTable } from './plain-table';
import { askedValueText, partText } from './stat-cells';
import type { StatRow } from './stat-rows';

/** The metrics that `-M` asked for, part by part, with what they are made from; nothing without any. */
export function metricBlock(rows: readonly StatRow[], ink: ChalkInstance): string[] {
  const asked = rows.flatMap(({ part, event, metrics }) => {
    const where = { part: partText(part), cgroup: visible(event.cgroup?.name ?? '') };
    return metrics.flatMap((metric) => (metric.formula === undefined ? [] : [{ ...where, metric }]));
  });
  if (asked.length === 0) return [];
  const columns = [
    { head: '', align: 'left' as const, cell: ({ part }: Asked) => part },
    { head: 'cgroup', align: 'left' as const, cell: ({ cgroup }: Asked) => cgroup },
    { head: 'metric', align: 'left' as const, cell: ({ metric }: Asked) => visible(metric.unit) },
    { head: 'value', align: 'right' as const, cell: ({ metric }: Asked) => ink.bold(askedValueText(metric)) },
    { head: '', align: 'left' as const, cell: ({ metric }: Asked) => ink.dim(`= ${visible(metric.formula ?? '')}`) },
  ];
  const used = columns.filter(({ cell }) => asked.some((row) => cell(row) !== ''));
  return [plainTable(used, asked, ink)];
}

interface Asked {
  readonly part: string;
  readonly cgroup: string;
  readonly metric: Metric;
}
