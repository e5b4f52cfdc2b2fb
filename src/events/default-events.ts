import type { Host } from '../host/host';

/** An event that `stat` counts when it is given none. */
export interface DefaultEvent {
  readonly name: string;
  /** This machine may lack it: then it is shown as not supported, and is no failure. */
  readonly mayBeMissing: boolean;
  /** It is left out altogether when it cannot be opened: few machines have it. */
  readonly onlyIfThere: boolean;
}

const always = (name: string): DefaultEvent => ({ name, mayBeMissing: false, onlyIfThere: false });
const hardware = (name: string): DefaultEvent => ({ name, mayBeMissing: true, onlyIfThere: false });
const rare = (name: string): DefaultEvent => ({ name, mayBeMissing: true, onlyIfThere: true });

/**
 * What `-d`, `-dd` and `-ddd` add to whatever else is counted: the caches, the ones behind them, prefetches.
 * Source: detailed_attrs1 to 3 in tools/perf/builtin-stat.c, Linux 6.1.
 */
const details: readonly (readonly string[])[] = [
  ['L1-dcache-loads', 'L1-dcache-load-misses', 'LLC-loads', 'LLC-load-misses'],
  ['L1-icache-loads', 'L1-icache-load-misses', 'dTLB-loads', 'dTLB-load-misses', 'iTLB-loads', 'iTLB-load-misses'],
  ['L1-dcache-prefetches', 'L1-dcache-prefetch-misses'],
];

/** @param detail how often `-d` was given; beyond the third time there is no more */
export const detailedEvents = (detail: number): DefaultEvent[] => details.slice(0, detail).flat().map(hardware);

/**
 * The events that `stat` counts by default, in the order it prints them.
 * Source: default_attrs0 in tools/perf/builtin-stat.c, Linux 6.1.
 */
export function defaultEvents(systemWide: boolean): DefaultEvent[] {
  return [
    always(systemWide ? 'cpu-clock' : 'task-clock'),
    always('context-switches'),
    always('cpu-migrations'),
    always('page-faults'),
    hardware('cycles'),
    rare('stalled-cycles-frontend'),
    rare('stalled-cycles-backend'),
    hardware('instructions'),
    hardware('branches'),
    hardware('branch-misses'),
  ];
}

/** Of the rare ones, only those that the CPU's own PMU lists. */
export const isThere = ({ name, onlyIfThere }: DefaultEvent, { pmus }: Pick<Host, 'pmus'>): boolean =>
  !onlyIfThere || pmus.core().some((pmu) => pmu.aliases.has(name));
