import { SyswideError } from '../../base/error';
import type { AskedMetric } from '../../counts/asked-metric';
import { moved } from '../../events/cgroup-events';
import { defaultEvents, detailedEvents, isThere } from '../../events/default-events';
import { parseEvents } from '../../events/parse';
import { resolveEvents } from '../../events/resolve-events';
import type { ResolvedEvent } from '../../events/resolved-event';
import { attachFilter } from '../../events/tracepoint-filter';
import { type KernelOnly, restrictTo, restrictToUser } from '../../events/user-only';
import type { Host } from '../../host/host';
import type { Permission } from '../../host/privileges';
import { LocalSymbols } from '../../symbols/local-symbols';
import { checkTarget, eventNotices } from './stat-event-checks';
import { askedMetrics, metricEventsOf } from './stat-metrics';
import type { EventChoice } from './stat-options';
import { countsCpus, type StatTarget } from './stat-target-option';

/** The events that a run of `stat` is to count. */
export interface StatEvents {
  readonly events: readonly ResolvedEvent[];
  /** Those of the default set: nobody asked for them by name, so they may be missing. */
  readonly unasked: ReadonlySet<ResolvedEvent>;
  /** By index: those of the default set that this user cannot count, and why. */
  readonly leftOut: ReadonlyMap<number, SyswideError>;
  /** Those of `-M`. */
  readonly metrics: readonly AskedMetric[];
  readonly notices: readonly string[];
}

/**
 * Chooses the events: those of `-e`, or the default set, and the details of `-d`. For a user who may not count the
 * kernel they are restricted to user space, and a notice says so.
 *
 * @throws SyswideError for an event text that means nothing here, or one asked for that would always read 0
 */
export function statEvents(choice: EventChoice, target: StatTarget, host: Host): StatEvents {
  const systemWide = countsCpus(target);
  const named = askedFor(choice, host);
  const metrics = metricEventsOf(choice.metrics, named, host);
  const asked = withLater(named, metrics.events);
  checkTarget(asked, target, host);
  const unasked = unaskedFor(choice, asked.length > 0, systemWide, host);
  const events = withLater(asked, unasked).map((event) => restrictTo(event, choice.privilege));
  const isAsked = (index: number) => index < asked.length;
  const permitted = host.privileges.mayCountKernel.allowed
    ? { events, leftOut: new Map<number, SyswideError>(), notices: [] }
    : userSpaceOnly(events, isAsked, host.privileges.mayCountKernel);
  const notices = [...eventNotices(events, systemWide), ...permitted.notices];
  return {
    ...permitted,
    notices,
    metrics: askedMetrics(metrics, permitted.events),
    unasked: new Set(permitted.events.filter((_, index) => !isAsked(index))),
  };
}

/** The events of `-e`. @throws SyswideError for a text that means nothing here */
export function askedFor({ texts, use = 'count' }: EventChoice, host: Host): ResolvedEvent[] {
  const specs = texts.flatMap(({ text, filters }) => filters.reduce(attachFilter, parseEvents(text)));
  return specs.length > 0 ? resolveEvents(specs, host, { use, symbols: new LocalSymbols(host.files) }) : [];
}

/** Those that no text names: the default set where there is none at all, and the details. */
function unaskedFor(
  { detail, none }: EventChoice,
  hasOthers: boolean,
  systemWide: boolean,
  host: Host,
): ResolvedEvent[] {
  const usual = hasOthers || none ? [] : defaultEvents(systemWide).filter((event) => isThere(event, host));
  const names = [...usual, ...detailedEvents(none ? 0 : detail)].map(({ name }) => name);
  return names.length > 0 ? resolveEvents(parseEvents(names.join(',')), host) : [];
}

/** Two lists as one; events of the second that name others by their position still name the same. */
const withLater = (first: readonly ResolvedEvent[], second: readonly ResolvedEvent[]): ResolvedEvent[] => [
  ...first,
  ...second.map((event) => moved(event, first.length)),
];

type Forbidden = Permission & { allowed: false };

function userSpaceOnly(
  events: readonly ResolvedEvent[],
  isAsked: (index: number) => boolean,
  forbidden: Forbidden,
): Omit<StatEvents, 'unasked' | 'metrics'> {
  const leftOut = new Map<number, SyswideError>();
  const missing = new Map<KernelOnly, string[]>();
  const narrowed: string[] = [];
  const kept = events.map((event, index) => {
    const restricted = restrictToUser(event);
    if (restricted.outcome === 'always zero') {
      const error = alwaysZero(event, restricted.why.one, forbidden);
      if (isAsked(index)) throw error;
      leftOut.set(index, error);
      missing.set(restricted.why, [...(missing.get(restricted.why) ?? []), event.name]);
      return event;
    }
    if (restricted.outcome === 'narrowed') narrowed.push(restricted.event.name);
    return restricted.event;
  });
  const notices = [
    ...(narrowed.length > 0 ? [`counted in user space only (:u), as ${forbidden.reason}`] : []),
    ...[...missing].map(([why, names]) => `not counted, as ${why.many}: ${names.join(', ')}`),
    ...(narrowed.length + missing.size > 0 ? [`to count the kernel too: ${forbidden.remedy}`] : []),
  ];
  return { events: kept, leftOut, notices };
}

const alwaysZero = (event: ResolvedEvent, why: string, forbidden: Forbidden): SyswideError =>
  new SyswideError('NO_PERMISSION', {
    what: `cannot count ${event.name}`,
    why: `${why}, and ${forbidden.reason}`,
    remedy: forbidden.remedy,
  });
