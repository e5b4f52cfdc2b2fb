import { PerfType, SoftwareId } from '../abi/perf-event';
import { SyswideError } from '../base/error';
import { commonTerms } from './common-terms';
import { type Draft, unscaled } from './draft';
import type { SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { configOn, hybridPmus } from './hybrid';
import { type Place, textAt } from './place';
import type { ResolveContext } from './resolve-context';
import { resolvePmuEvent } from './resolve-pmu';
import { nearest } from './suggestions';
import { type KnownSymbol, knownSymbol, symbolNames } from './symbols';

/**
 * A bare name: an event that every Linux knows, or one that a PMU of this machine names in sysfs.
 * @throws EventSpecError
 */
export function resolveSymbol(name: string, spec: SingleSpec, context: ResolveContext): Draft[] {
  const symbol = knownSymbol(name);
  if (symbol) return resolveKnown(symbol, spec, context);
  const drafts = resolvePmuEvent(name, spec, context);
  if (drafts.length > 0) return drafts;
  throw unknownEvent(name, { ...spec.where, to: spec.where.from + name.length }, context);
}

function resolveKnown(symbol: KnownSymbol, spec: SingleSpec, context: ResolveContext): Draft[] {
  const effect = commonTerms(spec.terms, context);
  switch (symbol.kind) {
    case 'software':
      return [{ ...draftOf('software', PerfType.software, BigInt(symbol.entry.id)), effect }];
    case 'tool': {
      const { attr } = draftOf('software', PerfType.software, BigInt(SoftwareId.dummy));
      return [{ kind: 'tool', tool: symbol.tool, attr, scale: 1, unit: 'ns', effect }];
    }
    case 'hardware':
      return onCores({ ...draftOf('hardware', PerfType.hardware, BigInt(symbol.entry.id)), effect }, spec, context);
    case 'cache':
      if (!symbol.event.counted) throw notCounted(spec.where);
      return onCores({ ...draftOf('cache', PerfType.cache, symbol.event.config), effect }, spec, context);
  }
}

const draftOf = (kind: 'software' | 'hardware' | 'cache', type: number, config: bigint) => ({
  kind,
  attr: { type, config },
  ...unscaled,
});

/** The event, or on a hybrid machine one for each kind of CPU. */
function onCores(draft: Draft, spec: SingleSpec, { host }: ResolveContext): Draft[] {
  const cores = hybridPmus(host.pmus);
  if (cores.length === 0) return [draft];
  const { attr } = draft;
  return cores.map((pmu) => ({
    ...draft,
    attr: { ...attr, config: configOn(pmu, attr.config, host.pmus) },
    pmu: pmu.name,
    isCore: true,
    label: hybridLabel(pmu.name, textAt(spec.where)),
    ...(pmu.cpus ? { cpus: pmu.cpus } : {}),
  }));
}

/** `cycles:u` → `cpu_core/cycles/u`. Source: evsel__uniquify_counter() in tools/perf/util/evsel.c, Linux 6.17. */
function hybridLabel(pmu: string, text: string): string {
  const [, name = text, rest = ''] = /^([^/:]*)[/:]?(.*)$/s.exec(text) ?? [];
  return `${pmu}/${name}/${rest}`;
}

function notCounted(where: Place): EventSpecError {
  return new EventSpecError({
    where,
    why: 'no PMU counts that operation on that cache',
    remedy: 'ask for its loads, or see `syswide list`',
  });
}

function unknownEvent(name: string, where: Place, context: ResolveContext): EventSpecError {
  const pmuEvents = [...context.host.pmus].flatMap((pmu) => [...pmu.aliases.keys()]);
  const homes = tracepointsNamed(name, context);
  return new EventSpecError({
    where,
    why: `there is no event '${name}' here`,
    remedy: 'see `syswide list` for those there are',
    suggestions: homes.length > 0 ? homes : nearest(name, [...symbolNames(), ...pmuEvents]),
  });
}

/** `sched_switch` → `sched:sched_switch`: the system is easily forgotten. */
function tracepointsNamed(name: string, { host }: ResolveContext): string[] {
  try {
    const tracefs = host.tracefs();
    const homes = tracefs.systems().filter((system) => tracefs.events(system).includes(name));
    return homes.slice(0, 3).map((system) => `${system}:${name}`);
  } catch (error) {
    if (error instanceof SyswideError) return [];
    throw error;
  }
}
