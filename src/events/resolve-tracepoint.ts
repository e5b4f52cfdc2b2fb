import { PerfType } from '../abi/perf-event';
import { SyswideError } from '../base/error';
import type { Tracefs } from '../host/tracefs';
import { termsWithoutConfig } from './common-terms';
import { type Draft, unscaled } from './draft';
import type { SingleSpec, TracepointBody } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { isGlob, matchesGlob } from './glob';
import { type Place, span } from './place';
import { checkCount, type ResolveContext } from './resolve-context';
import { nearest } from './suggestions';
import { type Predicate, parseFilter } from './tracepoint-filter';
import { checkFilter } from './tracepoint-filter-check';

type Tracepoints = Pick<Tracefs, 'id' | 'format' | 'systems' | 'events'>;

/**
 * `system:name`, sorted where either is a glob. Its filters are checked against the fields of each tracepoint.
 * @throws EventSpecError; NO_TRACEFS when tracepoints cannot be looked up
 */
export function resolveTracepoint(body: TracepointBody, spec: SingleSpec, context: ResolveContext): Draft[] {
  const effect = termsWithoutConfig(spec.terms, context);
  try {
    return expand(body, spec, context).map((found) => ({ ...found, effect }));
  } catch (error) {
    if (!(error instanceof SyswideError) || error.code !== 'NO_TRACEFS') throw error;
    throw new EventSpecError({ ...error, code: 'NO_TRACEFS', where: spec.where, cause: error });
  }
}

function expand(
  { system, name, where }: TracepointBody,
  spec: SingleSpec,
  context: ResolveContext,
): Omit<Draft, 'effect'>[] {
  const tracefs: Tracepoints = context.host.tracefs();
  const globbed = isGlob(system) || isGlob(name);
  const filters = (spec.filters ?? []).map(parseFilter);
  const drafts: Omit<Draft, 'effect'>[] = [];
  for (const found of globbed ? matching(tracefs, system, name) : [{ system, event: name }]) {
    const id = tracefs.id(found);
    if (id === undefined) continue;
    checkFields(filters, found, tracefs);
    const label = `${found.system}:${found.event}${spec.modifiers === '' ? '' : `:${spec.modifiers}`}`;
    const attr = { type: PerfType.tracepoint, config: BigInt(id) };
    drafts.push({ kind: 'tracepoint', attr, ...unscaled, ...(globbed ? { label } : {}) });
    checkCount(drafts.length, spec.where, context);
  }
  if (drafts.length > 0) return drafts;
  throw globbed ? nothingMatches(span(where.system, where.name)) : unknownTracepoint({ system, name, where }, tracefs);
}

type Found = { readonly system: string; readonly event: string };

function* matching(tracefs: Tracepoints, systemGlob: string, nameGlob: string): Generator<Found> {
  for (const system of tracefs.systems()) {
    if (!matchesGlob(systemGlob, system)) continue;
    for (const event of tracefs.events(system)) {
      if (matchesGlob(nameGlob, event)) yield { system, event };
    }
  }
}

function checkFields(filters: readonly (readonly Predicate[])[], found: Found, tracefs: Tracepoints): void {
  const format = filters.length > 0 ? tracefs.format(found) : undefined;
  if (!format) return;
  for (const predicates of filters) checkFilter(predicates, format, `${found.system}:${found.event}`);
}

const nothingMatches = (where: Place): EventSpecError =>
  new EventSpecError({
    where,
    why: 'no tracepoint matches the glob',
    remedy: 'see `syswide list` for those there are',
  });

function unknownTracepoint(
  { system, name, where }: Omit<TracepointBody, 'type'>,
  tracefs: Tracepoints,
): EventSpecError {
  const systems = tracefs.systems();
  const elsewhere = systems.filter((other) => tracefs.events(other).includes(name)).map((other) => `${other}:${name}`);
  const isSystem = systems.includes(system);
  const near = isSystem
    ? nearest(name, tracefs.events(system)).map((event) => `${system}:${event}`)
    : nearest(system, systems).map((other) => `${other}:${name}`);
  return new EventSpecError({
    where: isSystem ? where.name : where.system,
    why: isSystem ? `${system} has no tracepoint '${name}'` : `there are no tracepoints of '${system}' here`,
    remedy: isSystem ? `see \`syswide list '${system}:*'\`` : 'see `syswide list` for those there are',
    suggestions: elsewhere.length > 0 ? elsewhere.slice(0, 3) : near,
  });
}
