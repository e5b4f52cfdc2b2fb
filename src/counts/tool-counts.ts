import type { Nanoseconds } from '../base/units';
import type { ToolEvent } from '../events/tool-events';
import type { CommandExit } from '../native/kernel';
import type { Count, EventCount } from './event-count';

/** What syswide knows without any perf event: how long it took, and what the command used. */
export interface ToolTimes {
  readonly elapsed: Nanoseconds;
  /** How the command ended; absent without one, and then nothing is known of its times. */
  readonly exit?: CommandExit;
}

/** Fills in the counts of tool events, which were not opened; the others stay as they are. */
export const withToolCounts = (counts: readonly EventCount[], times: ToolTimes): EventCount[] =>
  counts.map((count) => {
    const { tool } = count.event;
    if (tool === undefined) return count;
    const total = toolCount(timeOf(tool, times));
    return { event: count.event, total, perCpu: new Map(), perThread: new Map() };
  });

function timeOf(tool: ToolEvent, { elapsed, exit }: ToolTimes): bigint | undefined {
  switch (tool) {
    case 'duration_time':
      return elapsed;
    case 'user_time':
      return exit?.userTime;
    case 'system_time':
      return exit?.systemTime;
  }
}

/** A time is the time that it was counted, too: that is what perf prints. */
function toolCount(value: bigint | undefined): Count {
  const known = value ?? 0n;
  const raw = { value: known, timeEnabled: known, timeRunning: known };
  return { status: value === undefined ? 'not counted' : 'counted', value: known, raw };
}
