import { type EncodedAttr, encodeAttr, type PerfEventAttr } from '../abi/attr';
import { OpenFlag, ReadFormat } from '../abi/perf-event';
import { COUNTING_READ_FORMAT } from '../abi/read-format';
import type { Cpu } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { OpenRequest } from '../native/kernel';
import { readLeaders } from './read-group';
import type { OpenMode, Place } from './target';

/** One clone that is to be opened: `events[event]` at `place`. */
export interface PlannedClone {
  /** Index into the gang's events. */
  readonly event: number;
  readonly place: Place;
  /** The event whose clone at the same place leads its group in the kernel, its own for a leader; absent outside. */
  readonly leader?: number;
  /** Of a leader: the events that are read with it, itself included, at most; absent where each is read on its own. */
  readonly members?: number;
}

/** The clones of a gang and, in the same order, the system calls that make them. */
export interface Plan {
  readonly clones: readonly PlannedClone[];
  readonly requests: readonly OpenRequest[];
}

/**
 * Lays out a gang: place after place, and at each place the events in their order but for leaders, which come before
 * their members; an event that this machine does not have is refused early, before much is open.
 *
 * @param opens which events are part of it, by index
 */
export function planGang(
  events: readonly ResolvedEvent[],
  places: readonly Place[],
  mode: OpenMode,
  opens: (event: number) => boolean,
): Plan {
  const isOpened = (event: ResolvedEvent, index: number) => event.kind !== 'tool' && opens(index);
  const leaders = kernelLeaders(
    events,
    isOpened,
    places.every(({ tid }) => tid === undefined),
  );
  const opened = leadersFirst(leaders).flatMap((index) => openedEvent(events, index, leaders, mode, isOpened));
  const clones: PlannedClone[] = [];
  const requests: OpenRequest[] = [];
  for (const place of places) {
    const requestOf = new Map<number, number>();
    for (const one of opened) {
      if (!isOnCpu(one.event, place)) continue;
      const { event, index, attr, group, leader } = followed(one, requestOf);
      requestOf.set(index, requests.length);
      clones.push({ event: index, place, ...group });
      requests.push(requestFor(attr, event, place, leader));
    }
  }
  return { clones, requests };
}

/** What of an event is the same at every place. */
interface OpenedEvent {
  readonly event: ResolvedEvent;
  readonly index: number;
  readonly role: Role;
  readonly group: Pick<PlannedClone, 'leader' | 'members'>;
  readonly attr: EncodedAttr;
  /** Where its leader is not. */
  readonly alone: EncodedAttr;
}

/** The request of its leader at the same place; a member whose leader is on other CPUs only has nobody to follow. */
function followed(one: OpenedEvent, requestOf: ReadonlyMap<number, number>): OpenedEvent & { leader?: number } {
  if (one.role !== 'member') return one;
  const leader = requestOf.get(one.group.leader ?? one.index);
  return leader === undefined ? { ...one, attr: one.alone, group: {} } : { ...one, leader };
}

function openedEvent(
  events: readonly ResolvedEvent[],
  index: number,
  leaders: readonly (number | undefined)[],
  mode: OpenMode,
  isOpened: (event: ResolvedEvent, index: number) => boolean,
): OpenedEvent[] {
  const event = events[index];
  if (!event || !isOpened(event, index)) return [];
  const attrAs = (role: Role) => encodeAttr(attrFor(events, event, index, mode, role));
  const role = roleOf(leaders[index], index);
  const group = groupOf(leaders, index, isReadAlone(event));
  return [{ event, index, role, group, attr: attrAs(role), alone: attrAs('alone') }];
}

const isOnCpu = ({ cpus }: ResolvedEvent, { cpu }: Place): boolean => cpu === undefined || (cpus?.has(cpu) ?? true);

/** Whether an event that the machine has is opened on a CPU. */
export const opensOn = (event: ResolvedEvent, cpu: Cpu): boolean => event.kind !== 'tool' && isOnCpu(event, { cpu });

/** The leader of each event's group in the kernel: as the user wrote it, or the one that it shares its reads with. */
function kernelLeaders(
  events: readonly ResolvedEvent[],
  isOpened: (event: ResolvedEvent, index: number) => boolean,
  onCpus: boolean,
): (number | undefined)[] {
  const shared = onCpus ? readLeaders(events, isOpened) : new Map<number, number>();
  return events.map(({ leader }, index) => leader ?? shared.get(index));
}

/** Whether reads of a group's leader give it alone: what an event asks to be told besides has no room in those of groups. */
const isReadAlone = ({ attr }: ResolvedEvent): boolean => (attr.readFormat ?? 0) !== 0;

/** What a clone knows of its group. */
function groupOf(
  leaders: readonly (number | undefined)[],
  index: number,
  readAlone: boolean,
): Pick<PlannedClone, 'leader' | 'members'> {
  const leader = leaders[index];
  if (leader === undefined) return {};
  return leader === index && !readAlone
    ? { leader, members: leaders.filter((other) => other === index).length }
    : { leader };
}

function leadersFirst(leaders: readonly (number | undefined)[]): number[] {
  const order = new Set<number>();
  for (const [index, leader] of leaders.entries()) {
    if (leader !== undefined) order.add(leader);
    order.add(index);
  }
  return [...order];
}

/** How a clone stands in its group. */
type Role = 'alone' | 'leader' | 'member';

const roleOf = (leader: number | undefined, index: number): Role =>
  leader === undefined ? 'alone' : leader === index ? 'leader' : 'member';

/** The attr with which an event of a gang is opened: its own, and what being part of the gang adds. */
export function attrFor(
  events: readonly ResolvedEvent[],
  event: ResolvedEvent,
  index: number,
  mode: OpenMode,
  role: Role = roleOf(event.leader, index),
): PerfEventAttr {
  const flags = {
    ...event.attr.flags,
    // A member follows its leader: disabling it too would keep it off when the leader starts.
    // What says that it is not waits for nobody: it tells of what happens before the others count.
    disabled: event.attr.flags?.disabled ?? role !== 'member',
    ...(mode.inherit && mayInherit(events, event) ? { inherit: true } : {}),
    ...(mode.enableOnExec && role !== 'member' ? { enableOnExec: true } : {}),
  };
  const more = role === 'leader' && !isReadAlone(event) ? ReadFormat.group : (event.attr.readFormat ?? 0);
  const readFormat = COUNTING_READ_FORMAT | more;
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
  { config1Text, cgroup }: ResolvedEvent,
  place: Place,
  leader: number | undefined,
): OpenRequest {
  return {
    attr,
    ...(config1Text === undefined ? {} : { config1Text }),
    ...(cgroup ? { pid: cgroup.fd, flags: OpenFlag.pidCgroup } : { pid: place.tid ?? -1 }),
    cpu: place.cpu ?? -1,
    ...(leader === undefined ? {} : { leader: { request: leader } }),
  };
}
