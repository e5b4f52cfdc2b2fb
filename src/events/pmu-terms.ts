import type { Pmu, PmuAlias } from '../host/pmu';
import { Cursor } from './cursor';
import type { Term } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { applyGenericTerms, genericTermNames, isGenericTerm, type TermEffect } from './generic-terms';
import { parseBareTerms } from './parse-terms';
import type { Place } from './place';
import { addToConfig, type ConfigWords, configFields, formatBits, formatMax } from './pmu-config';
import type { ResolveContext } from './resolve-context';
import { nearest } from './suggestions';
import { type KnownSymbol, knownSymbol } from './symbols';

/** What the terms between a PMU's slashes mean. */
export interface PmuTerms {
  readonly words: ConfigWords;
  /** A hardware or cache event instead of one in the PMU's own terms: `cpu_core/cycles/`. */
  readonly symbol?: KnownSymbol;
  readonly unit: string;
  readonly scale: number;
  readonly effect: TermEffect;
}

/**
 * Looks a PMU's terms up in its `format/` and `events/` directories.
 * Source: perf_pmu__check_alias(), perf_pmu__config() in tools/perf/util/pmu.c, Linux 6.17.
 * @throws EventSpecError for a term the PMU does not have, or a value that does not fit
 */
export function resolvePmuTerms(pmu: Pmu, terms: readonly Term[], context: ResolveContext): PmuTerms {
  const { expanded, aliases, symbol } = expandEvents(pmu, terms);
  const generic = expanded.filter(isGenericTerm);
  const effect = applyGenericTerms(generic, context);
  const own = expanded.filter((term) => !isGenericTerm(term));
  const words = { ...effect.config };
  for (const term of own) addTerm(words, pmu, term, own, context);
  const snapshot = aliases.some((alias) => alias.snapshot);
  const perPackage = aliases.some((alias) => alias.perPackage);
  const settings = { ...effect.settings, ...(snapshot ? { snapshot } : {}), ...(perPackage ? { perPackage } : {}) };
  const [alias] = aliases;
  return {
    words,
    ...(symbol === undefined ? {} : { symbol }),
    unit: alias?.unit ?? '',
    scale: alias?.scale ?? 1,
    effect: { ...effect, settings },
  };
}

/** The event of a PMU by its name in sysfs, in the case it is written there or not. */
export function findAlias(pmu: Pmu, name: string): PmuAlias | undefined {
  return pmu.aliases.get(name) ?? pmu.aliases.get(name.toLowerCase()) ?? pmu.aliases.get(name.toUpperCase());
}

interface Expanded {
  readonly expanded: readonly Term[];
  readonly aliases: readonly PmuAlias[];
  readonly symbol?: KnownSymbol;
}

/** Replaces the names of events by what they stand for. */
function expandEvents(pmu: Pmu, terms: readonly Term[]): Expanded {
  const expanded: Term[] = [];
  const aliases: PmuAlias[] = [];
  let symbol: KnownSymbol | undefined;
  for (const term of terms) {
    const alias = isGenericTerm(term) ? undefined : aliasOf(pmu, term);
    const core = alias || !pmu.isCore ? undefined : coreSymbol(pmu, term);
    if (alias) {
      expanded.push(...aliasTerms(alias, term.where, terms));
      aliases.push(alias);
    } else if (core) symbol = core;
    else expanded.push(rawTerm(pmu, term));
  }
  if (aliases.length > 1 && aliases.some((alias) => alias.unit !== '' || alias.scale !== 1)) {
    throw twoUnits(terms);
  }
  return { expanded, aliases, ...(symbol === undefined ? {} : { symbol }) };
}

function aliasOf(pmu: Pmu, { key, value }: Term): PmuAlias | undefined {
  if (value === undefined) return pmu.formats.has(key) ? undefined : findAlias(pmu, key);
  return value.kind === 'text' && key.toLowerCase() === 'event' ? findAlias(pmu, value.text) : undefined;
}

function coreSymbol(pmu: Pmu, { key, value }: Term): KnownSymbol | undefined {
  if (value !== undefined || pmu.formats.has(key)) return undefined;
  const symbol = knownSymbol(key);
  return symbol?.kind === 'hardware' || symbol?.kind === 'cache' ? symbol : undefined;
}

