import type { PerfEventAttr } from '../abi/attr';
import { PerfType, SoftwareId } from '../abi/perf-event';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';
import type { ResolvedEvent } from './resolved-event';
import { isClock } from './software-events';
import type { KnownSymbol } from './symbols';

/** What the body of a spec means here, before its terms and modifiers are applied. */
export type ResolvedBody = Pick<
  ResolvedEvent,
  'kind' | 'attr' | 'scale' | 'unit' | 'tool' | 'pmu' | 'cpus' | 'countsCpusOnly' | 'config1Text' | 'loadedFrom'
> & {
  /** What to call it instead of the typed text: what a glob became. */
  readonly label?: string;
};

export const unscaled = { scale: 1, unit: '' } as const;

/** A hardware, software, cache or tool event. @throws EventSpecError when no PMU counts that operation on that cache */
export function resolveSymbol(symbol: KnownSymbol, where: Place): ResolvedBody {
  switch (symbol.kind) {
    case 'hardware':
      return { kind: 'hardware', attr: attr(PerfType.hardware, symbol.entry.id), ...unscaled };
    case 'software': {
      const { id } = symbol.entry;
      return { kind: 'software', attr: attr(PerfType.software, id), ...softwareUnit(id) };
    }
    case 'cache':
      if (!symbol.event.counted) throw notCounted(where);
      return { kind: 'cache', attr: { type: PerfType.cache, config: symbol.event.config }, ...unscaled };
    case 'tool':
      return {
        kind: 'tool',
        tool: symbol.tool,
        attr: attr(PerfType.software, SoftwareId.dummy),
        scale: 1,
        unit: 'ns',
      };
  }
}

/** Scale and unit that perf shows for a software event: the clocks count ns and are shown in msec. */
export const softwareUnit = (id: number): { scale: number; unit: string } =>
  isClock(id) ? { scale: 1e-6, unit: 'msec' } : unscaled;

const attr = (type: number, id: number): PerfEventAttr => ({ type, config: BigInt(id) });

function notCounted(where: Place): EventSpecError {
  return new EventSpecError({
    where,
    why: 'no PMU counts that operation on that cache',
    remedy: 'ask for its loads, or see `syswide list`',
  });
}
