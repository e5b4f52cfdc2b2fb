import { type EncodedAttr, encodeAttr, type PerfEventAttr } from '../abi/attr';
import { ReadFormat } from '../abi/perf-event';
import { COUNTING_READ_FORMAT } from '../abi/read-format';
import type { ResolvedEvent } from '../events/resolved-event';
import type { OpenRequest } from '../native/kernel';
import type { Place } from './target';

/** One clone that is to be opened: `events[event]` at `place`. */
export interface PlannedClone {
  /** Index into the gang's events. */
  readonly event: number;
  readonly place: Place;
}

/** How the clones of a gang of tasks behave; both false for one that counts whole CPUs. */
export interface OpenMode {
  readonly inherit: boolean;
  readonly enableOnExec: boolean;
}

/** The clones of a gang and, in the same order, the system calls that make them. */
export interface Plan {
  readonly clones: readonly PlannedClone[];
  readonly requests: readonly OpenRequest[];
}

/**
 * Lays out a gang: place after place, and at each place the events in their order, so that a leader comes before its
 * members, and an event that this machine does not have is refused early, before much is open.
 *
 * @param opens which events are part of it, by index
 */
export function planGang(
  events: readonly ResolvedEvent[],
  places: readonly Place[],
  mode: OpenMode,
  opens: (event: number) => boolean,
): Plan {
  const attrs = events.map((event, index) => encodeAttr(attrFor(events, event, index, mode)));
  const clones: PlannedClone[] = [];
  const requests: OpenRequest[] = [];
  for (const place of places) {
    const requestOf = new Map<number, number>();
    for (const [index, event] of events.entries()) {
      // syswide counts these itself.
      if (event.kind === 'tool') continue;
      if (!opens(index) || (place.cpu !== undefined && event.cpus && !event.cpus.has(place.cpu))) continue;
      const leader = isMember(event, index) ? requestOf.get(event.leader) : undefined;
      requestOf.set(index, requests.length);
      clones.push({ event: index, place });
      requests.push(requestFor(attrs[index] as EncodedAttr, event.config1Text, place, leader));
    }
  }
  return { clones, requests };
}

/** True for a group's members other than its leader. */
export const isMember = (event: ResolvedEvent, index: number): event is ResolvedEvent & { leader: number } =>
  event.leader !== undefined && event.leader !== index;

/** True for the leader of a group of two or more: it is read whole. */
export const leadsGroup = (events: readonly ResolvedEvent[], index: number): boolean =>
  events.some((event, other) => other !== index && event.leader === index);

/** The attr with which an event of a gang is opened: its own, and what being part of the gang adds. */
export function attrFor(
  events: readonly ResolvedEvent[],
  event: ResolvedEvent,
  index: number,
  mode: OpenMode,
): PerfEventAttr {
  const flags = {
    ...event.attr.flags,
    // A member follows its leader: disabling it too would keep it off when the leader starts.
    disabled: !isMember(event, index),
    ...(mode.inherit && mayInherit(events, event) ? { inherit: true } : {}),
    ...(mode.enableOnExec && !isMember(event, index) ? { enableOnExec: true } : {}),
  };
  const readFormat = COUNTING_READ_FORMAT | (leadsGroup(events, index) ? ReadFormat.group : 0);
  return { ...event.attr, readFormat, flags };
}

/**
 * Whether an event can be had by the children of its task too. A probe of the dynamic PMUs cannot: at each fork the
 * kernel looks for the name of its file or function anew, at an address that means nothing in the forking process, and
 * makes the fork fail. A group is inherited whole or not at all.
 * Source: perf_uprobe_init() in kernel/trace/trace_event_perf.c, inherit_event() in kernel/events/core.c.
 */
export function mayInherit(events: readonly ResolvedEvent[], event: ResolvedEvent): boolean {
  const group = event.leader === undefined ? [event] : events.filter(({ leader }) => leader === event.leader);
  return group.every(({ kind }) => kind !== 'probe') && event.attr.flags?.inherit !== false;
}

function requestFor(
  attr: EncodedAttr,
  config1Text: string | undefined,
  place: Place,
  leader: number | undefined,
): OpenRequest {
  return {
    attr,
    ...(config1Text === undefined ? {} : { config1Text }),
    pid: place.tid ?? -1,
    cpu: place.cpu ?? -1,
    ...(leader === undefined ? {} : { leader: { request: leader } }),
  };
}
