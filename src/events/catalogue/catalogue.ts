import type { Host } from '../../host/host';
import { patternGroups } from './event-patterns';
import { knownGroups } from './known-events';
import type { ListedEvent, ListedGroup } from './listed-event';
import { pmuGroups } from './pmu-events';
import { type TracepointSystem, tracepointSystems } from './tracepoint-names';

type CatalogueHost = Pick<Host, 'files' | 'pmus' | 'tracefs'>;

/**
 * Every event of this machine, group by group, as the caller goes: what has a name or a pattern first, then the
 * tracepoints, one group per system.
 * @param tracepoints whether they are wanted: looking them up may be refused
 * @throws SyswideError NO_TRACEFS, after everything else was yielded
 */
export function* catalogue(host: CatalogueHost, tracepoints = true): Generator<ListedGroup> {
  yield* knownGroups(host);
  yield* pmuGroups(host);
  yield* patternGroups(host);
  if (!tracepoints) return;
  for (const system of tracepointSystems(host.files, host.tracefs())) {
    yield { title: 'tracepoints', events: tracepointEvents(system) };
  }
}

const tracepointEvents = ({ system, events }: TracepointSystem): ListedEvent[] =>
  events.map((event) => ({ name: `${system}:${event}`, kind: 'tracepoint', tracepoint: { system, event } }));
