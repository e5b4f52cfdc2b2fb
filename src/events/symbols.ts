import { type CacheEvent, cacheEvent, cacheTypeNames, listedCacheEvents } from './cache-events';
import { type CatalogueEntry, hardwareEvents } from './hardware-events';
import { softwareEvents } from './software-events';
import { isToolEvent, type ToolEvent, toolEvents } from './tool-events';

/** What a bare name means on every Linux machine, whether or not this one can count it. */
export type KnownSymbol =
  | { readonly kind: 'hardware' | 'software'; readonly entry: CatalogueEntry }
  | { readonly kind: 'cache'; readonly event: CacheEvent }
  | { readonly kind: 'tool'; readonly tool: ToolEvent };

const byName = new Map<string, KnownSymbol>();
for (const [kind, entries] of [['hardware', hardwareEvents] as const, ['software', softwareEvents] as const]) {
  for (const entry of entries) {
    for (const name of [entry.name, ...entry.aliases]) byName.set(name, { kind, entry });
  }
}

/** The event of that name; undefined when only a PMU of this machine can know it. `branches` is the hardware event. */
export function knownSymbol(name: string): KnownSymbol | undefined {
  const entry = byName.get(name);
  if (entry) return entry;
  if (isToolEvent(name)) return { kind: 'tool', tool: name };
  const event = cacheEvent(name);
  return event && { kind: 'cache', event };
}

/** Names to suggest from: every hardware, software and tool name, and the listed cache names. */
export const symbolNames = (): string[] => [
  ...byName.keys(),
  ...Object.keys(toolEvents),
  ...listedCacheEvents(),
  ...cacheTypeNames(),
];
