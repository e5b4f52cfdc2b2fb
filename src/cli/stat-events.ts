import { SyswideError } from '../base/error';
import { defaultEvents } from '../events/default-events';
import { parseEvents } from '../events/parse';
import { resolveEvents } from '../events/resolve-events';
import type { ResolvedEvent } from '../events/resolved-event';
import { attachFilter } from '../events/tracepoint-filter';
import { restrictToUser } from '../events/user-only';
import type { Host } from '../host/host';
import type { Permission } from '../host/privileges';
import { LocalSymbols } from '../symbols/local-symbols';
import { checkTarget, countsCpus, eventNotices } from './stat-event-checks';
import type { EventOption, StatTarget } from './stat-options';

/** The events that a run of `stat` is to count. */
export interface StatEvents {
  readonly events: readonly ResolvedEvent[];
  /** Those of the default set: nobody asked for them by name, so they may be missing. */
  readonly unasked: ReadonlySet<ResolvedEvent>;
  /** By index: those of the default set that this user cannot count, and why. */
  readonly leftOut: ReadonlyMap<number, SyswideError>;
  readonly notices: readonly string[];
}

/**
 * Chooses the events: those of `-e`, or the default set. For a user who may not count the kernel they are restricted to
 * user space, and a notice says so.
 *
 * @throws SyswideError for an event text that means nothing here, or one asked for that would always read 0
 */
export function statEvents(options: readonly EventOption[], target: StatTarget, host: Host): StatEvents {
  const asked = options.length > 0;
  const systemWide = countsCpus(target);
  const events = asked ? askedFor(options, target, host) : defaultSet(systemWide, host);
  const permitted = host.privileges.mayCountKernel.allowed
    ? { events, leftOut: new Map<number, SyswideError>(), notices: [] }
    : userSpaceOnly(events, asked, host.privileges.mayCountKernel);
  const notices = [...eventNotices(events, systemWide), ...permitted.notices];
  return { ...permitted, notices, unasked: new Set(asked ? [] : permitted.events) };
}

function askedFor(options: readonly EventOption[], target: StatTarget, host: Host): ResolvedEvent[] {
  const specs = options.flatMap(({ text, filters }) => filters.reduce(attachFilter, parseEvents(text)));
  const events = resolveEvents(specs, host, { symbols: new LocalSymbols(host.files) });
  checkTarget(events, target, host);
  return events;
}

function defaultSet(systemWide: boolean, host: Host): ResolvedEvent[] {
  const names = defaultEvents(systemWide).filter((event) => !event.onlyIfThere);
  return resolveEvents(parseEvents(names.map(({ name }) => name).join(',')), host);
}

type Forbidden = Permission & { allowed: false };

function userSpaceOnly(
  events: readonly ResolvedEvent[],
  asked: boolean,
  forbidden: Forbidden,
): Omit<StatEvents, 'unasked'> {
  const leftOut = new Map<number, SyswideError>();
  const narrowed: string[] = [];
  const kept = events.map((event, index) => {
    const restricted = restrictToUser(event);
    if (restricted.outcome === 'always zero') {
      const error = alwaysZero(event, forbidden);
      if (asked) throw error;
      leftOut.set(index, error);
      return event;
    }
    if (restricted.outcome === 'narrowed') narrowed.push(restricted.event.name);
    return restricted.event;
  });
  const missing = [...leftOut.keys()].map((index) => events[index]?.name);
  const notices = [
    ...(narrowed.length > 0 ? [`counted in user space only (:u), as ${forbidden.reason}`] : []),
    ...(missing.length > 0 ? [`not counted, as they happen in the kernel only: ${missing.join(', ')}`] : []),
    ...(narrowed.length + missing.length > 0 ? [`to count the kernel too: ${forbidden.remedy}`] : []),
  ];
  return { events: kept, leftOut, notices };
}

const alwaysZero = (event: ResolvedEvent, forbidden: Forbidden): SyswideError =>
  new SyswideError('NO_PERMISSION', {
    what: `cannot count ${event.name}`,
    why: `it happens in the kernel only, and ${forbidden.reason}`,
    remedy: forbidden.remedy,
  });
