import type { AttrFlags, PerfEventAttr } from '../abi/attr';
import { PerfType } from '../abi/perf-event';
import type { CpuMask } from '../host/cpu-mask';
import type { Draft } from './draft';
import type { EventSettings } from './event-settings';
import type { GroupSpec, SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { applyModifiers, effectFlags, type ModifierEffect, memberModifiers, plainEffect } from './modifiers';
import { textAt } from './place';
import type { ResolvedEvent } from './resolved-event';
import { isClock } from './software-events';
import { combineFilters } from './tracepoint-filter';

/** A draft with the spec it came from. */
export interface Member {
  readonly spec: SingleSpec;
  readonly draft: Draft;
}

/**
 * What an event's own modifiers make of it. The PMUs outside of the cores refuse every exclude bit, also the one that is
 * set by default; the kernel's own do not.
 */
export function ownEffect({ spec, draft }: Member): ModifierEffect {
  const isOutside = draft.kind === 'pmu' && !draft.isCore && draft.attr.type > PerfType.breakpoint;
  const base = isOutside ? { ...plainEffect, excludeGuest: false } : plainEffect;
  return applyModifiers(base, spec.modifiers, false) ?? base;
}

/** As `ownEffect`, with the modifiers of its group. @throws EventSpecError when they do not go together */
export function groupEffect(member: Member, group: GroupSpec, isLeader: boolean): ModifierEffect {
  const { spec } = member;
  const own = ownEffect(member);
  // A weak group that the kernel refuses for that comes apart, as in perf.
  if (!isLeader && !group.modifiers.includes('W') && (own.pinned || own.exclusive)) {
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

/** The event, as the gang opens it, but for its place in a group. @throws EventSpecError when no CPU is left for it */
export function finish({ spec, draft }: Member, modified: ModifierEffect): ResolvedEvent {
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
