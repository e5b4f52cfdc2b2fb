import { PerfType } from '../abi/perf-event';
import type { HostFiles } from '../host/host-files';
import type { EventSpec, SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { applyModifiers, effectFlags, type Modifiers, noModifiers, plainEffect } from './modifiers';
import { textAt } from './place';
import { type ResolvedBody, resolveSymbol, unscaled } from './resolve-symbol';
import type { ResolvedEvent } from './resolved-event';
import { nearest } from './suggestions';
import { knownSymbol, symbolNames } from './symbols';

/** What resolving needs of the machine. */
export interface EventHost {
  readonly files: HostFiles;
}

/**
 * Looks the events up on this machine, in the order they were written; a glob gives its matches sorted.
 * @throws EventSpecError BAD_EVENT for what is not known here, NOT_SUPPORTED for what cannot be counted here
 */
export function resolveEvents(specs: readonly EventSpec[], host: EventHost): ResolvedEvent[] {
  const events: ResolvedEvent[] = [];
  for (const spec of specs) {
    if (spec.kind === 'event') events.push(resolveEvent(spec, noModifiers, host));
    else {
      const leader = events.length;
      for (const member of spec.members) events.push({ ...resolveEvent(member, spec.modifiers, host), leader });
    }
  }
  return events;
}

function resolveEvent(spec: SingleSpec, groupModifiers: Modifiers, host: EventHost): ResolvedEvent {
  const own = applyModifiers(plainEffect, spec.modifiers, false);
  const effect = own && applyModifiers(own, groupModifiers, true);
  if (!effect) {
    throw new EventSpecError({ where: spec.where, why: 'more than 3 p with those of its group', remedy: 'drop some' });
  }
  const { attr, ...body } = resolveBody(spec, host);
  const flags = effectFlags(effect);
  const preciseIp = effect.preciseIp;
  return { name: textAt(spec.where), ...body, attr: { ...attr, ...(preciseIp > 0 ? { preciseIp } : {}), flags } };
}

function resolveBody({ body, terms, where }: SingleSpec, host: EventHost): ResolvedBody {
  const supported = terms.length === 0;
  if (body.type === 'raw' && supported) {
    return { kind: 'raw', attr: { type: PerfType.raw, config: body.config }, ...unscaled };
  }
  if (body.type === 'symbol' && supported) {
    const symbol = knownSymbol(body.name);
    if (symbol) return resolveSymbol(symbol, where);
    throw new EventSpecError({
      where,
      why: 'no event of that name',
      remedy: 'see `syswide list`',
      suggestions: nearest(body.name, symbolNames()),
    });
  }
  if (body.type === 'tracepoint' && supported) {
    const id = host.files.read(`/sys/kernel/tracing/events/${body.system}/${body.name}/id`);
    if (id !== undefined) {
      return { kind: 'tracepoint', attr: { type: PerfType.tracepoint, config: BigInt(id.trim()) }, ...unscaled };
    }
    throw new EventSpecError({ where, why: 'no such tracepoint', remedy: 'see `syswide list`' });
  }
  throw new EventSpecError({ where, why: 'not supported yet', remedy: 'leave it out', code: 'NOT_SUPPORTED' });
}
