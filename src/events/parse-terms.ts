import type { Cursor } from './cursor';
import { DRIVER_CONFIG, type Term, type TermValue } from './event-spec';
import { number, quotedOr } from './lexemes';

/** Keys and bare values may contain `:`. Source: tools/perf/util/parse-events.l, Linux 6.17. */
export const bareTerm = /[A-Za-z0-9_*?[\]][A-Za-z0-9_*?.[\]!:-]*/y;
export const driverConfig = /[A-Za-z0-9_.]+(?:=[A-Za-z0-9_*?.:]+)?/y;

/**
 * `/term,term=value/`, the slashes included; no terms for `//`. The cursor stands on the first slash.
 * @throws EventSpecError
 */
export function parseTerms(cursor: Cursor): Term[] {
  cursor.take('/');
  const terms: Term[] = [];
  if (cursor.take('/')) return terms;
  do {
    terms.push(parseTerm(cursor));
  } while (cursor.take(','));
  if (!cursor.take('/')) throw cursor.unexpected("',' and another term, or '/' to end the terms");
  return terms;
}

/** Terms as sysfs event files hold them: without the slashes. @throws EventSpecError */
export function parseBareTerms(cursor: Cursor): Term[] {
  const terms: Term[] = [];
  do {
    cursor.skipSpace();
    terms.push(parseTerm(cursor));
    cursor.skipSpace();
  } while (cursor.take(','));
  if (!cursor.done) throw cursor.unexpected("',' and another term");
  return terms;
}

function parseTerm(cursor: Cursor): Term {
  cursor.skipSpace();
  const from = cursor.offset;
  const driver = cursor.take('@') ? cursor.match(driverConfig)?.[0] : undefined;
  if (driver !== undefined) {
    return { key: DRIVER_CONFIG, value: { kind: 'text', text: driver }, where: cursor.place(from) };
  }
  const key = cursor.match(bareTerm)?.[0];
  if (key === undefined) throw cursor.unexpected('a term, such as event=0x3c or period=1000');
  if (!cursor.take('=')) return { key, where: cursor.place(from) };
  const value = parseValue(cursor);
  return { key, value, where: cursor.place(from) };
}

function parseValue(cursor: Cursor): TermValue {
  const isBareNumber = cursor.look(/(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![A-Za-z0-9_*?.[\]!:-])/y);
  const value = isBareNumber ? number(cursor) : undefined;
  if (value !== undefined) return { kind: 'number', number: value };
  const text = quotedOr(cursor, bareTerm);
  if (text === undefined) throw cursor.unexpected("a number, a name, or text between ''");
  return { kind: 'text', text };
}
