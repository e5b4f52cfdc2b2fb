import { SyswideError } from './error';
import { type Nanoseconds, ns } from './units';

/** Nanoseconds of each unit, the longest first. */
const units = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
} as const;

/** A tenth of what 64 bits of nanoseconds hold: sums of durations and points in time stay within them. */
const LONGEST = (1n << 63n) / 10n;

/**
 * Reads a length of time as users write it: `10s`, `500ms`, `1.5m`. A unit is asked for, because the bare numbers of
 * other tools mean seconds in some and milliseconds in others; what lies below a nanosecond is cut off.
 * @param option where it was written, for the error: `--wait-slots`
 * @throws SyswideError USAGE
 */
export function parseDuration(text: string, option: string): Nanoseconds {
  const [, whole, fraction = '', unit] = /^(\d{1,19})(?:\.(\d{1,18}))?(h|m|s|ms|us|ns)$/.exec(text) ?? [];
  const scale = units[unit as keyof typeof units];
  const length =
    scale === undefined ? undefined : (BigInt(`${whole}${fraction}`) * scale) / 10n ** BigInt(fraction.length);
  if (length !== undefined && length <= LONGEST) return ns(length);
  throw new SyswideError('USAGE', {
    what: `${option} '${text}'`,
    why: length === undefined ? 'that is no length of time' : 'that is longer than any measurement',
    remedy: `write a number and one of ${Object.keys(units).join(', ')}: ${option} 10s`,
  });
}

/** A length of time for a person, in its largest fitting unit to three digits at least: `10 s`, `1.23 s`, `5.5 ms`. */
export function durationText(length: Nanoseconds): string {
  const magnitude = length < 0n ? -length : length;
  const unit = (['s', 'ms', 'us', 'ns'] as const).find((name) => magnitude >= units[name]) ?? 'ns';
  const value = Number(length) / Number(units[unit]);
  return `${Number.parseFloat(value.toFixed(Math.abs(value) >= 100 ? 0 : 2))} ${unit}`;
}
