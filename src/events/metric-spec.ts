import { visible } from '../base/safe-text';
import { builtinMetric, builtinMetricNames, builtinMetrics, canonical } from './builtin-metrics';
import { Cursor } from './cursor';
import { EventSpecError } from './event-spec-error';
import type { MetricExpression } from './metric-expression';
import { ofMetric } from './metric-lexemes';
import { operator, parseMetricExpression } from './parse-metric-expression';
import type { Place } from './place';
import { nearest } from './suggestions';

/** A metric to derive from counts: what was asked for, whatever this machine can count. */
export interface MetricSpec {
  /** As the user called it, or the built-in one's name. */
  readonly name: string;
  /** Of built-in metrics only. */
  readonly unit?: string;
  /** The expression as written, on one line. */
  readonly text: string;
  readonly expression: MetricExpression;
}

/** Longest text, in UTF-16 units. Chains such as `a+a+…` become trees as deep as they are long. */
const LONGEST_TEXT = 4096;
const LONGEST_NAME = 128;

/**
 * Parses what `-M` takes: metrics separated by commas, each `name=expression` or the name of a built-in one. Looks
 * nothing up on the machine. perf leaves out what it does not know; here that is an error.
 *
 * @throws EventSpecError BAD_METRIC, with the place
 */
export function parseMetrics(text: string): MetricSpec[] {
  const cursor = new Cursor(text, ofMetric);
  if (text.length > LONGEST_TEXT) {
    throw new EventSpecError({
      ...ofMetric,
      where: { source: text, from: LONGEST_TEXT, to: text.length },
      why: `a text of ${text.length} characters`,
      remedy: `write at most ${LONGEST_TEXT}`,
    });
  }
  const specs: MetricSpec[] = [];
  do {
    specs.push(parseMetric(cursor));
  } while (cursor.take(','));
  return specs;
}

function parseMetric(cursor: Cursor): MetricSpec {
  const from = cursor.offset;
  const written = cursor.match(/[^=,]*/y)?.[0] ?? '';
  const where = trimmed(cursor.place(from));
  const name = written.trim();
  if (!cursor.take('=')) return builtin(name, where);
  checkName(name, where);
  const start = cursor.offset;
  const expression = parseMetricExpression(cursor);
  const text = cursor.source
    .slice(start, cursor.offset)
    .trim()
    .replace(/[\t\r\n]+/g, ' ');
  if (!cursor.done && cursor.next !== ',') throw unexpectedAfterExpression(cursor);
  return { name, text, expression };
}

function builtin(name: string, where: Place): MetricSpec {
  if (name === '') throw badName(where, 'a metric is missing', `write ${example}, or ipc`);
  const known = builtinMetric(name);
  if (known) {
    const { text, unit } = known;
    return { name: known.name, unit, text, expression: parseMetricExpression(new Cursor(text, ofMetric)) };
  }
  if (/[+*/%()<>@\\]/.test(name)) throw badName(where, `the expression '${name}' has no name`, `write ${example}`);
  throw new EventSpecError({
    ...ofMetric,
    where,
    why: `'${name}' is not a known metric`,
    suggestions: nearest(canonical(name), builtinMetricNames()),
    remedy: `write ${example}, or one of ${builtinMetrics.map((metric) => metric.name).join(', ')}`,
  });
}

const example = 'name=expression such as ipc=instructions/cycles';

/** Refuses what would make the results unreadable, and expressions without a name whose first `=` is their own. */
function checkName(name: string, where: Place): void {
  if (name === '') throw badName(where, 'the metric has no name', `write ${example}`);
  if (/[<>!\\]$/.test(name)) {
    throw badName(where, `'${name}' before '=' is not a name but an expression`, `write ${example}`);
  }
  if (name.length > LONGEST_NAME) {
    throw badName(where, `a name of ${name.length} characters`, `write one of at most ${LONGEST_NAME}`);
  }
  if (visible(name) !== name || /\p{Cs}/u.test(name)) {
    throw badName(where, 'the name has characters that cannot be shown', 'leave them out');
  }
}

const badName = (where: Place, why: string, remedy: string): EventSpecError =>
  new EventSpecError({ ...ofMetric, where, why, remedy });

function unexpectedAfterExpression(cursor: Cursor): EventSpecError {
  const expected = `${operator}, or ',' and another metric`;
  // `cpu/event=0x3c/`: the slash was taken for a division.
  return cursor.unexpected(cursor.next === '=' ? `${expected}; a PMU event is pmu@event\\=0x3c@` : expected);
}

function trimmed({ source, from, to }: Place): Place {
  const text = source.slice(from, to);
  const start = from + text.length - text.trimStart().length;
  return { source, from: start, to: Math.max(start, from + text.trimEnd().length) };
}
