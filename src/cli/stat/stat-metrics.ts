import { present } from '../../base/assert';
import type { AskedMetric } from '../../counts/asked-metric';
import { moved } from '../../events/cgroup-events';
import { metricEvents } from '../../events/metric-expression';
import { type MetricSpec, parseMetrics } from '../../events/metric-spec';
import { parseEvents } from '../../events/parse';
import { resolveEvents } from '../../events/resolve-events';
import type { ResolvedEvent } from '../../events/resolved-event';
import type { Host } from '../../host/host';

/** Metrics of `-M` with the events that they are made from. */
export interface MetricEvents {
  readonly specs: readonly MetricSpec[];
  /** Events to count beside those of `-e`. */
  readonly events: readonly ResolvedEvent[];
  /** By text: positions among the events of `-e` followed by `events`. */
  readonly positions: ReadonlyMap<string, readonly number[]>;
}

/**
 * Looks up what metrics are made from. Events that `-e` has already are not counted twice; those of one metric that
 * only hardware can count become a weak group, so that they are counted at the same moments.
 * @param asked the events of `-e`
 * @throws EventSpecError BAD_METRIC, BAD_EVENT
 */
export function metricEventsOf(texts: readonly string[], asked: readonly ResolvedEvent[], host: Host): MetricEvents {
  const specs = texts.flatMap(parseMetrics);
  const events: ResolvedEvent[] = [];
  const positions = new Map<string, readonly number[]>();
  for (const spec of specs) {
    const fresh: number[] = [];
    for (const text of metricEvents(spec.expression)) {
      if (positions.has(text)) continue;
      const known = asked.findIndex(({ name }) => name === text);
      if (known >= 0) {
        positions.set(text, [known]);
        continue;
      }
      const resolved = resolveEvents(parseEvents(text), host);
      const own = resolved.map((_, i) => events.length + i);
      events.push(...resolved.map((event) => moved(event, events.length)));
      positions.set(
        text,
        own.map((position) => asked.length + position),
      );
      fresh.push(...own);
    }
    groupTogether(events, fresh);
  }
  return { specs, events, positions };
}

const hardwareKinds = new Set<ResolvedEvent['kind']>(['hardware', 'cache', 'raw']);

function groupTogether(events: ResolvedEvent[], positions: readonly number[]): void {
  const members = positions.filter((position) => {
    const event = events[position];
    return event && hardwareKinds.has(event.kind) && event.pmu === undefined;
  });
  const [leader] = members;
  if (leader === undefined || members.length < 2) return;
  for (const position of members) {
    const event = present(events[position], 'a member is one of the events');
    events[position] = { ...event, leader, settings: { ...event.settings, weakGroup: true } };
  }
}

/** @param events all that are counted, as they are called in the end */
export const askedMetrics = ({ specs, positions }: MetricEvents, events: readonly ResolvedEvent[]): AskedMetric[] =>
  specs.map(({ name, unit, text, expression }) => ({
    name,
    ...(unit === undefined ? {} : { unit }),
    formula: text,
    expression,
    events: new Map(
      metricEvents(expression).map((event) => [
        event,
        (positions.get(event) ?? []).flatMap((i) => events[i]?.name ?? []),
      ]),
    ),
  }));
