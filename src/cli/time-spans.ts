import type { TimeSpan } from '../profile/sample-filter';
import { usage } from './usage-error';

/** A part of the time between the first and the last sample: from 0 to 1. */
export interface TimePart {
  readonly from: number;
  readonly to: number;
}

/** What `--time` asks for: spans, or parts of a time that only the recording tells. */
export type AskedTimes = { readonly times: readonly TimeSpan[] } | { readonly parts: readonly TimePart[] };

/**
 * `1.5,2`, `1.5,` and `,2` in seconds, and several with spaces between; `10%-40%`, `10%/2` and several with commas, and `10%`.
 * Source: perf_time__parse_for_ranges() in tools/perf/util/time-utils.c, Linux 6.1.
 *
 * @throws SyswideError USAGE
 */
export function askedTimes(text: string): AskedTimes {
  if (!text.includes('%'))
    return {
      times: text
        .trim()
        .split(/\s+/)
        .map((span) => spanOf(span, text)),
    };
  const only = onlyPart.exec(text.trim());
  const words = text.trim().replace(/,$/, '').split(',');
  return { parts: only ? [sliceOf(Number(only[1]) / 100, 1, text)] : words.map((word) => partOf(word.trim(), text)) };
}

/** Parts of the time between two ends, in ns. The moment between two of them is in the later one. */
export const timesOfParts = (parts: readonly TimePart[], first: number, last: number): TimeSpan[] =>
  parts.map(({ from: begin, to: end }) => {
    const [from, to] = [begin, end].map((share) => first + Math.round(share * (last - first))) as [number, number];
    return { from, to, isOpen: to > from && to !== last };
  });

/** Spans that were asked for from a first moment on, as spans of the recording's clock. */
export const timesSince = (first: number, times: readonly TimeSpan[]): TimeSpan[] =>
  times.map(({ from = 0, to, ...rest }) => ({
    ...rest,
    from: first + from,
    ...(to === undefined ? {} : { to: first + to }),
  }));

const onlyPart = /^(\d{0,3}(?:\.\d{0,9})?)%$/;
const slice = /^(\d{0,3}(?:\.\d{0,9})?)%\/\s*(\d{1,9})$/;
const betweenShares = /^(\d{0,3}(?:\.\d{0,9})?)%\s*-\s*(\d{0,3}(?:\.\d{0,9})?)%$/;

function partOf(word: string, text: string): TimePart {
  const [, share, number] = slice.exec(word) ?? [];
  if (share !== undefined && number !== undefined) return sliceOf(Number(share) / 100, Number(number), text);
  const [, from, to] = betweenShares.exec(word) ?? [];
  return part(Number(from || Number.NaN), Number(to || Number.NaN), text);
}

function sliceOf(share: number, number: number, text: string): TimePart {
  const found = { from: share * (number - 1), to: share * number };
  if (found.from >= 0 && found.to > found.from && found.to <= 1) return found;
  throw noPart(text);
}

/** @param from percent, as `to` */
function part(from: number, to: number, text: string): TimePart {
  if (from >= 0 && from <= to && to <= 100) return { from: from / 100, to: to / 100 };
  throw noPart(text);
}

const noPart = (text: string) =>
  usage(
    `--time '${text}'`,
    'that is no part of the time that a recording took',
    'write percentages up to 100: --time 10%-40%, or for the second tenth --time 10%/2',
  );

function spanOf(span: string, text: string): TimeSpan {
  const [, from, to] = /^(\d{1,12}(?:\.\d{1,9})?)?,(\d{1,12}(?:\.\d{1,9})?)?$/.exec(span) ?? [];
  if (from === undefined && to === undefined) {
    throw usage(`--time '${text}'`, 'that is no span of time', 'write its ends in seconds: --time 12.5,13');
  }
  const [begin, end] = [from, to].map((seconds) => (seconds === undefined ? undefined : nanoseconds(seconds)));
  if (begin !== undefined && end !== undefined && begin > end) {
    throw usage(`--time '${text}'`, 'it ends before it begins', 'write the earlier end first: --time 12.5,13');
  }
  return { ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) };
}

/** Exactly, as far as numbers are. */
function nanoseconds(seconds: string): number {
  const [whole = '0', fraction = ''] = seconds.split('.');
  return Number(`${whole}${fraction.padEnd(9, '0')}`);
}
