import { type CgroupList, inEachCgroup, namesByEvent, withCgroups } from '../../events/cgroup-events';
import { type Cgroup, openCgroups } from '../../host/cgroups';
import type { Host } from '../../host/host';
import type { HostFiles } from '../../host/host-files';
import { askedFor, type StatEvents } from './stat-events';
import type { EventChoice } from './stat-options';

/**
 * Opens the cgroups that `-G` or `--for-each-cgroup` name, each once. The caller closes them.
 * @throws SyswideError NO_SUCH_CGROUP
 */
export function chosenCgroups(choice: Pick<EventChoice, 'cgroups' | 'forEachCgroup'>, files: HostFiles): Cgroup[] {
  const listed = choice.cgroups.flatMap(namesOf);
  const names = new Set([...listed, ...choice.forEachCgroup].filter((name) => name !== ''));
  return names.size === 0 ? [] : openCgroups(files, [...names]);
}

/** As they were written; empty ones stand for events that are in none. */
const namesOf = (list: string): string[] => list.split(',');

/** The lists of `-G`. One before any `-e` is for all events, as the last is for those of metrics and details, too. */
function cgroupLists(choice: EventChoice, events: number, host: Host): CgroupList[] {
  const { texts, cgroups } = choice;
  return cgroups.map((list, index) => {
    const before = texts.filter(({ behindCgroups = 0 }) => behindCgroups <= index);
    const isForAll = before.length === 0 || before.length === texts.length;
    return { names: namesOf(list), before: isForAll ? events : askedFor({ ...choice, texts: before }, host).length };
  });
}

/** The events in their cgroups. @throws SyswideError USAGE when they do not fit */
export function inCgroups(chosen: StatEvents, choice: EventChoice, cgroups: readonly Cgroup[], host: Host): StatEvents {
  if (cgroups.length === 0) return chosen;
  const { events, unasked, leftOut } = chosen;
  const placed =
    choice.forEachCgroup.length > 0
      ? inEachCgroup(events, cgroups)
      : withCgroups(
          events,
          namesByEvent(cgroupLists(choice, events.length, host), events.length),
          new Map(cgroups.map((cgroup) => [cgroup.name, cgroup])),
        );
  const original = (index: number) => index % events.length;
  const isUnasked = (index: number) => unasked.has(events[original(index)] as (typeof events)[number]);
  return {
    ...chosen,
    events: placed,
    unasked: new Set(placed.filter((_, index) => isUnasked(index))),
    leftOut: new Map(
      placed.flatMap((_, index) => {
        const why = leftOut.get(original(index));
        return why ? [[index, why] as const] : [];
      }),
    ),
  };
}
