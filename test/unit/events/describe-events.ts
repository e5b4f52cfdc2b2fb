import type { AttrFlag } from '../../../src/abi/attr';
import { EventSpecError } from '../../../src/events/event-spec-error';
import { parseEvents } from '../../../src/events/parse';
import type { ResolveOptions } from '../../../src/events/resolve-context';
import { resolveEvents } from '../../../src/events/resolve-events';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { attachFilter } from '../../../src/events/tracepoint-filter';
import { type FakeMachine, fakeSymbols } from './fake-machine';

const marks: Partial<Record<AttrFlag, string>> = {
  excludeUser: '-u',
  excludeKernel: '-k',
  excludeHv: '-h',
  excludeHost: '-H',
  excludeGuest: '-G',
  excludeIdle: '-I',
};

const hex = (value: bigint): string => (value < 10n ? `${value}` : `0x${value.toString(16)}`);

/**
 * What a text becomes, on one line, or its error as `CODE@offset why`:
 * `name` (unless it is the text) `kind type:config` fields and flags; events are separated by ` | `.
 */
export function describeEvents(
  text: string,
  { host }: FakeMachine,
  filters: readonly string[] = [],
  more: ResolveOptions = {},
): string {
  try {
    const specs = filters.reduce(attachFilter, parseEvents(text));
    const events = resolveEvents(specs, host, { symbols: fakeSymbols, architecture: 'x64', ...more });
    return events.map((event) => describe(event, text)).join(' | ');
  } catch (error) {
    if (!(error instanceof EventSpecError)) throw error;
    const near = error.suggestions.length > 0 ? ` ~ ${error.suggestions.join(' ')}` : '';
    return `${error.code}@${error.offset} ${error.why}${near}`;
  }
}

function describe(event: ResolvedEvent, text: string): string {
  const { attr, name } = event;
  return [
    ...(name === text ? [] : [`[${name}]`]),
    event.kind + (event.tool ? '!' : ''),
    `${attr.type}:${hex(attr.config)}`,
    ...(['config1', 'config2', 'config3'] as const).flatMap((field) =>
      attr[field] === undefined ? [] : [`${field}=${hex(attr[field])}`],
    ),
    ...(attr.bpType === undefined ? [] : [`bp=${attr.bpType}`]),
    ...(attr.preciseIp === undefined ? [] : [`precise=${attr.preciseIp}`]),
    ...Object.entries(attr.flags ?? {}).map(([flag, set]) => (set ? (marks[flag as AttrFlag] ?? flag) : `no-${flag}`)),
    ...about(event),
  ].join(' ');
}

function about(event: ResolvedEvent): string[] {
  const known = {
    pmu: event.pmu,
    cpus: event.cpus?.toString(),
    scale: event.scale === 1 ? undefined : event.scale,
    unit: event.unit || undefined,
    leader: event.leader,
    group: event.groupName,
    merged: event.mergedInto,
    c1: event.config1Text,
    loaded: placeInFile(event),
    filter: event.filter,
  };
  const settings = Object.entries(event.settings ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    ...Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`])),
    ...(event.countsCpusOnly ? ['cpus-only'] : []),
    ...(event.regrouped ? ['regrouped'] : []),
    ...settings,
  ];
}

/** Nothing for a file that is always loaded at its own addresses: the attr has the address. */
function placeInFile({ loadedFrom }: ResolvedEvent): string | undefined {
  return loadedFrom?.isFixed === false ? `${loadedFrom.path}+${hex(loadedFrom.fileAddress)}` : undefined;
}
