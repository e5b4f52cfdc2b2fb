import { CLOCK_MONOTONIC } from '../abi/perf-event';
import type { MonotonicTime } from '../base/units';
import type { Kernel } from '../native/kernel';

/** A time of CLOCK_MONOTONIC in the clock of a recording. */
export function inClock(kernel: Pick<Kernel, 'clockTime'>, clockId: number, time: MonotonicTime): bigint {
  if (clockId === CLOCK_MONOTONIC) return time;
  return time + kernel.clockTime(clockId) - kernel.clockTime(CLOCK_MONOTONIC);
}
