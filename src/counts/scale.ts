import type { Counts } from '../abi/counts';

/**
 * What the event would have counted had it been on a counter all the time: value × enabled ÷ running, to the nearest
 * integer, in exact integer arithmetic. Undefined when it never ran: then nothing is known, which is not 0.
 */
export function scaled(counts: Counts): bigint | undefined {
  const { value, timeEnabled, timeRunning } = counts;
  if (timeRunning === 0n) return undefined;
  if (timeRunning >= timeEnabled) return value;
  return (value * timeEnabled + timeRunning / 2n) / timeRunning;
}
