import { parseEvents } from '../../events/parse';
import { printSpec } from '../../events/print';
import { type GateMetric, gateMetric } from '../../gate/metric';
import { usage } from '../usage-error';

/** What measures time, in ns: it varies as times do. */
const clocks = /^(?:cpu-clock|task-clock|duration_time|user_time|system_time)(?:[:/]|$)/;

/**
 * Reads `NAME` or `NAME:+T%`: a metric, and how much more of it passes.
 * @throws SyswideError USAGE, BAD_EVENT
 */
function parseMetric(text: string): GateMetric {
  const [, name = '', threshold] = /^(.+?)(?::\+(\d{1,4}(?:\.\d{1,6})?)%)?$/s.exec(text) ?? [];
  if (name === '' || (threshold === undefined && /\+|%/.test(text))) {
    throw usage(`--metric '${text}'`, 'that is no metric', 'write its name, and how much more passes: user:+2%');
  }
  const metric = gateMetric(name, threshold === undefined ? undefined : Number(threshold) / 100, clocks.test(name));
  if (metric.threshold > 0) return metric;
  throw usage(`--metric '${text}'`, 'nothing passes with that', 'give a threshold above 0: user:+2%');
}

/** The metrics of `--metric` and the events of `-e`, each once; the time where nothing was asked for. */
export function gateMetrics(metrics: readonly string[], events: readonly string[]): GateMetric[] {
  const asked = [...metrics, ...events.flatMap(eventNames)].map(parseMetric);
  const byName = new Map(asked.map((metric) => [metric.name, metric]));
  return byName.size > 0 ? [...byName.values()] : [gateMetric('time', undefined)];
}

/** One for each event of a list: a group is counted together, and each of it is a metric. */
const eventNames = (text: string): string[] =>
  parseEvents(text)
    .flatMap((spec) => (spec.kind === 'group' ? spec.members : [spec]))
    .map(printSpec);
