import type { Counts } from '../abi/counts';
import { scaled } from './scale';

/**
 * For how long an event is on its counter before the next one gets it, in ns: the kernel rotates every
 * `perf_event_mux_interval_ms`, by default once per tick, which is 4 ms at 250 Hz.
 * Source: PERF_CPU_HRTIMER and __perf_mux_hrtimer_init() in kernel/events/core.c.
 */
const ROTATION = 4_000_000n;

/**
 * How far a scaled value may be off, squared: the square of the half-width of the band in which the true count lies with
 * about 95 %, in the event's own units. Undefined for a count that was not scaled, and for one that never ran.
 *
 * A multiplexed event was on its counter for m = running ÷ rotation turns (1 at least), which are a sample without
 * replacement of all the turns there were. Taking the count per turn to vary with a standard deviation equal to its
 * mean, as it does for events that come in bursts, the relative standard error of the estimate is
 * √((1 − running ÷ enabled) ÷ m), and twice that is the half-width. A model, not a measurement: work that beats in time
 * with the rotation is estimated worse, steady work much better.
 */
export function squaredError(counts: Counts): bigint | undefined {
  const { timeEnabled, timeRunning } = counts;
  const value = scaled(counts);
  if (value === undefined || timeRunning >= timeEnabled) return undefined;
  const turns = timeRunning > ROTATION ? timeRunning : ROTATION;
  return dividedUp((2n * value) ** 2n * (timeEnabled - timeRunning) * ROTATION, timeEnabled * turns);
}

/** The half-width of a sum of independent estimates, from the squares of theirs; undefined when all of them are exact. */
export function inQuadrature(squares: readonly (bigint | undefined)[]): bigint | undefined {
  const known = squares.filter((square) => square !== undefined);
  return known.length === 0 ? undefined : squareRootUp(known.reduce((sum, square) => sum + square, 0n));
}

/** A value that may be an estimate, and what of it was really seen. */
interface Estimate {
  readonly value: bigint;
  readonly error?: bigint;
  readonly raw: Counts;
}

/** The lower end of the band, which does not go below what was really seen; of an exact count the value itself. */
export function lowerBound({ value, error = 0n, raw }: Estimate): bigint {
  // Where a part was taken out of the value, what was seen has it still.
  return larger(value - error, raw.value < value ? raw.value : value);
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** An error is never to look smaller than it is, so both of these round up. */
const dividedUp = (dividend: bigint, divisor: bigint): bigint => (dividend + divisor - 1n) / divisor;

/** Newton's method from above, which falls until it is the integer part of the root. */
function squareRootUp(square: bigint): bigint {
  if (square < 2n) return square;
  let root = 1n << BigInt(Math.ceil(square.toString(2).length / 2));
  for (;;) {
    const next = (root + square / root) >> 1n;
    if (next >= root) return root * root === square ? root : root + 1n;
    root = next;
  }
}