/** The alias's terms, placed where its name stands. What the user says of generic things wins. */
function aliasTerms(alias: PmuAlias, where: Place, given: readonly Term[]): Term[] {
  try {
    const terms = parseBareTerms(new Cursor(alias.terms));
    return terms
      .filter((term) => !(isGenericTerm(term) && given.some(({ key }) => key === term.key)))
      .map((term) => ({ ...term, where }));
  } catch (error) {
    if (!(error instanceof EventSpecError)) throw error;
    throw new EventSpecError({
      code: 'NOT_SUPPORTED',
      where,
      why: `the kernel describes ${alias.name} as '${alias.terms}', which cannot be read`,
      remedy: "write the event in the PMU's own terms",
      cause: error,
    });
  }
}

/** `r1a8` is the config in hexadecimal, unless the PMU has a term of that name (`rate`). */
function rawTerm(pmu: Pmu, term: Term): Term {
  const digits = term.value === undefined ? /^r(?:0x)?([0-9a-fA-F]{1,16})$/.exec(term.key)?.[1] : undefined;
  if (digits === undefined || pmu.formats.has(term.key)) return term;
  return { key: 'config', value: { kind: 'number', number: BigInt(`0x${digits}`) }, where: term.where };
}

function addTerm(words: ConfigWords, pmu: Pmu, term: Term, all: readonly Term[], context: ResolveContext): void {
  const format = pmu.formats.get(term.key);
  if (!format) throw unknownTerm(pmu, term, context);
  const field = configFields[format.word];
  if (field === undefined) {
    throw new EventSpecError({
      code: 'NOT_SUPPORTED',
      where: term.where,
      why: `'${term.key}' of ${pmu.name} lies in config${format.word}, which syswide does not know yet`,
      remedy: 'leave it out, or use a newer syswide',
    });
  }
  if (isParameter(term, all)) return;
  const value = numberOf(pmu, term, all, formatBits(format).length);
  const most = formatMax(format);
  if (value > most) {
    throw new EventSpecError({
      where: term.where,
      why: `the value of '${term.key}' is too big`,
      remedy: `write at most ${most < 10n ? most : `0x${most.toString(16)}`}`,
    });
  }
  words[field] = addToConfig(words[field] ?? 0n, format, value);
}

/** A number that only fills in for the `?` of an event's definition. */
const isParameter = ({ key, value }: Term, all: readonly Term[]): boolean =>
  value?.kind === 'number' && all.some((other) => other.key === key && asksForValue(other));

const asksForValue = ({ value }: Term): boolean => value?.kind === 'text' && value.text === '?';

function numberOf(pmu: Pmu, term: Term, all: readonly Term[], width: number): bigint {
  const { key, value, where } = term;
  if (value?.kind === 'number') return value.number;
  if (value === undefined && width === 1) return 1n;
  if (value === undefined) {
    throw new EventSpecError({ where, why: `'${key}' takes a value`, remedy: `write ${key}=0x…` });
  }
  const filled = all.find((other) => other.key === key && other.value?.kind === 'number')?.value;
  if (asksForValue(term) && filled?.kind === 'number') return filled.number;
  if (asksForValue(term)) {
    throw new EventSpecError({ where, why: `the event needs a value for '${key}'`, remedy: `add ,${key}=…` });
  }
  throw new EventSpecError({
    where,
    why: key === 'event' ? `${pmu.name} has no event '${value.text}'` : `'${key}' takes a number`,
    remedy: key === 'event' ? `see \`syswide list '${pmu.name}/*'\`` : `write ${key}=0x…`,
    suggestions: key === 'event' ? nearest(value.text, pmu.aliases.keys()) : [],
  });
}

function unknownTerm(pmu: Pmu, term: Term, context: ResolveContext): EventSpecError {
  const names = [...pmu.formats.keys(), ...pmu.aliases.keys(), ...genericTermNames(context)];
  const own = [...pmu.formats.keys()];
  return new EventSpecError({
    where: term.where,
    why: `${pmu.name} has no event or term '${term.key}'`,
    remedy: `use its terms (${own.length > 0 ? own.slice(0, 16).join(', ') : 'it has none but config'}) or see \`syswide list '${pmu.name}/*'\``,
    suggestions: nearest(term.key, names),
  });
}

function twoUnits(terms: readonly Term[]): EventSpecError {
  const [first, last] = [terms[0], terms.at(-1)];
  const source = first?.where.source ?? '';
  return new EventSpecError({
    where: { source, from: first?.where.from ?? 0, to: last?.where.to ?? source.length },
    why: 'two events with a unit or scale of their own cannot be one',
    remedy: 'write them as two events',
  });
}
