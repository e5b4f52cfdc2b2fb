import { apart } from '../../events/apart';
import { parseEvents } from '../../events/parse';
import { printSpec } from '../../events/print';
import { resolveEvents } from '../../events/resolve-events';
import { type GateMetric, gateMetric, isUsageMetric } from '../../gate/metric';
import type { Host } from '../../host/host';
import { LocalSymbols } from '../../symbols/local-symbols';
import { usage } from '../usage-error';

/** What measures time, in ns: it varies as times do. */
const clocks = /^(?:cpu-clock|task-clock|duration_time|user_time|system_time)(?:[:/]|$)/;

const metricOf = (name: string, threshold?: number): GateMetric => gateMetric(name, threshold, clocks.test(name));

/**
 * Reads `NAME` or `NAME:+T%`: a metric, and below how much more it passes. A list, or a group, is a metric for each of it.
 * @throws SyswideError USAGE, BAD_EVENT
 */
function parseMetric(text: string): GateMetric[] {
  const [, name = '', threshold] = /^(.+?)(?::\+(\d{1,4}(?:\.\d{1,6})?)%)?$/s.exec(text) ?? [];
  if (name === '' || (threshold === undefined && /%|:\+/.test(text))) {
    throw usage(
      `--metric '${text}'`,
      'that is no metric',
      'write its name, and below how much more it passes: user:+2%',
    );
  }
  if (threshold !== undefined && Number(threshold) === 0) {
    throw usage(`--metric '${text}'`, 'nothing passes with that', 'give a threshold above 0: user:+2%');
  }
  const more = threshold === undefined ? undefined : Number(threshold) / 100;
  const names = isUsageMetric(name) ? [name] : eventNames(name);
  // What stands alone is called as it was written.
  return (names.length === 1 ? [name] : names).map((one) => metricOf(one, more));
}

/**
 * The metrics of `--metric` and the events of `-e`, each once; the time where nothing was asked for. What `--metric` says of one
 * holds, also where `-e` names it, too.
 */
export function gateMetrics(metrics: readonly string[], events: readonly string[]): GateMetric[] {
  const byName = new Map(metrics.flatMap(parseMetric).map((metric) => [metric.name, metric]));
  for (const metric of events.flatMap(eventNames).map((name) => metricOf(name))) {
    if (!byName.has(metric.name)) byName.set(metric.name, metric);
  }
  return byName.size > 0 ? [...byName.values()] : [gateMetric('time', undefined)];
}

/** One for each event of a list: a group is counted together, and each of it is a metric. */
const eventNames = (text: string): string[] => parseEvents(text).flatMap(apart).map(printSpec);

/**
 * The metrics, each of one count: what stands for several events on this machine, as a glob over tracepoints does, becomes a
 * metric for each of them.
 * @throws SyswideError BAD_EVENT, NOT_SUPPORTED, NO_TRACEFS; USAGE for several that have the same name
 */
export function countedMetrics(metrics: readonly GateMetric[], host: Host): GateMetric[] {
  const byName = new Map<string, GateMetric>();
  for (const metric of metrics.flatMap((one) => eachOf(one, host))) {
    if (!byName.has(metric.name)) byName.set(metric.name, metric);
  }
  return [...byName.values()];
}

function eachOf(metric: GateMetric, host: Host): GateMetric[] {
  if (isUsageMetric(metric.name)) return [metric];
  const names = namesOf(metric.name, host);
  if (names.length === 1) return [metric];
  const areDistinct = new Set(names).size === names.length;
  if (areDistinct && names.every((name) => namesOf(name, host).length === 1)) {
    return names.map((name) => ({ ...metric, name }));
  }
  throw usage(
    `the metric ${metric.name}`,
    `it stands for ${names.length} events that have no names of their own`,
    'name each of them',
  );
}

/** Of the events that a text stands for here; those that are shown as one sum are one. */
const namesOf = (text: string, host: Host): string[] =>
  resolveEvents(parseEvents(text), host, { symbols: new LocalSymbols(host.files) })
    .filter(({ mergedInto }, i) => mergedInto === undefined || mergedInto === i)
    .map(({ name }) => name);
