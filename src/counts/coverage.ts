import { type Cpu, type MonotonicTime, type Nanoseconds, ns } from '../base/units';
import type { HotplugFollower } from '../gang/hotplug-follower';
import type { Reading } from '../gang/reading';

/** For how long one CPU was counted, out of the time it ran tasks while the gang was armed. */
export interface CpuCoverage {
  readonly counted: Nanoseconds;
  /** Time it ran tasks and was not counted; a lower bound where the kernel tells late of CPUs (`exactTimes` false). */
  readonly uncovered: Nanoseconds;
}

/**
 * Coverage of every CPU that was counted or wanted. What counts is the event that was enabled for the shortest time,
 * so that no event has less than what is said.
 */
export function coverage(
  readings: readonly Reading[],
  follower: HotplugFollower | undefined,
  now: MonotonicTime,
): ReadonlyMap<Cpu, CpuCoverage> {
  const enabled = enabledTimes(readings);
  const cpus = new Set([...enabled.keys(), ...(follower?.wanted ?? [])]);
  const covered = [...cpus].map((cpu) => {
    const counted = ns(enabled.get(cpu) ?? 0n);
    return [cpu, { counted, uncovered: follower?.uncovered(cpu, now) ?? ns(0n) }] as const;
  });
  return new Map(covered.filter(([, { counted, uncovered }]) => counted + uncovered > 0n).sort(([a], [b]) => a - b));
}

/** In percent; 100 for a CPU that was counted whenever it ran tasks. */
export function coveragePercent({ counted, uncovered }: CpuCoverage): number {
  return counted + uncovered === 0n ? 100 : (100 * Number(counted)) / Number(counted + uncovered);
}

/** By CPU: the time its events were enabled, over all clones it has had, least over the events. */
function enabledTimes(readings: readonly Reading[]): Map<Cpu, bigint> {
  const perEvent = new Map<string, { cpu: Cpu; time: bigint }>();
  for (const { event, place, counts } of readings) {
    if (place.cpu === undefined) continue;
    const key = `${event}/${place.cpu}`;
    perEvent.set(key, { cpu: place.cpu, time: (perEvent.get(key)?.time ?? 0n) + counts.timeEnabled });
  }
  const least = new Map<Cpu, bigint>();
  for (const { cpu, time } of perEvent.values()) {
    const known = least.get(cpu);
    least.set(cpu, known === undefined || time < known ? time : known);
  }
  return least;
}
