import type { PerfEventAttr } from '../abi/attr';
import { PerfType } from '../abi/perf-event';
import { SyswideError } from '../base/error';
import { namedModifiers } from '../events/modifiers';
import type { ResolvedEvent } from '../events/resolved-event';
import { isSampledInSoftware, isSideBand } from '../events/sampling';
import { combineFilters } from '../events/tracepoint-filter';
import type { BreakpointChange, GangChange } from './controllable';

/**
 * The events of a gang as they are after a change, in the same order. Nothing is checked against the kernel yet.
 * @throws SyswideError USAGE when the change fits none of them
 */
export function changedEvents(events: readonly ResolvedEvent[], change: GangChange): ResolvedEvent[] {
  const { period, filter, breakpoint } = change;
  return [
    period === undefined ? undefined : { what: 'period', fits: mayHaveAnyPeriod, apply: withPeriod(period) },
    filter === undefined ? undefined : { what: 'filter', fits: isTracepoint, apply: withFilter(filter) },
    breakpoint === undefined
      ? undefined
      : { what: 'breakpoint', fits: isBreakpoint, apply: withBreakpoint(breakpoint) },
  ].reduce((changed, part) => (part ? applied(changed, part) : changed), [...events]);
}

interface Part {
  readonly what: string;
  readonly fits: (event: ResolvedEvent) => boolean;
  readonly apply: (event: ResolvedEvent) => ResolvedEvent;
}

function applied(events: readonly ResolvedEvent[], { what, fits, apply }: Part): ResolvedEvent[] {
  if (events.some(fits)) return events.map((event) => (fits(event) ? apply(event) : event));
  const asked = events.flatMap((event) => (isSideBand(event) ? [] : [event.name]));
  throw new SyswideError('USAGE', {
    what: `cannot set the ${what}`,
    why: `none of the events has one that can be changed: ${asked.join(', ')}`,
    remedy: 'see what the gang counts with syswide ps',
  });
}

/** What samples, and can say of which period its samples are. */
const mayHaveAnyPeriod = (event: ResolvedEvent): boolean =>
  (event.attr.samplePeriod ?? 0n) > 0n && !isSampledInSoftware(event);

const isTracepoint = (event: ResolvedEvent): boolean => event.kind === 'tracepoint';
const isBreakpoint = ({ attr }: ResolvedEvent): boolean => attr.type === PerfType.breakpoint;

const withPeriod =
  (samplePeriod: bigint) =>
  (event: ResolvedEvent): ResolvedEvent => {
    // What was sampled by frequency has a period from now on.
    const { freq: _, ...flags } = event.attr.flags ?? {};
    return { ...event, attr: { ...event.attr, samplePeriod, flags } };
  };

const withFilter =
  (filter: string) =>
  ({ filter: _, ...event }: ResolvedEvent): ResolvedEvent => {
    const all = combineFilters([filter, event.lastingFilter ?? ''].filter((one) => one !== ''));
    return all === '' ? event : { ...event, filter: all };
  };

/** config1 is bp_addr and config2 bp_len. Source: include/uapi/linux/perf_event.h. */
const withBreakpoint =
  ({ address, length, type }: BreakpointChange) =>
  (event: ResolvedEvent): ResolvedEvent => {
    const attr: PerfEventAttr = {
      ...event.attr,
      ...(address === undefined ? {} : { config1: address }),
      ...(length === undefined ? {} : { config2: BigInt(length) }),
      ...(type === undefined ? {} : { bpType: type }),
    };
    return { ...event, attr, name: breakpointName(attr, event.name), nameBefore: event.nameBefore ?? event.name };
  };

/** As `mem:` texts write it, so that every list shows what is watched now; with the modifiers that it had before. */
function breakpointName({ config1 = 0n, config2 = 4n, bpType = 0 }: PerfEventAttr, before: string): string {
  const modifiers = namedModifiers(before);
  const letters = [bpType & 1 ? 'r' : '', bpType & 2 ? 'w' : '', bpType & 4 ? 'x' : ''].join('');
  return `mem:0x${config1.toString(16)}/${config2}:${letters}${modifiers ? `:${modifiers}` : ''}`;
}
