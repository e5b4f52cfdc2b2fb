import type { AttrFlags, PerfEventAttr } from '../abi/attr';
import { PerfType } from '../abi/perf-event';
import type { CpuMask } from '../host/cpu-mask';
import type { Draft } from './draft';
import type { EventSettings } from './event-settings';
import type { EventSpec, GroupSpec, SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { groupByPmu, isRegrouped } from './group-by-pmu';
import { applyModifiers, effectFlags, type ModifierEffect, memberModifiers, plainEffect } from './modifiers';
import { textAt } from './place';
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
import { isClock } from './software-events';
import { combineFilters } from './tracepoint-filter';

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

/** A draft with the spec it came from. */
interface Member {
  readonly spec: SingleSpec;
  readonly draft: Draft;
}

function resolveAlone(spec: SingleSpec, first: number, context: ResolveContext): ResolvedEvent[] {
  const members = membersOf(spec, context);
  const events = members.map((member) => finish(member, ownEffect(member)));
  return merged(members, events, first);
}

function resolveGroup(group: GroupSpec, first: number, context: ResolveContext): ResolvedEvent[] {
  const members = group.members.flatMap((spec) => membersOf(spec, context));
  checkCount(members.length, group.where, context);
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

/** The PMUs outside of the cores refuse every exclude bit, also the one that is set by default; the kernel's own do not. */
function ownEffect({ spec, draft }: Member): ModifierEffect {
  const isOutside = draft.kind === 'pmu' && !draft.isCore && draft.attr.type > PerfType.breakpoint;
  const base = isOutside ? { ...plainEffect, excludeGuest: false } : plainEffect;
  return applyModifiers(base, spec.modifiers, false) ?? base;
}

function groupEffect(member: Member, group: GroupSpec, isLeader: boolean): ModifierEffect {
  const { spec } = member;
  const own = ownEffect(member);
  if (!isLeader && (own.pinned || own.exclusive)) {
    throw new EventSpecError({
      where: spec.where,
      why: `only the leader of a group can be ${own.pinned ? 'pinned (D)' : 'exclusive (e)'}`,
      remedy: 'write the modifier behind the closing brace',
    });
  }
  const modifiers = isLeader ? group.modifiers : memberModifiers(group.modifiers);
  const effect = applyModifiers(own, modifiers, true);
  if (effect) return effect;
  throw new EventSpecError({
    where: spec.where,
    why: "with those of its group, the event has more than 3 'p'",
    remedy: 'drop some: there is no higher precision',
  });
}

function finish({ spec, draft }: Member, modified: ModifierEffect): ResolvedEvent {
  const { effect, label, mergeKey: _mergeKey, isCore: _isCore, attr, ...rest } = draft;
  const cpus = restrict(draft.cpus, effect.cpus, spec);
  const settings = settingsOf(effect.settings, modified);
  const finished = finishAttr({ ...attr, ...effect.config }, modified, effect.settings);
  return {
    ...rest,
    name: effect.name ?? label ?? textAt(spec.where),
    attr: finished,
    // The clocks count ns, by whatever name or number they were asked for; perf shows msec.
    ...(finished.type === PerfType.software && draft.kind !== 'tool' && isClock(Number(finished.config))
      ? { scale: 1e-6, unit: 'msec' }
      : {}),
    ...(cpus ? { cpus } : {}),
    ...(spec.filters ? { filter: combineFilters(spec.filters) } : {}),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
  };
}

function finishAttr(attr: PerfEventAttr, modified: ModifierEffect, settings: EventSettings): PerfEventAttr {
  const flags: AttrFlags = {
    ...effectFlags(modified),
    ...(settings.inherit === false ? { inherit: false } : {}),
    ...(settings.auxOutput ? { auxOutput: true } : {}),
  };
  return { ...attr, ...(modified.preciseIp > 0 ? { preciseIp: modified.preciseIp } : {}), flags };
}

const settingsOf = (settings: EventSettings, { sampleRead, preciseMax, weakGroup }: ModifierEffect): EventSettings => ({
  ...settings,
  ...(sampleRead ? { sampleRead } : {}),
  ...(preciseMax ? { preciseMax } : {}),
  ...(weakGroup ? { weakGroup } : {}),
});

/** The CPUs of the PMU that were asked for. */
function restrict(ofPmu: CpuMask | undefined, asked: CpuMask | undefined, spec: SingleSpec): CpuMask | undefined {
  if (!ofPmu || !asked) return ofPmu ?? asked;
  const both = ofPmu.intersect(asked);
  if (!both.isEmpty) return both;
  throw new EventSpecError({
    where: spec.where,
    why: `the PMU counts on CPUs ${ofPmu} only, and the event asks for ${asked}`,
    remedy: 'change the cpu= term, or leave it out',
  });
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
