import type { Nanoseconds } from '../base/units';
import type { MetricExpression } from '../events/metric-expression';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Metric, MetricContext } from './metric';
import { evaluateMetric } from './metric-evaluation';

/** A metric of `-M`, held against the events that are counted. */
export interface AskedMetric {
  readonly name: string;
  /** Of known metrics. */
  readonly unit?: string;
  /** As it was written. */
  readonly formula: string;
  readonly expression: MetricExpression;
  /** The names that the events of each of its texts go by. */
  readonly events: ReadonlyMap<string, readonly string[]>;
}

/**
 * Whether a metric is told behind this event: the first one that it is made from; without any, the first of all. Tool events
 * come last: they stand with the first part alone, and in no cgroup, where others have a count in each.
 * @param all events that are counted
 */
export function standsBehind({ events }: AskedMetric, event: ResolvedEvent, all: readonly ResolvedEvent[]): boolean {
  if (events.size === 0) return event === all[0];
  const names = [...events.values()].map(([first]) => first);
  const isTool = (name: string | undefined) => all.some((one) => nameOf(one) === name && one.kind === 'tool');
  if ((names.find((name) => !isTool(name)) ?? names[0]) !== nameOf(event)) return false;
  // Others of its name may be counted, with other filters.
  return event === all.find((one) => nameOf(one) === nameOf(event) && one.cgroup?.name === event.cgroup?.name);
}

/** The name that metrics know it by. */
const nameOf = ({ nameBefore, name }: ResolvedEvent): string => nameBefore ?? name;

/** Its value in the part that the context is of; NaN where a count that it needs is missing. */
export function askedMetric(metric: AskedMetric, anchor: ResolvedEvent, context: MetricContext): Metric {
  const { counts } = context;
  const wallTime = wallTimeFor(metric, context);
  const timeOrCount = ({ event, count }: MetricContext['counts'][number]): number =>
    Number(event.tool === 'duration_time' ? (wallTime ?? count.value) : count.value);
  const countOf = (text: string): number | undefined => {
    // Each once, also where an event is counted twice.
    const names = [...new Set(metric.events.get(text))];
    // How long it took is the same in every cgroup.
    const here = counts.filter(({ event }) => event.kind === 'tool' || event.cgroup?.name === anchor.cgroup?.name);
    const own = names.flatMap((name) => here.find(({ event }) => nameOf(event) === name) ?? []);
    return own.length === 0 ? undefined : own.reduce((sum, one) => sum + timeOrCount(one), 0);
  };
  const value = evaluateMetric(metric.expression, countOf) ?? Number.NaN;
  const { name, unit, formula } = metric;
  return {
    value,
    unit: name,
    ...(unit === undefined ? {} : { scaleUnit: unit }),
    decimals: decimalsFor(value),
    formula,
  };
}

/**
 * The time that was counted, as for every rate: of whole CPUs and running tasks, that is more than the command ran, by the time it
 * took to start the command. Undefined beside no count but times of the command, which ran no longer than it lasted.
 */
function wallTimeFor({ events }: AskedMetric, { counts, elapsed }: MetricContext): Nanoseconds | undefined {
  const names = new Set([...events.values()].flat());
  const others = counts.filter(({ event }) => event.tool !== 'duration_time' && names.has(nameOf(event)));
  return others.length > 0 && others.every(({ event }) => event.tool === undefined) ? elapsed : undefined;
}

/** Four digits that mean something at least, three decimals at least. */
function decimalsFor(value: number): number {
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return Number.isFinite(magnitude) ? Math.min(12, Math.max(3, 3 - magnitude)) : 3;
}
