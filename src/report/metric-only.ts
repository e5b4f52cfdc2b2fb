import { jsonText, visible } from '../base/safe-text';
import type { Nanoseconds } from '../base/units';
import type { Metric } from '../counts/metric';
import { csvLead, csvPart, csvText, unitText } from './csv-fields';
import { askedValueText, partText } from './stat-cells';
import { jsonInterval, jsonPart } from './stat-json';
import { type RowPart, type RowSource, type RowView, type StatRow, statRows } from './stat-rows';

/** How metrics alone are written: a line for each part of the whole. */
export interface MetricOnlyOptions extends RowView {
  readonly format: { readonly kind: 'csv'; readonly separator: string } | { readonly kind: 'json' | 'table' };
  /** The end of the interval that they are of, since the start; `summary` for the whole behind intervals. */
  readonly interval?: Nanoseconds | 'summary';
  /** Whether a line of heads comes first, where the format has one. */
  readonly heads: boolean;
  /** Those of the lines before; by default none came before. */
  readonly columns?: MetricColumns;
}

/**
 * perf's `--metric-only`: no counts, only what is derived from them; rates and `CPUs utilized` are none of it, as in
 * perf. CSV and the table have a line of heads, JSON one object a line, keyed by them.
 * Source: tools/perf/util/stat-display.c, Linux 6.1 (valid_only_metric, print_metric_headers); the JSON of 6.1 has no
 * keys and no closing braces, so that of later versions is written.
 */
export function metricsOnly(source: RowSource, options: MetricOnlyOptions): string {
  const lines = byPart(statRows(source, options));
  const { format, heads, columns = new MetricColumns() } = options;
  const metricHeads = columns.withThoseOf(lines);
  switch (format.kind) {
    case 'csv': {
      const [first] = lines;
      const head = heads && first ? [csvHeads(first, metricHeads, options).join(format.separator)] : [];
      return text([
        ...head,
        ...lines.map((line) => csvValues(line, metricHeads, options, format.separator).join(format.separator)),
      ]);
    }
    case 'json':
      return text(lines.map((line) => `{${jsonMembers(line, options).join(', ')}}`));
    case 'table':
      return text(tableLines(lines, metricHeads, options));
  }
}

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What is listed of one part, or of one cgroup in it. */
interface PartLine {
  readonly part: RowPart | undefined;
  readonly cgroup: string | undefined;
  /** By head: the same metric of several events has the event in its head. */
  readonly metrics: ReadonlyMap<string, Metric>;
}

function byPart(rows: readonly StatRow[]): PartLine[] {
  const lines = new Map<string, PartLine & { metrics: Map<string, Metric> }>();
  for (const { part, event, metrics, cgroup: name } of rows) {
    const cgroup = name && visible(name);
    const key = `${partText(part)} ${cgroup ?? ''}`;
    const line = lines.get(key) ?? { part, cgroup, metrics: new Map<string, Metric>() };
    lines.set(key, line);
    for (const metric of metrics) if (isListed(metric)) line.metrics.set(freeHead(line, metric, event.name), metric);
  }
  // A time that a metric of cgroups is made from is in none of them, and nothing is derived from it alone.
  return [...lines.values()].filter(({ cgroup, metrics }) => cgroup !== '' || metrics.size > 0);
}

function freeHead({ metrics }: PartLine, metric: Metric, event: string): string {
  const head = headOf(metric, event);
  return metrics.has(head) ? visible(`${event} ${head}`) : head;
}

/**
 * The columns of metrics: they keep their places from interval to interval, also when one of them cannot be told in the
 * first part, or for a while.
 */
export class MetricColumns {
  readonly #heads = new Set<string>();

