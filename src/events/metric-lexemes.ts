import type { Cursor } from './cursor';
import { EventSpecError } from './event-spec-error';
import type { MetricOperator } from './metric-expression';
import { parseEvents } from './parse';
import type { Place } from './place';
import { knownSymbol } from './symbols';

/** What errors in metric texts are about. */
export const ofMetric = { code: 'BAD_METRIC', noun: 'metric' } as const;

const numberPattern = /(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
/** What a number must not run into: `2x`, `0x10`, `1.2.3`, `4:1`. */
const afterNumber = /[A-Za-z0-9_.:@\\]/y;

/**
 * An event's name as perf writes it in metrics: `\` makes the next sign a part of it, `@` stands for `/`. Between two
 * `@`, also terms that are not escaped. A `-` between two word characters is part of it, as in `branch-misses`.
 * Source: tools/perf/util/expr.l, Linux 6.1, which knows neither of the last two.
 */
const namePattern =
  /(?:[A-Za-z_]|\\[ !-/:-@[-`{-~])(?:[A-Za-z0-9_.]|:(?=[\w\\])|(?<=\w)-(?=\w)|\\[ !-/:-@[-`{-~]|@(?:[^@\\\p{Cc}]|\\[ !-/:-@[-`{-~])*@)*/uy;

/** The value of the number that is next; undefined when none is. @throws EventSpecError when it is not a number's end */
export function metricNumber(cursor: Cursor): number | undefined {
  cursor.skipSpace();
  const from = cursor.offset;
  const digits = cursor.match(numberPattern)?.[0];
  if (digits === undefined) return undefined;
  if (cursor.look(afterNumber)) throw cursor.unexpected('a sign after the number: numbers are decimal, such as 1e-3');
  const value = Number(digits);
  if (Number.isFinite(value)) return value;
  throw new EventSpecError({
    ...ofMetric,
    where: cursor.place(from),
    why: 'the number is too large',
    remedy: 'write one below 1.8e308',
  });
}

/** A name as written, and its place. */
export interface MetricWord {
  readonly written: string;
  readonly where: Place;
}

/** The word that is next, `if` and `else` excepted; undefined when there is none. */
export function metricWord(cursor: Cursor): MetricWord | undefined {
  cursor.skipSpace();
  const from = cursor.offset;
  const written = cursor.look(namePattern)?.[0];
  if (written === undefined || written === 'if' || written === 'else') return undefined;
  cursor.take(written);
  return { written, where: cursor.place(from) };
}

/** Steps over the word if it is next, and not only the beginning of another. */
export function takeKeyword(cursor: Cursor, keyword: 'if' | 'else'): boolean {
  cursor.skipSpace();
  return cursor.look(namePattern)?.[0] === keyword && cursor.take(keyword);
}

/** Steps over the first of `signs` that is next, which must have longer ones before their beginnings. */
export function takeSign<S extends MetricOperator>(cursor: Cursor, signs: readonly S[]): S | undefined {
  cursor.skipSpace();
  return signs.find((sign) => cursor.take(sign));
}

/**
 * The `-e` text that a word stands for: one event, well-formed; whether this machine has it is not asked.
 * @throws EventSpecError BAD_METRIC
 */
export function eventOf({ written, where }: MetricWord): string {
  const event = written.replace(/\\(.)|@/gu, (_, escaped: string | undefined) => escaped ?? '/');
  const parts = subtracted(event);
  if (parts) {
    throw new EventSpecError({
      ...ofMetric,
      where,
      why: `'${written}' is read as the name of one event`,
      remedy: `to subtract, put spaces around the sign: ${parts.join(' - ')}`,
    });
  }
  checkEvent(event, where);
  return event;
}

/** The sides of a `-` that was meant as a minus: an event and another one or a number, where the whole is no event. */
function subtracted(event: string): [left: string, right: string] | undefined {
  if (knownSymbol(event)) return undefined;
  for (let at = event.indexOf('-'); at >= 0; at = event.indexOf('-', at + 1)) {
    const [left, right] = [event.slice(0, at), event.slice(at + 1)];
    if (knownSymbol(left) && (knownSymbol(right) || /^[0-9]+$/.test(right))) return [left, right];
  }
  return undefined;
}

function checkEvent(event: string, where: Place): void {
  try {
    const [spec, ...others] = parseEvents(event);
    if (spec?.kind === 'event' && others.length === 0) return;
  } catch (error) {
    if (!(error instanceof EventSpecError)) throw error;
    throw new EventSpecError({
      ...ofMetric,
      where,
      why: `'${event}' is no event: ${error.why}`,
      remedy: event.includes('-') ? 'mend it, or put spaces around - to subtract' : 'write it as -e takes it',
      cause: error,
    });
  }
  throw new EventSpecError({
    ...ofMetric,
    where,
    why: `'${event}' is more than one event`,
    remedy: 'name each by itself, and add them with +',
  });
}
