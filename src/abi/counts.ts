/**
 * What the kernel says of a counting event: how often it happened while it was on a counter, and for how long it was
 * meant to count and did. Times in ns. `timeRunning` below `timeEnabled` means it was multiplexed.
 */
export interface Counts {
  readonly value: bigint;
  readonly timeEnabled: bigint;
  readonly timeRunning: bigint;
}

export const noCounts: Counts = { value: 0n, timeEnabled: 0n, timeRunning: 0n };

/** The sum, component by component. Only of the same event: a sum of times over places is place-time. */
export const addCounts = (a: Counts, b: Counts): Counts => ({
  value: a.value + b.value,
  timeEnabled: a.timeEnabled + b.timeEnabled,
  timeRunning: a.timeRunning + b.timeRunning,
});
