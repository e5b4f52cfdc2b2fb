import { PerfType } from '../abi/perf-event';

/** What tells which event it is, of whatever recording. */
export interface EventIdentity {
  readonly name: string;
  readonly type: number;
  readonly config: bigint;
}

/** Types of events whose numbers are the same on every machine; breakpoints have none. */
const fixedTypes: readonly number[] = [PerfType.hardware, PerfType.software, PerfType.cache, PerfType.raw];

/**
 * The event of another recording that one is compared with: that of its name, or else the first one that counts the same thing,
 * as `cycles` and `cycles:u` do, or `cpu-clock` and `cpu-clock:ppp`. One that is found by its name is not taken for another.
 * Source: evsel__match2() of tools/perf/util/evsel.h, Linux 6.1, which has no eye for names.
 *
 * @param event of the one recording, `own`
 * @param theirs those of the other
 */
export function pairedEvent<T extends EventIdentity>(
  event: EventIdentity,
  own: readonly EventIdentity[],
  theirs: readonly T[],
): T | undefined {
  const named = theirs.find(({ name }) => name === event.name);
  if (named || !fixedTypes.includes(event.type)) return named;
  const taken = new Set(own.map(({ name }) => name));
  return theirs.find(({ name, type, config }) => type === event.type && config === event.config && !taken.has(name));
}
