import { Cursor } from './cursor';
import type { EventSpec, SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';

/** One comparison within a filter: `prev_pid == 1`. */
export interface Predicate {
  readonly field: string;
  readonly fieldAt: Place;
  readonly operator: string;
  readonly operatorAt: Place;
  /** Text is quoted, a CPU set is `CPUS{0-3}`, a function stands behind `field.function`. */
  readonly kind: 'text' | 'number' | 'cpus' | 'function';
  readonly value: string;
  readonly valueAt: Place;
}

/** MAX_FILTER_STR_VAL. Source: kernel/trace/trace.h, Linux 6.18. */
const LONGEST_TEXT_VALUE = 255;
/** The kernel copies a page at most, the NUL included. Source: perf_event_set_filter() in kernel/events/core.c. */
const LONGEST_FILTER = 4095;

/**
 * Attaches a filter to each of the events, which must be tracepoints: those of the `-e` option that `--filter` follows.
 * A further filter narrows the first.
 * @throws EventSpecError for a filter that is not well-formed, and for an event that is no tracepoint
 */
export function attachFilter(specs: readonly EventSpec[], text: string): EventSpec[] {
  parseFilter(text);
  return specs.map((spec) =>
    spec.kind === 'group' ? { ...spec, members: spec.members.map((m) => withFilter(m, text)) } : withFilter(spec, text),
  );
}

function withFilter(spec: SingleSpec, text: string): SingleSpec {
  const filters = [...(spec.filters ?? []), text];
  if (spec.body.type !== 'tracepoint') {
    throw new EventSpecError({
      where: spec.where,
      why: 'only tracepoints take a filter',
      remedy: 'put --filter behind the -e with the tracepoints, and other events into another -e',
    });
  }
  if (Buffer.byteLength(combineFilters(filters)) > LONGEST_FILTER) {
    throw new EventSpecError({
      noun: 'filter',
      where: { source: text, from: 0, to: text.length },
      why: `the kernel takes at most ${LONGEST_FILTER} bytes`,
      remedy: 'shorten it',
    });
  }
  return { ...spec, filters };
}

/** Several filters as the kernel takes them: all have to hold. */
export const combineFilters = (filters: readonly string[]): string =>
  filters.reduce((all, one) => (all === '' ? one : `(${all}) && (${one})`), '');

/**
 * The comparisons of a filter, in order, once its syntax is right: `a == 1 && !(b ~ "x*" || c & CPUS{0-3})`.
 * Grammar: predicate_parse() and parse_pred() in kernel/trace/trace_events_filter.c, Linux 6.17. Parentheses are
 * counted rather than nested, so any depth takes linear time.
 * @throws EventSpecError, with the place in the filter
 */
export function parseFilter(text: string): Predicate[] {
  const cursor = new Cursor(text);
  const predicates: Predicate[] = [];
  const open: number[] = [];
  do {
    openings(cursor, open);
    predicates.push(parsePredicate(cursor));
    closings(cursor, open);
  } while (cursor.match(/&&|\|\|/y));
  if (!cursor.done) throw bad(cursor.here(), "'&&' or '||' is missing", 'join two comparisons with one of them');
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw bad({ source: text, from: unclosed, to: unclosed + 1 }, "'(' is never closed", "add a ')'");
  }
  return predicates;
}

function openings(cursor: Cursor, open: number[]): void {
  for (;;) {
    cursor.skipSpace();
    const at = cursor.offset;
    if (!cursor.match(/\(|!(?![=~])/y)) return;
    if (cursor.source[at] === '(') open.push(at);
  }
}

function closings(cursor: Cursor, open: number[]): void {
  cursor.skipSpace();
  while (cursor.next === ')') {
    if (open.pop() === undefined) throw bad(cursor.here(), "')' closes nothing", 'drop it');
    cursor.take(')');
    cursor.skipSpace();
  }
}

function parsePredicate(cursor: Cursor): Predicate {
  const fieldFrom = cursor.offset;
  const field = cursor.match(/[A-Za-z0-9_]+/y)?.[0];
  if (field === undefined) throw bad(cursor.here(), 'a field is missing', 'write a comparison, such as prev_pid == 1');
  const fieldAt = cursor.place(fieldFrom);
  const suffix = cursor.match(/\.(?:ustring|function)/y)?.[0];
  cursor.skipSpace();
  const operatorFrom = cursor.offset;
  const operator = cursor.match(/~|!=|==|<=|<|>=|>|&(?!&)/y)?.[0];
  if (operator === undefined) throw bad(cursor.here(), 'an operator is missing', 'write one of == != < <= > >= & ~');
  const operatorAt = cursor.place(operatorFrom);
  cursor.skipSpace();
  return { field, fieldAt, operator, operatorAt, ...parseValue(cursor, suffix === '.function') };
}

function parseValue(cursor: Cursor, isFunction: boolean): Pick<Predicate, 'kind' | 'value' | 'valueAt'> {
  const from = cursor.offset;
  const take = (kind: Predicate['kind'], value: string) => ({ kind, value, valueAt: cursor.place(from) });
  if (isFunction) return take('function', parseFunction(cursor));
  const cpus = cursor.match(/CPUS\{([^}]*)\}/y)?.[1];
  if (cpus !== undefined) return take('cpus', cpus);
  if (cursor.next === '"' || cursor.next === "'") return take('text', parseQuoted(cursor));
  const number = cursor.match(/-?[0-9A-Za-z]+/y)?.[0] ?? '';
  if (/^(?:-?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*))$/.test(number)) return take('number', number);
  const where = number === '' ? cursor.here() : cursor.place(from);
  const found = number === '' ? 'a value is missing' : `'${number}' is no number`;
  throw bad(where, found, `write a number, or text between ""`);
}

/** An address, or a function's name, which the kernel reads up to the next space: a parenthesis belongs to it. */
function parseFunction(cursor: Cursor): string {
  const from = cursor.offset;
  const name = cursor.match(/0[xX][0-9a-fA-F]{1,16}|[^\s0-9]\S*/y)?.[0] ?? '';
  if (/^(?:0[xX][0-9a-fA-F]+|[A-Za-z_.$][A-Za-z0-9_.$]*)$/.test(name)) return name;
  const where = name === '' ? cursor.here() : cursor.place(from);
  throw bad(
    where,
    name === '' ? 'a function is missing' : `'${name}' is no function`,
    'write its name, and a space behind',
  );
}

function parseQuoted(cursor: Cursor): string {
  const from = cursor.offset;
  const found = cursor.match(/"([^"]*)"|'([^']*)'/y);
  if (!found) throw bad(cursor.here(), 'the quote is never closed', `add a ${cursor.next}`);
  const value = found[1] ?? found[2] ?? '';
  if (value.length <= LONGEST_TEXT_VALUE) return value;
  throw bad(cursor.place(from), `the kernel compares at most ${LONGEST_TEXT_VALUE} characters`, 'shorten the text');
}

/** An error in a filter. */
export const bad = (where: Place, why: string, remedy: string, suggestions: readonly string[] = []): EventSpecError =>
  new EventSpecError({ noun: 'filter', where, why, remedy, suggestions });
