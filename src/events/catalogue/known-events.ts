import type { Host } from '../../host/host';
import { listedCacheEvents } from '../cache-events';
import { type CatalogueEntry, hardwareEvents } from '../hardware-events';
import { softwareEvents } from '../software-events';
import { toolEvents } from '../tool-events';
import type { ListedEvent, ListedGroup } from './listed-event';

/** The events that have names of their own on every Linux machine. */
export function knownGroups({ pmus }: Pick<Host, 'pmus'>): ListedGroup[] {
  const absent = pmus.hasHardwarePmu()
    ? {}
    : { absent: 'this machine has no hardware PMU; virtual machines often have none' };
  return [
    { title: 'hardware events', events: hardwareEvents.map(entryOf('hardware')), ...absent },
    { title: 'software events', events: softwareEvents.map(entryOf('software')) },
    { title: 'tool events, counted by syswide itself', events: toolEntries() },
    { title: 'cache events, of which a PMU seldom has all', events: listedCacheEvents().map(cacheEntry), ...absent },
  ];
}

const entryOf =
  (kind: 'hardware' | 'software') =>
  ({ name, aliases, description }: CatalogueEntry): ListedEvent => ({
    name,
    kind,
    description,
    ...(aliases.length > 0 ? { aliases } : {}),
  });

const toolEntries = (): ListedEvent[] =>
  Object.entries(toolEvents).map(([name, description]) => ({ name, kind: 'tool', description }));

const caches: Readonly<Record<string, string>> = {
  'L1-dcache': 'the first-level data cache',
  'L1-icache': 'the first-level instruction cache',
  LLC: 'the last-level cache',
  dTLB: 'the data TLB',
  iTLB: 'the instruction TLB',
  branch: 'the branch predictor',
  node: 'the memory of the NUMA node',
};

/** `L1-dcache-load-misses`: `loads that missed the first-level data cache`. */
function cacheEntry(name: string): ListedEvent {
  const [, type = '', operation = '', missed] = /^(.*?)-(load|store|prefetch)(?:e?s|(-misses))$/.exec(name) ?? [];
  const many = operation === 'prefetch' ? 'prefetches' : `${operation}s`;
  const cache = caches[type] ?? type;
  return { name, kind: 'cache', description: missed ? `${many} that missed ${cache}` : `${many} from ${cache}` };
}
