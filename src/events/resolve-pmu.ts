import { PerfType } from '../abi/perf-event';
import type { Pmu } from '../host/pmu';
import type { Draft } from './draft';
import type { SingleSpec, Term } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { configOn } from './hybrid';
import type { Place } from './place';
import { textAt } from './place';
import { countsCpusOnly, familyOf, matchPmus } from './pmu-names';
import { findAlias, type PmuTerms, resolvePmuTerms } from './pmu-terms';
import type { ResolveContext } from './resolve-context';
import { nearest } from './suggestions';
import { symbolNames } from './symbols';

/**
 * `pmu/terms/`: on the PMU of that name, or on each that the name stands for; without such a PMU, the event of that
 * name with more terms (`mem-loads/ldlat=30/`).
 * @throws EventSpecError
 */
export function resolvePmu(name: string, spec: SingleSpec, context: ResolveContext): Draft[] {
  const pmus = matchPmus(context.host.pmus, name);
  if (pmus.length > 0) return onEach(pmus, name, spec.terms, spec, context);
  const drafts = resolvePmuEvent(name, spec, context);
  if (drafts.length > 0) return drafts;
  throw unknownPmu(name, spec.where, context);
}

/** A bare name that PMUs know from sysfs, on every one that does; none when no PMU knows it. */
export function resolvePmuEvent(name: string, spec: SingleSpec, context: ResolveContext): Draft[] {
  const pmus = [...context.host.pmus].filter((pmu) => findAlias(pmu, name) !== undefined);
  if (pmus.length === 0) return [];
  const from = spec.where.from;
  const event: Term = { key: name, where: { ...spec.where, to: from + name.length } };
  return onEach(pmus, '', [event, ...spec.terms], spec, context);
}

/** On several PMUs, those count that understand the terms; when none does, the first one says why. */
function onEach(
  pmus: readonly Pmu[],
  typed: string,
  terms: readonly Term[],
  spec: SingleSpec,
  context: ResolveContext,
): Draft[] {
  const resolved: [Pmu, PmuTerms][] = [];
  let refusal: EventSpecError | undefined;
  for (const pmu of pmus) {
    try {
      resolved.push([pmu, resolvePmuTerms(pmu, terms, context)]);
    } catch (error) {
      if (!(error instanceof EventSpecError)) throw error;
      refusal ??= error;
    }
  }
  if (resolved.length === 0 && refusal) throw refusal;
  const families = new Set(resolved.map(([pmu]) => familyOf(pmu)));
  return resolved.map(([pmu, meaning]) => {
    const family = familyOf(pmu);
    return {
      ...draftFor(pmu, meaning, context),
      ...(families.size > 1 ? { label: labelFor(family, typed, spec) } : {}),
      ...(resolved.length > 1 ? { mergeKey: family } : {}),
    };
  });
}

/** Text that covers several kinds of PMU is printed once for each: with the kind's name for the glob. */
function labelFor(family: string, typed: string, spec: SingleSpec): string {
  const text = textAt(spec.where);
  if (typed !== '') return family + text.slice(typed.length);
  const [, name = text, rest = ''] = /^([^/:]*)[/:]?(.*)$/s.exec(text) ?? [];
  return `${family}/${name}/${rest}`;
}

function draftFor(pmu: Pmu, { words, symbol, unit, scale, effect }: PmuTerms, { host }: ResolveContext): Draft {
  // The words hold what `config=` terms said already, with the PMU's own terms added.
  const common = {
    pmu: pmu.name,
    isCore: pmu.isCore,
    scale,
    unit,
    effect: { ...effect, config: {} },
    ...(pmu.cpus ? { cpus: pmu.cpus } : {}),
    ...(countsCpusOnly(pmu) ? { countsCpusOnly: true } : {}),
  };
  const { config = 0n, ...others } = words;
  if (symbol?.kind === 'hardware') {
    const id = BigInt(symbol.entry.id);
    return { ...common, kind: 'hardware', attr: { type: PerfType.hardware, config: configOn(pmu, id, host.pmus) } };
  }
  if (symbol?.kind === 'cache') {
    const attr = { type: PerfType.cache, config: configOn(pmu, symbol.event.config, host.pmus) };
    return { ...common, kind: 'cache', attr };
  }
  return { ...common, kind: 'pmu', attr: { type: pmu.type, config, ...others } };
}

function unknownPmu(name: string, where: Place, { host }: ResolveContext): EventSpecError {
  const at = { ...where, to: where.from + name.length };
  const pmus = [...host.pmus];
  if (name === 'cpu' && !host.pmus.hasHardwarePmu()) {
    return new EventSpecError({
      code: 'NOT_SUPPORTED',
      where: at,
      why: 'this machine has no hardware PMU; virtual machines often have none',
      remedy: 'count software events, or run it on the host',
    });
  }
  const there = [...new Set(pmus.map(familyOf))];
  const near = nearest(name, there);
  const events = [...pmus.flatMap((pmu) => [...pmu.aliases.keys()]), ...symbolNames()];
  return new EventSpecError({
    where: at,
    why: `this machine has no PMU or event '${name}'`,
    remedy: there.length > 0 ? `use one of its PMUs: ${there.join(', ')}` : 'see `syswide list`',
    suggestions: near.length > 0 ? near : nearest(name, events),
  });
}
