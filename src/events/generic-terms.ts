import { SyswideError } from '../base/error';
import { type Cpu, cpu } from '../base/units';
import { CpuMask } from '../host/cpu-mask';
import { branchNames, parseBranchType } from './branch-type';
import type { EventSettings } from './event-settings';
import { DRIVER_CONFIG, type Term } from './event-spec';
import { EventSpecError } from './event-spec-error';
import type { ConfigWords } from './pmu-config';
import type { ResolveContext } from './resolve-context';

/** What generic terms make of an event. */
export interface TermEffect {
  readonly name?: string;
  readonly cpus?: CpuMask;
  readonly config: ConfigWords;
  readonly settings: EventSettings;
}

interface GenericTerm {
  /** What the value has to be; a flag may go without one, which means 1. */
  readonly takes: 'number' | 'text' | 'flag' | 'number or text';
  /** It shapes samples, and means nothing to a count. */
  readonly samples?: boolean;
  /** The largest number, the smallest is `least` or 0. */
  readonly most?: bigint;
  readonly least?: bigint;
  apply(value: { number: bigint; text: string }, term: Term, context: ResolveContext): Partial<TermEffect>;
}

const U32_MAX = 0xffff_ffffn;
const U64_MAX = (1n << 64n) - 1n;
/** Stacks are copied in u64 units and their size is a u16. Source: get_stack_size() in tools/perf/util/callchain.c. */
const LARGEST_STACK = 65_528n;

const setting = (settings: EventSettings): Partial<TermEffect> => ({ settings });

/**
 * Terms that every kind of event may carry. Source: config_term_names in tools/perf/util/parse-events.c, Linux 6.17.
 */
const table: Readonly<Record<string, GenericTerm>> = {
  config: { takes: 'number', apply: ({ number }) => ({ config: { config: number } }) },
  config1: { takes: 'number', apply: ({ number }) => ({ config: { config1: number } }) },
  config2: { takes: 'number', apply: ({ number }) => ({ config: { config2: number } }) },
  config3: { takes: 'number', apply: ({ number }) => ({ config: { config3: number } }) },
  name: { takes: 'text', apply: ({ text }, term) => ({ name: notEmpty(text, term) }) },
  'metric-id': { takes: 'text', apply: ({ text }) => setting({ metricId: text }) },
  percore: { takes: 'flag', apply: ({ number }) => setting({ percore: number === 1n }) },
  cpu: { takes: 'number or text', apply: (value, term, context) => ({ cpus: parseCpus(value, term, context) }) },
  inherit: { takes: 'flag', apply: ({ number }) => setting({ inherit: number === 1n }) },
  'no-inherit': { takes: 'flag', apply: ({ number }) => setting({ inherit: number === 0n }) },
  period: { takes: 'number', least: 1n, apply: ({ number }) => setting({ period: number }) },
  freq: { takes: 'number', samples: true, least: 1n, apply: ({ number }) => setting({ frequency: number }) },
  time: { takes: 'flag', samples: true, apply: ({ number }) => setting({ time: number === 1n }) },
  'call-graph': { takes: 'text', samples: true, apply: ({ text }, term) => callGraph(text, term) },
  'stack-size': {
    takes: 'number',
    samples: true,
    least: 8n,
    most: LARGEST_STACK,
    apply: ({ number }, term) => stackSize(number, term),
  },
  'max-stack': {
    takes: 'number',
    samples: true,
    most: 0xffffn,
    apply: ({ number }) => setting({ maxStack: Number(number) }),
  },
  nr: { takes: 'number', samples: true, least: 1n, apply: ({ number }) => setting({ maxEvents: number }) },
  overwrite: { takes: 'flag', samples: true, apply: ({ number }) => setting({ overwrite: number === 1n }) },
  'no-overwrite': { takes: 'flag', samples: true, apply: ({ number }) => setting({ overwrite: number === 0n }) },
  branch_type: { takes: 'text', samples: true, apply: ({ text }, term) => branchType(text, term) },
  'aux-output': { takes: 'flag', samples: true, apply: ({ number }) => setting({ auxOutput: number === 1n }) },
  'aux-action': { takes: 'text', samples: true, apply: ({ text }, term) => auxAction(text, term) },
  'aux-sample-size': {
    takes: 'number',
    samples: true,
    most: U32_MAX,
    apply: ({ number }) => setting({ auxSampleSize: number }),
  },
  [DRIVER_CONFIG]: { takes: 'text', apply: (_value, term) => noDriverConfig(term) },
};

/** A map, because terms are typed by users: `constructor` is none. */
const genericTerms: ReadonlyMap<string, GenericTerm> = new Map(Object.entries(table));
const configNames: readonly string[] = ['config', 'config1', 'config2', 'config3'];

/** True for terms that mean the same for every PMU; they win over a PMU's own of that name. */
export const isGenericTerm = (term: Term): boolean => genericTerms.has(term.key);

