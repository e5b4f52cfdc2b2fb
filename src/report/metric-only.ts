import { visible } from '../base/safe-text';
import type { Nanoseconds } from '../base/units';
import type { Metric } from '../counts/metric';
import { askedValueText, partText } from './stat-cells';
import { csvLead, csvPart, unitText } from './stat-csv';
import { jsonInterval, jsonPart } from './stat-json';
import { type RowPart, type RowSource, type RowView, type StatRow, statRows } from './stat-rows';

/** How metrics alone are written: a line for each part of the whole. */
export interface MetricOnlyOptions extends RowView {
  readonly format: { readonly kind: 'csv'; readonly separator: string } | { readonly kind: 'json' | 'table' };
  /** The end of the interval that they are of, since the start; `summary` for the whole behind intervals. */
  readonly interval?: Nanoseconds | 'summary';
  /** Whether a line of heads comes first, where the format has one. */
  readonly heads: boolean;
}

/**
 * perf's `--metric-only`: no counts, only what is derived from them; rates and `CPUs utilized` are none of it, as in
 * perf. CSV and the table have a line of heads, JSON one object a line, keyed by them.
 * Source: tools/perf/util/stat-display.c, Linux 6.1 (valid_only_metric, print_metric_headers); the JSON of 6.1 has no
 * keys and no closing braces, so that of later versions is written.
 */
export function metricsOnly(source: RowSource, options: MetricOnlyOptions): string {
  const lines = byPart(statRows(source, options));
  const { format, heads } = options;
  switch (format.kind) {
    case 'csv': {
      const [first] = lines;
      const head = heads && first ? [csvHeads(first, options).join(format.separator)] : [];
      return text([...head, ...lines.map((line) => csvValues(line, options).join(format.separator))]);
    }
    case 'json':
      return text(lines.map((line) => `{${jsonMembers(line, options).join(', ')}}`));
    case 'table':
      return text(tableLines(lines, options));
  }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What is listed of one part. */
interface PartLine {
  readonly part: RowPart | undefined;
  readonly metrics: readonly { readonly head: string; readonly metric: Metric }[];
}

function byPart(rows: readonly StatRow[]): PartLine[] {
  const lines = new Map<string, { part: RowPart | undefined; metrics: PartLine['metrics'][number][] }>();
  for (const { part, event, metrics } of rows) {
    const key = partText(part);
    const line = lines.get(key) ?? { part, metrics: [] };
    lines.set(key, line);
    for (const metric of metrics) if (isListed(metric)) line.metrics.push({ head: headOf(metric, event.name), metric });
  }
  return [...lines.values()];
}

const isListed = ({ unit, formula }: Metric): boolean =>
  formula !== undefined || !(unit.includes('/sec') || unit.includes('Hz') || unit === 'CPUs utilized');

/** A share alone does not say of what: perf puts the event before it. */
const headOf = (metric: Metric, event: string): string =>
  visible(metric.unit.startsWith('of all') ? `${event} ${metric.unit}` : unitText(metric));

/** perf ends every field in the separator, and begins the line with a space where there is a time. */
function csvHeads({ part, metrics }: PartLine, { interval }: MetricOnlyOptions): string[] {
  const lead = interval === undefined ? [] : [' time'];
  return [...lead, ...partHeads(part), ...metrics.map(({ head }) => head), ''];
}

function partHeads(part: RowPart | undefined): string[] {
  if (part?.kind === 'unit') return [part.unit, 'cpus'];
  return part ? [part.kind] : [];
}

function csvValues({ part, metrics }: PartLine, { interval }: MetricOnlyOptions): string[] {
  return [
    ...(interval === undefined ? [] : [csvLead(interval)]),
    ...(part ? csvPart(part) : []),
    ...metrics.map(({ metric }) => (Number.isNaN(metric.value) ? '' : metric.value.toFixed(metric.decimals))),
    '',
  ];
}

function jsonMembers({ part, metrics }: PartLine, { interval }: MetricOnlyOptions): string[] {
  return [
    ...(typeof interval === 'bigint' ? [jsonInterval(interval)] : []),
    ...(part ? jsonPart(part) : []),
    ...metrics.map(({ head, metric: { value, decimals } }) => {
      return `${JSON.stringify(head)} : ${Number.isNaN(value) ? 'null' : `"${value.toFixed(decimals)}"`}`;
    }),
  ];
}

/** Characters that the time of an interval takes. */
const TIME_WIDTH = 16;

function tableLines(lines: readonly PartLine[], { interval, heads }: MetricOnlyOptions): string[] {
  const [first] = lines;
  if (!first) return [];
  const partWidth = Math.max(0, ...lines.map(({ part }) => [...partText(part)].length));
  const lead = (time: string, part: string) =>
    `${interval === undefined ? '' : `${time.padStart(TIME_WIDTH)} `}${partWidth > 0 ? ` ${part.padEnd(partWidth)}` : ''}`;
  const widths = first.metrics.map(({ head }) => Math.max(12, [...head].length));
  const row = (cells: readonly string[]) => cells.map((cell, i) => `  ${cell.padStart(widths[i] ?? 0)}`).join('');
  const head = `${lead('seconds', '')}${row(first.metrics.map((metric) => metric.head))}`;
  const time = interval === undefined || interval === 'summary' ? 'summary' : csvLead(interval).trim();
  return [
    ...(heads ? [head] : []),
    ...lines.map(({ part, metrics }) => {
      const cells = metrics.map(({ metric }) => {
        const { scaleUnit: _, ...bare } = metric;
        return askedValueText(bare);
      });
      return `${lead(time, partText(part))}${row(cells)}`;
    }),
  ];
}
