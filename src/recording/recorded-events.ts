import { encodeAttr } from '../abi/attr';
import type { Gang } from '../gang/gang';
import { attrFor } from '../gang/plan';
import type { RecordedEvent } from '../perfdata/recorded-event';

/** What of a gang's mode an attr shows. */
const MODE = { inherit: false, enableOnExec: false } as const;

/** A gang's events as a file has them: those that this machine does not have are not in it. */
export function recordedEvents(gang: Gang, ids: readonly (readonly [event: number, id: bigint])[]): RecordedEvent[] {
  const counted = [...gang.events.keys()].filter((index) => !gang.missing.has(index));
  const positions = new Map(counted.map((index, position) => [index, position]));
  return gang.events.flatMap((event, index) => {
    if (!positions.has(index)) return [];
    const leader = event.leader === undefined ? undefined : positions.get(event.leader);
    return [
      {
        name: event.name,
        attr: encodeAttr(attrFor(gang.events, event, index, MODE)),
        ids: ids.flatMap(([of, id]) => (of === index ? [id] : [])),
        ...(leader === undefined ? {} : { leader }),
      },
    ];
  });
}
