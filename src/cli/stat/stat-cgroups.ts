import { inEachCgroup, withCgroups } from '../../events/cgroup-events';
import { type Cgroup, openCgroups } from '../../host/cgroups';
import type { HostFiles } from '../../host/host-files';
import type { StatEvents } from './stat-events';
import type { EventChoice } from './stat-options';

/**
 * Opens the cgroups that `-G` or `--for-each-cgroup` name, each once. The caller closes them.
 * @throws SyswideError NO_SUCH_CGROUP
 */
export function chosenCgroups(choice: EventChoice, files: HostFiles): Cgroup[] {
  const names = new Set([...cgroupNames(choice), ...choice.forEachCgroup].filter((name) => name !== ''));
  return names.size === 0 ? [] : openCgroups(files, [...names]);
}

/** As they were written, one list after the other; empty ones stand for events that are in none. */
const cgroupNames = ({ cgroups }: EventChoice): string[] => cgroups.flatMap((list) => list.split(','));

/** The events in their cgroups. @throws SyswideError USAGE when they do not fit */
export function inCgroups(chosen: StatEvents, choice: EventChoice, cgroups: readonly Cgroup[]): StatEvents {
  if (cgroups.length === 0) return chosen;
  const { events, unasked, leftOut } = chosen;
  const placed =
    choice.forEachCgroup.length > 0
      ? inEachCgroup(events, cgroups)
      : withCgroups(events, cgroupNames(choice), new Map(cgroups.map((cgroup) => [cgroup.name, cgroup])));
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
