import { encodeAttr } from '../abi/attr';
import type { Gang } from '../gang/gang';
import { attrFor } from '../gang/plan';
import { modeOf, type Target } from '../gang/target';
import type { RecordedEvent } from '../perfdata/recorded-event';

/**
 * Where in a file each event of a gang is, by its index there: those that this machine does not have are not in it.
 */
export function positionsInFile({ events, missing }: Pick<Gang, 'events' | 'missing'>): ReadonlyMap<number, number> {
  const counted = [...events.keys()].filter((index) => !missing.has(index));
  return new Map(counted.map((index, position) => [index, position]));
}

/**
 * A gang's events as a file has them: as they were opened; those that this machine does not have are not in it.
 * @param ids of its clones
 */
export function recordedEvents(
  gang: Gang,
  target: Target,
  ids: readonly (readonly [event: number, id: bigint])[],
): RecordedEvent[] {
  const mode = modeOf(target);
  const positions = positionsInFile(gang);
  return gang.events.flatMap((event, index) => {
    if (!positions.has(index)) return [];
    const leader = event.leader === undefined ? undefined : positions.get(event.leader);
    return [
      {
        name: event.name,
        attr: encodeAttr(attrFor(gang.events, event, index, mode)),
        ids: ids.flatMap(([of, id]) => (of === index ? [id] : [])),
        ...(leader === undefined ? {} : { leader }),
      },
    ];
  });
}
