import type { EventKind, ResolvedEvent } from '../events/resolved-event';
import type { Reading } from '../gang/reading';

/** Kinds that take turns on hardware counters; everything else counts whenever its task runs on its CPU. */
const takesTurns: ReadonlySet<EventKind> = new Set<EventKind>(['hardware', 'cache', 'raw', 'pmu']);

/**
 * Gives clones of a task on one CPU the time for which they were meant to count there. The kernel says for how long the
 * task ran anywhere, so that a task which moved would look multiplexed. All clones of a task taken together ran whenever
 * it did, unless they took turns: what they missed by that is spread over its CPUs like the time that they ran.
 */
export function timesOnCpus(events: readonly ResolvedEvent[], readings: readonly Reading[]): readonly Reading[] {
  if (!readings.some(isSplit)) return readings;
  const tasks = new Map<string, { enabled: bigint; running: bigint }>();
  for (const reading of readings) {
    if (!isSplit(reading)) continue;
    const { timeEnabled, timeRunning } = reading.counts;
    const task = tasks.get(taskOf(reading)) ?? { enabled: 0n, running: 0n };
    const enabled = timeEnabled > task.enabled ? timeEnabled : task.enabled;
    tasks.set(taskOf(reading), { enabled, running: task.running + timeRunning });
  }
  return readings.map((reading) => {
    const task = isSplit(reading) ? tasks.get(taskOf(reading)) : undefined;
    if (!task) return reading;
    const { timeRunning } = reading.counts;
    const turns = takesTurns.has(events[reading.event]?.kind ?? 'software');
    if (turns && task.running === 0n) return reading;
    const timeEnabled =
      turns && task.running < task.enabled ? (timeRunning * task.enabled) / task.running : timeRunning;
    return { ...reading, counts: { ...reading.counts, timeEnabled } };
  });
}

const isSplit = ({ place }: Reading): boolean => place.tid !== undefined && place.cpu !== undefined;
const taskOf = ({ event, place }: Reading): string => `${event}/${place.tid}`;