  /** The heads of all that was listed so far, these lines included. */
  withThoseOf(lines: readonly { readonly metrics: ReadonlyMap<string, Metric> }[]): string[] {
    for (const { metrics } of lines) for (const head of metrics.keys()) this.#heads.add(head);
    return [...this.#heads];
  }
}

const isListed = ({ unit, formula }: Metric): boolean =>
  formula !== undefined || !(unit.includes('/sec') || unit.includes('Hz') || unit === 'CPUs utilized');

/** A share alone does not say of what: perf puts the event before it. */
const headOf = (metric: Metric, event: string): string =>
  visible(metric.unit.startsWith('of all') ? `${event} ${metric.unit}` : unitText(metric));

/** perf ends every field in the separator, and begins the line with a space where there is a time. */
function csvHeads({ part, cgroup }: PartLine, heads: readonly string[], { interval }: MetricOnlyOptions): string[] {
  const lead = interval === undefined ? [] : [' time'];
  return [...lead, ...partHeads(part), ...(cgroup === undefined ? [] : ['cgroup']), ...heads, ''];
}

function partHeads(part: RowPart | undefined): string[] {
  if (part?.kind === 'unit') return [part.unit, 'cpus'];
  return part ? [part.kind] : [];
}

function csvValues(
  { part, cgroup, metrics }: PartLine,
  heads: readonly string[],
  { interval }: MetricOnlyOptions,
  separator: string,
): string[] {
  return [
    ...(interval === undefined ? [] : [csvLead(interval)]),
    ...(part ? csvPart(part, separator) : []),
    ...(cgroup === undefined ? [] : [csvText(cgroup, separator)]),
    ...heads.map((head) => csvValue(metrics.get(head))),
    '',
  ];
}

const csvValue = (metric: Metric | undefined): string =>
  metric === undefined || Number.isNaN(metric.value) ? '' : metric.value.toFixed(metric.decimals);

function jsonMembers({ part, cgroup, metrics }: PartLine, { interval }: MetricOnlyOptions): string[] {
  return [
    ...(typeof interval === 'bigint' ? [jsonInterval(interval)] : []),
    ...(part ? jsonPart(part) : []),
    ...(cgroup === undefined ? [] : [`"cgroup" : ${JSON.stringify(visible(cgroup))}`]),
    ...[...metrics].map(([head, { value, decimals }]) => {
      return `${jsonText(head)} : ${Number.isNaN(value) ? 'null' : `"${value.toFixed(decimals)}"`}`;
    }),
  ];
}

/** Characters that the time of an interval takes. */
const TIME_WIDTH = 16;

function tableLines(
  lines: readonly PartLine[],
  metricHeads: readonly string[],
  { interval, heads }: MetricOnlyOptions,
): string[] {
  if (lines.length === 0) return [];
  const names = [lines.map(({ part }) => partText(part)), lines.map(({ cgroup }) => cgroup ?? '')];
  const nameWidths = names.map((own) => Math.max(...own.map(length)));
  const name = (text: string, column: number) =>
    nameWidths[column] ? ` ${text}${' '.repeat(nameWidths[column] - length(text))} ` : '';
  const cells = lines.map(({ metrics }) => metricHeads.map((head) => tableValue(metrics.get(head))));
  const widths = metricHeads.map((head, i) => Math.max(12, ...[head, ...cells.map((own) => own[i] ?? '')].map(length)));
  const row = (time: string, own: readonly string[], values: readonly string[]) => {
    const lead = interval === undefined ? '' : `${time.padStart(TIME_WIDTH)} `;
    const columns = values.map((value, i) => `  ${' '.repeat((widths[i] ?? 0) - length(value))}${value}`);
    return `${lead}${own.map(name).join('')}${columns.join('')}`.trimEnd();
  };
  const time = interval === undefined || interval === 'summary' ? 'summary' : csvLead(interval).trim();
  return [
    ...(heads ? [row('seconds', ['', ''], metricHeads)] : []),
    ...cells.map((values, i) => {
      const own = names.map((texts) => texts[i] ?? '');
      return row(time, own, values);
    }),
  ];
}

const length = (text: string): number => [...text].length;

/** The unit is in the head. */
function tableValue(metric: Metric | undefined): string {
  if (!metric) return '';
  const { scaleUnit: _, ...bare } = metric;
  return askedValueText(bare);
}
