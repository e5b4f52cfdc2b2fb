import type { Cursor } from './cursor';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';

/** Longer names are refused: no event, PMU or ELF symbol needs them, and globs cost time by their length. */
const LONGEST_NAME = 512;
/** PATH_MAX without its NUL. Source: include/uapi/linux/limits.h. */
const LONGEST_PATH = 4095;
const U64_MAX = (1n << 64n) - 1n;

/** Event, PMU and tracepoint names, and globs over them. Source: tools/perf/util/parse-events.l, Linux 6.17. */
const namePattern = /[A-Za-z0-9_*?[\]][A-Za-z0-9_*?.[\]!-]*/y;
const quotedPattern = /'([^'\p{Cc}]*)'/uy;
const numberPattern = /0[xX][0-9a-fA-F]+(?![0-9A-Za-z_])|[0-9]+(?![0-9A-Za-z_])/y;

/** A name or glob; undefined when none starts here. */
export function name(cursor: Cursor): string | undefined {
  const from = cursor.offset;
  return bounded(cursor, cursor.match(namePattern)?.[0], from, LONGEST_NAME);
}

/** Text between single quotes; undefined when no quote is next. */
function quoted(cursor: Cursor): string | undefined {
  if (cursor.next !== "'") return undefined;
  const from = cursor.offset;
  const found = cursor.match(quotedPattern);
  if (!found) throw cursor.unexpected("a closing ' (and no control characters before it)");
  return bounded(cursor, found[1], from, LONGEST_PATH);
}

/** What the pattern matches, or a quoted text. */
export function quotedOr(cursor: Cursor, pattern: RegExp): string | undefined {
  const from = cursor.offset;
  return quoted(cursor) ?? bounded(cursor, cursor.match(pattern)?.[0], from, LONGEST_PATH);
}

/** A decimal or 0x number of at most 64 bits; undefined when no number that ends here is next. */
export function number(cursor: Cursor): bigint | undefined {
  const from = cursor.offset;
  const found = cursor.match(numberPattern);
  return found && toU64(found[0], cursor.place(from));
}

/** Digits → number. `where` is only for the error. */
export function toU64(digits: string, where: Place): bigint {
  const value = digits.length > LONGEST_NAME ? U64_MAX + 1n : BigInt(digits);
  if (value <= U64_MAX) return value;
  throw new EventSpecError({
    where,
    why: 'the number is wider than 64 bits',
    remedy: 'write one of at most 0xffffffffffffffff',
  });
}

/** `+offset`, 0 when there is none. */
export function plusOffset(cursor: Cursor): bigint {
  if (!cursor.take('+')) return 0n;
  const offset = number(cursor);
  if (offset === undefined) throw cursor.unexpected('a number of bytes after +');
  return offset;
}

function bounded<T extends string | undefined>(cursor: Cursor, text: T, from: number, longest: number): T {
  if (text === undefined || text.length <= longest) return text;
  throw new EventSpecError({
    where: cursor.place(from),
    why: `a name of ${text.length} characters`,
    remedy: `write one of at most ${longest}`,
  });
}
