import type { Cpu } from '../base/units';
import { PerfDataReader } from '../perfdata/perf-data-reader';
import { type Survey, Tally, type Totals } from './tally';

/**
 * Goes through a recording of ours, which has to be synced, once it has ended: nothing is looked at while it runs.
 * @throws SyswideError BAD_FILE
 */
export function survey(path: string): Survey {
  const reader = PerfDataReader.open(path, 'anybody');
  try {
    const tally = new Tally();
    reader.scan((type, view, begin, end) => tally.record(type, view, begin, end));
    return tally.survey;
  } finally {
    reader.close();
  }
}

/** How much several files hold together. */
export function totalsOf(surveys: readonly Totals[]): Totals {
  return {
    samples: surveys.reduce((sum, { samples }) => sum + samples, 0),
    own: surveys.reduce((sum, { own }) => sum + own, 0),
    lost: sums(
      surveys.map(({ lost }) => lost),
      (a, b) => a + b,
    ),
    throttled: sums(
      surveys.map(({ throttled }) => throttled),
      (a, b) => a + b,
    ),
  };
}

function sums<T>(maps: readonly ReadonlyMap<Cpu, T>[], add: (a: T, b: T) => T): Map<Cpu, T> {
  const all = new Map<Cpu, T>();
  for (const [cpu, count] of maps.flatMap((map) => [...map])) {
    const before = all.get(cpu);
    all.set(cpu, before === undefined ? count : add(before, count));
  }
  return all;
}
