import { PerfType } from '../abi/perf-event';
import type { Draft } from './draft';
import type { EventSpec, GroupSpec, SingleSpec } from './event-spec';
import { finish, groupEffect, type Member, ownEffect } from './finish-event';
import { groupByPmu, isRegrouped } from './group-by-pmu';
import { resolveBreakpoint } from './resolve-breakpoint';
import {
  type BareMachine,
  checkCount,
  type EventHost,
  type ResolveContext,
  type ResolveOptions,
  resolveContext,
  withHost,
} from './resolve-context';
import { resolveNumeric } from './resolve-numeric';
import { resolvePmu } from './resolve-pmu';
import { resolveProbe } from './resolve-probe';
import { resolveSymbol } from './resolve-symbol';
import { resolveTracepoint } from './resolve-tracepoint';
import type { ResolvedEvent } from './resolved-event';

/**
 * Looks events up on this machine, in the order they were written. One text may become several events: a glob over
 * tracepoints, sorted; a name that several PMUs have; a hardware event on a hybrid CPU.
 *
 * @throws EventSpecError BAD_EVENT for what is not known here, NOT_SUPPORTED for what cannot be counted here, NO_TRACEFS
 *   when tracepoints cannot be looked up
 */
export function resolveEvents(
  specs: readonly EventSpec[],
  machine: EventHost | BareMachine,
  options: ResolveOptions = {},
): ResolvedEvent[] {
  return withHost(machine, (host) => resolveAll(specs, resolveContext(host, options)));
}

function resolveAll(specs: readonly EventSpec[], context: ResolveContext): ResolvedEvent[] {
  const events: ResolvedEvent[] = [];
  for (const spec of specs) {
    events.push(...(spec.kind === 'event' ? resolveAlone(spec, events.length, context) : []));
    if (spec.kind === 'group') events.push(...resolveGroup(spec, events.length, context));
    checkCount(events.length, spec.where, context);
  }
  return events;
}

function resolveAlone(spec: SingleSpec, first: number, context: ResolveContext): ResolvedEvent[] {
  const members = membersOf(spec, context);
  const events = members.map((member) => finish(member, ownEffect(member)));
  return merged(members, events, first);
}

function resolveGroup(group: GroupSpec, first: number, context: ResolveContext): ResolvedEvent[] {
  const members: Member[] = [];
  for (const spec of group.members) {
    members.push(...membersOf(spec, context));
    checkCount(first + members.length, spec.where, context);
  }
  const parts = groupByPmu(members);
  const regrouped = isRegrouped(parts);
  const ordered: Member[] = parts.flat();
  const events: ResolvedEvent[] = [];
  for (const part of parts) {
    // syswide counts tool events itself: they lead nobody.
    const leader = part.findIndex(({ draft }) => draft.kind !== 'tool');
    const base = first + events.length;
    for (const [i, member] of part.entries()) {
      const event = finish(member, groupEffect(member, group, i === leader));
      const isTool = event.kind === 'tool';
      events.push({
        ...event,
        ...(isTool ? {} : { leader: base + leader }),
        ...(i === leader && group.name !== undefined ? { groupName: group.name } : {}),
        ...(regrouped ? { regrouped } : {}),
      });
    }
  }
  return merged(ordered, events, first);
}

/** Where one text stands for several PMUs, a `cpu=` term leaves out those that count on other CPUs only. */
function membersOf(spec: SingleSpec, context: ResolveContext): Member[] {
  const drafts = resolveBody(spec, context);
  const counted = drafts.filter(({ cpus, effect }) => !cpus || !effect.cpus || !cpus.intersect(effect.cpus).isEmpty);
  return (counted.length > 0 ? counted : drafts).map((draft) => ({ spec, draft }));
}

function resolveBody(spec: SingleSpec, context: ResolveContext): Draft[] {
  const { body } = spec;
  switch (body.type) {
    case 'symbol':
      return resolveSymbol(body.name, spec, context);
    case 'raw':
      return resolveNumeric(PerfType.raw, body.config, spec, context);
    case 'numeric':
      return resolveNumeric(body.perfType, body.config, spec, context);
    case 'pmu':
      return resolvePmu(body.pmu, spec, context);
    case 'tracepoint':
      return resolveTracepoint(body, spec, context);
    case 'breakpoint':
      return [resolveBreakpoint(body, spec, context)];
    case 'probe':
      return [resolveProbe(body, spec, context)];
  }
}

/** Marks the events that are shown as one sum: those of one spec with the same key, if there are several. */
function merged(members: readonly Member[], events: readonly ResolvedEvent[], first: number): ResolvedEvent[] {
  const keyed = new Map<SingleSpec, Map<string, number[]>>();
  for (const [i, { spec, draft }] of members.entries()) {
    if (draft.mergeKey === undefined) continue;
    const ofSpec = keyed.get(spec) ?? new Map<string, number[]>();
    keyed.set(spec, ofSpec);
    ofSpec.set(draft.mergeKey, [...(ofSpec.get(draft.mergeKey) ?? []), i]);
  }
  return events.map((event, i) => {
    const member = members[i];
    const same = member && keyed.get(member.spec)?.get(member.draft.mergeKey ?? '');
    const [target] = same ?? [];
    return same && same.length > 1 && target !== undefined ? { ...event, mergedInto: first + target } : event;
  });
}
