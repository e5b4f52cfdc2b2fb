import type { Term } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { applyGenericTerms, genericTermNames, isGenericTerm, type TermEffect } from './generic-terms';
import type { ResolveContext } from './resolve-context';
import { nearest } from './suggestions';

const configPattern = /^config[0-9]?$/;

/**
 * The terms of an event that has no PMU's own: `cycles/period=1000/`. `r1a8` is the config, as perf 6.1 has it.
 * @throws EventSpecError for any other term
 */
export function commonTerms(terms: readonly Term[], context: ResolveContext): TermEffect {
  return applyGenericTerms(
    terms.map((term) => knownTerm(term, context, true)),
    context,
  );
}

/** The terms of an event whose config is what it is: tracepoints and probes. @throws EventSpecError */
export function termsWithoutConfig(terms: readonly Term[], context: ResolveContext): TermEffect {
  return applyGenericTerms(
    terms.map((term) => knownTerm(term, context, false)),
    context,
  );
}

function knownTerm(term: Term, context: ResolveContext, takesConfig: boolean): Term {
  const raw = term.value === undefined ? /^r(?:0x)?([0-9a-fA-F]{1,16})$/.exec(term.key)?.[1] : undefined;
  if (takesConfig && raw !== undefined) {
    return { key: 'config', value: { kind: 'number', number: BigInt(`0x${raw}`) }, where: term.where };
  }
  if (isGenericTerm(term) && (takesConfig || !configPattern.test(term.key))) return term;
  const names = genericTermNames(context, takesConfig);
  throw new EventSpecError({
    where: term.where,
    why: `this event has no term '${term.key}'`,
    remedy: `use ${names.join(', ')}`,
    suggestions: nearest(term.key, names),
  });
}