/** The names of generic terms that events of this use can take; `config`s only where they mean something. */
export function genericTermNames(context: ResolveContext, takesConfig = true): string[] {
  return [...genericTerms].flatMap(([name, { samples }]) =>
    (samples && context.use === 'count') || name === DRIVER_CONFIG || (!takesConfig && configNames.includes(name))
      ? []
      : [name],
  );
}

/**
 * The effect of terms that are all generic; of repeated ones the last counts, but for `cpu=`, which adds up.
 * @throws EventSpecError for a value of the wrong kind or size, and for a term that makes no sense here
 */
export function applyGenericTerms(terms: readonly Term[], context: ResolveContext): TermEffect {
  let effect: TermEffect = { config: {}, settings: {} };
  for (const term of terms) {
    const generic = genericTerms.get(term.key);
    if (!generic) continue;
    if (generic.samples && context.use === 'count') throw onlySamples(term);
    const next = generic.apply(checkedValue(term, generic), term, context);
    effect = {
      ...effect,
      ...next,
      ...(effect.cpus && next.cpus ? { cpus: effect.cpus.union(next.cpus) } : {}),
      config: { ...effect.config, ...next.config },
      settings: { ...effect.settings, ...next.settings },
    };
  }
  return effect;
}

/** The value, checked; what a term does not take is empty. */
function checkedValue(
  term: Term,
  { takes, least = 0n, most = U64_MAX }: GenericTerm,
): { number: bigint; text: string } {
  const { value } = term;
  if (value?.kind === 'text') {
    if (takes === 'text' || takes === 'number or text') return { number: 0n, text: value.text };
    throw badValue(term, 'a number');
  }
  if (value === undefined && takes !== 'flag') throw badValue(term, takes === 'number' ? 'a number' : 'a value');
  if (takes === 'text') throw badValue(term, 'a text; a number as text is written between quotes');
  const number = value === undefined ? 1n : value.number;
  const limit = takes === 'flag' ? 1n : most;
  if (number < least || number > limit) throw badValue(term, `a number from ${least} to ${limit}`);
  return { number, text: '' };
}

function badValue(term: Term, expected: string): EventSpecError {
  return new EventSpecError({
    where: term.where,
    why: `the term '${term.key}' takes ${expected}`,
    remedy: term.value === undefined ? `write ${term.key}=…` : 'change its value',
  });
}

function onlySamples(term: Term): EventSpecError {
  return new EventSpecError({
    where: term.where,
    why: `the term '${term.key}' shapes samples, and here events are only counted`,
    remedy: 'drop it',
  });
}

function notEmpty(text: string, term: Term): string {
  if (text.trim() !== '') return text;
  throw badValue(term, 'a text that is not empty');
}

/** `cpu=3`, `cpu=0-3`, `cpu='0,2'`, or the name of a PMU for its CPUs. */
function parseCpus(value: { number: bigint; text: string }, term: Term, { host }: ResolveContext): CpuMask {
  const { possible, online } = host.cpus();
  const pmu = value.text === '' ? undefined : host.pmus.get(value.text);
  if (pmu) return pmu.cpus ?? online;
  const cpus = value.text === '' ? oneCpu(value.number, possible) : parsed(value.text, term);
  if (cpus && !cpus.isEmpty && cpus.minus(possible).isEmpty) return cpus;
  throw new EventSpecError({
    where: term.where,
    why: 'this machine has no such CPU',
    remedy: `use CPUs of ${possible}, or the name of a PMU`,
  });
}

const oneCpu = (number: bigint, possible: CpuMask): CpuMask | undefined => {
  const known: Cpu | undefined = [...possible].find((one) => BigInt(one) === number);
  return known === undefined ? undefined : CpuMask.of([cpu(known)]);
};

function parsed(text: string, term: Term): CpuMask {
  try {
    return CpuMask.parse(text);
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    throw new EventSpecError({ where: term.where, why: error.why, remedy: error.remedy, cause: error });
  }
}

function callGraph(text: string, term: Term): Partial<TermEffect> {
  if (/^(?:fp|lbr|no|dwarf(?:,[0-9]{1,5})?)$/.test(text)) return setting({ callGraph: text });
  throw badValue(term, 'fp, dwarf, lbr or no');
}

function stackSize(bytes: bigint, term: Term): Partial<TermEffect> {
  if (bytes % 8n === 0n) return setting({ stackSize: bytes });
  throw badValue(term, 'a multiple of 8 bytes');
}

function branchType(text: string, term: Term): Partial<TermEffect> {
  const type = parseBranchType(text);
  if (typeof type === 'bigint') return setting({ branchSampleType: type });
  throw badValue(term, `names out of ${branchNames.join(', ')}`);
}

function auxAction(text: string, term: Term): Partial<TermEffect> {
  if (text === 'pause' || text === 'resume' || text === 'start-paused') return setting({ auxAction: text });
  throw badValue(term, 'pause, resume or start-paused');
}

function noDriverConfig(term: Term): never {
  throw new EventSpecError({
    code: 'NOT_SUPPORTED',
    where: term.where,
    why: 'syswide does not configure the drivers of trace hardware',
    remedy: 'drop it, or use perf record for CoreSight',
  });
}
