import { visible } from '../base/safe-text';
import { elapsed, type MonotonicTime, type Nanoseconds, toSeconds } from '../base/units';
import { coveragePercent } from '../counts/coverage';
import type { StatResult } from '../counts/stat-result';
import type { Happening } from '../gang/hotplug-follower';
import { grouped } from './numbers';

/** What must be known to read the counts right, a line each: CPUs that came and went, gaps, and syswide's own share. */
export function statNotes(result: StatResult): string[] {
  return [...result.notices, ...happenings(result), ...gaps(result), ...ownShare(result)].map(visible);
}

function happenings({ hotplug, start }: StatResult): string[] {
  if (!hotplug || hotplug.happenings.length === 0) return [];
  const exact = hotplug.heardFrom.exactTimes;
  const heard = exact ? [] : [`times are those at which ${sources[hotplug.heardFrom.name]}, which is late`];
  return [...hotplug.happenings.map((happening) => happeningLine(happening, start, exact)), ...heard];
}

const sources = {
  cpuhp: 'the kernel changed the CPU',
  uevent: 'the kernel told of the CPU',
  sysfs: 'syswide looked at the CPU',
} as const;

function happeningLine(happening: Happening, start: MonotonicTime, exact: boolean): string {
  const { cpu, kind, at, uncovered, error } = happening;
  const what = `cpu${cpu} ${kind} at ${toSeconds(elapsed(start, at)).toFixed(3)} s`;
  if (error) return `${what}, not counted from then on: ${error.why}`;
  if (kind === 'offline') return what;
  if (uncovered === undefined) return `${what}, not counted`;
  return `${what}, counted ${exact ? '' : 'at least '}${milliseconds(uncovered)} later`;
}

const milliseconds = (time: Nanoseconds): string => `${(Number(time) / 1e6).toFixed(1)} ms`;

/** Decimals that still show the smallest gap that matters. */
const COVERAGE_DECIMALS = 2;

function gaps({ coverage }: StatResult): string[] {
  return [...coverage].flatMap(([cpu, covered]) => {
    if (covered.uncovered === 0n) return [];
    const percent = Math.min(coveragePercent(covered), 100 - 10 ** -COVERAGE_DECIMALS);
    return [`cpu${cpu} was counted for ${percent.toFixed(COVERAGE_DECIMALS)} % of the time it was online`];
  });
}

/** Shares below this are not worth a line. In percent. */
const NOTABLE_OWN_PERCENT = 0.1;

function ownShare({ counts, own, ownExcluded }: StatResult): string[] {
  const parts = counts.flatMap(({ event, total }, i) => {
    const mine = own?.[i]?.total;
    if (mine?.status !== 'counted' || mine.value === 0n) return [];
    const whole = ownExcluded ? total.value + mine.value : total.value;
    const percent = whole === 0n ? 100 : (100 * Number(mine.value)) / Number(whole);
    return percent > NOTABLE_OWN_PERCENT ? [`${event.name} ${grouped(mine.value)} (${percent.toFixed(1)} %)`] : [];
  });
  if (parts.length === 0) return [];
  return [`${ownExcluded ? "taken out as syswide's own" : "syswide's own share"}: ${parts.join(', ')}`];
}
