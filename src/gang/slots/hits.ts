import type { ResolvedEvent } from '../../events/resolved-event';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import { isBreakpoint } from './registers';

/**
 * Whether breakpoints are hit on this machine: virtual ones exist that let debug registers be set, and report nothing. Hold
 * the host's lock: a register is taken for a moment.
 * @returns undefined where that cannot be tried now, as all registers are in use, or this user may have none
 */
export function breakpointsAreHit(kernel: Kernel): boolean | undefined {
  try {
    return kernel.hitsBreakpoints();
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}

/** The events, those that count nothing here marked as such. */
export const markedByHits = (
  events: readonly ResolvedEvent[],
  areHit: boolean | undefined,
): readonly ResolvedEvent[] =>
  areHit === false ? events.map((event) => (isBreakpoint(event) ? { ...event, isNeverHit: true } : event)) : events;

/** What is to be said of events so marked: a line, or none. */
export function neverHitNotices(events: readonly ResolvedEvent[]): string[] {
  const names = [...new Set(events.flatMap(({ isNeverHit, name }) => (isNeverHit ? [name] : [])))];
  return names.length === 0
    ? []
    : [`no hit of a breakpoint is reported here, as in some virtual machines: ${names.join(', ')}`];
}
