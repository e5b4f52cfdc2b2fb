import type { TermEffect } from './generic-terms';
import type { ResolvedEvent } from './resolved-event';

/**
 * What the body and the terms of a spec mean here, before modifiers and groups: one per event that will be opened.
 * `label` is what to call it instead of the typed text, where one text became several events.
 */
export type Draft = Pick<
  ResolvedEvent,
  'kind' | 'attr' | 'scale' | 'unit' | 'tool' | 'pmu' | 'cpus' | 'countsCpusOnly' | 'config1Text' | 'loadedFrom'
> & {
  readonly label?: string;
  /** Drafts of one spec with the same key are shown as one sum. */
  readonly mergeKey?: string;
  /** Its PMU counts what cores do; only set together with `pmu`. */
  readonly isCore?: boolean;
  readonly effect: TermEffect;
};

export const unscaled = { scale: 1, unit: '' } as const;
