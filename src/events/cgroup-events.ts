import { SyswideError } from '../base/error';
import type { Cgroup } from '../host/cgroups';
import type { ResolvedEvent } from './resolved-event';

/**
 * Gives events their cgroups as perf's `-G` does: the first name is for the first event and so on; an empty name leaves
 * its event as it is; a single name is for all.
 * @param names as they were written, empty ones included
 * @param cgroups those of the names that are not empty, by name
 * @throws SyswideError USAGE for more names than events, and for a group whose events are in different cgroups
 */
export function withCgroups(
  events: readonly ResolvedEvent[],
  names: readonly string[],
  cgroups: ReadonlyMap<string, Cgroup>,
): ResolvedEvent[] {
  if (names.length > events.length) throw tooMany(names.length, events.length);
  const nameOf = (index: number) => (names.length === 1 ? names[0] : names[index]) ?? '';
  const placed = events.map((event, index) => inCgroup(event, cgroups.get(nameOf(index))));
  for (const event of placed) {
    const leader = event.leader === undefined ? event : placed[event.leader];
    if (leader?.cgroup !== event.cgroup) throw tornGroup(event, leader);
  }
  return placed;
}

/** One list of `-G`. */
export interface CgroupList {
  readonly names: readonly string[];
  /** How many of the events it is for: those that stand before it. */
  readonly before: number;
}

/**
 * The name of each event's cgroup, as perf gives them out: lists go on where the one before ended; if the first one is a
 * single name, it is for all events before it that no later list names.
 * @throws SyswideError USAGE for more names than there are events before them
 */
export function namesByEvent(lists: readonly CgroupList[], events: number): string[] {
  const byEvent = Array<string>(events).fill('');
  let next = 0;
  for (const { names, before } of lists) {
    if (next + names.length > before) throw tooMany(next + names.length, before);
    for (const name of names) {
      byEvent[next] = name;
      next += 1;
    }
    if (next === 1) byEvent.fill(byEvent[0] ?? '', 0, before);
  }
  return byEvent;
}

/** Every event in each of the cgroups, one cgroup after the other, as perf's `--for-each-cgroup` has it. */
export const inEachCgroup = (events: readonly ResolvedEvent[], cgroups: readonly Cgroup[]): ResolvedEvent[] =>
  cgroups.flatMap((cgroup, i) => events.map((event) => inCgroup(moved(event, i * events.length), cgroup)));

/** An event whose list has been put behind others: what it names by position stays the same. */
export function moved({ leader, mergedInto, ...event }: ResolvedEvent, by: number): ResolvedEvent {
  return {
    ...event,
    ...(leader === undefined ? {} : { leader: leader + by }),
    ...(mergedInto === undefined ? {} : { mergedInto: mergedInto + by }),
  };
}

/** Tool events are nobody's: they stay as they are. */
const inCgroup = (event: ResolvedEvent, cgroup: Cgroup | undefined): ResolvedEvent =>
  cgroup === undefined || event.kind === 'tool' ? event : { ...event, cgroup };

const tooMany = (names: number, events: number): SyswideError =>
  new SyswideError('USAGE', {
    what: `-G with ${names} cgroups`,
    why: `there ${events === 1 ? 'is one event' : `are ${events} events`} for them`,
    remedy: 'name one for each event, or a single one for all',
  });

const tornGroup = (event: ResolvedEvent, leader: ResolvedEvent | undefined): SyswideError =>
  new SyswideError('USAGE', {
    what: `cannot count ${event.name} and ${leader?.name} as a group`,
    why: 'they are in different cgroups, and run at different times',
    remedy: 'give all events of a group the same cgroup',
  });
