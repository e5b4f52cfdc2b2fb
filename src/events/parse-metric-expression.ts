import type { Cursor } from './cursor';
import { EventSpecError } from './event-spec-error';
import { type MetricExpression, type MetricFunction, type MetricOperator, metricFunctions } from './metric-expression';
import { eventOf, type MetricWord, metricNumber, metricWord, ofMetric, takeKeyword, takeSign } from './metric-lexemes';
import type { Place } from './place';
import { nearest } from './suggestions';

/** Parentheses, calls, signs and `else` inside each other; people write five. It bounds the parser's own recursion. */
const DEEPEST = 64;

const comparisons = ['<=', '>=', '==', '!=', '<', '>'] as const;
const sums = ['+', '-'] as const;
const products = ['*', '/', '%'] as const;

const operand = 'an event, a number, or an expression in parentheses';
export const operator = 'an operator such as + - * / or if';

/**
 * The expression that starts here, up to what cannot be part of it. From loosest to tightest: `a if b else c`, which
 * takes everything behind `else`; comparisons, which do not chain; `+ -`; `* / %`; unary `-`. Those of two sides group
 * to the left.
 * Grammar: tools/perf/util/expr.y, Linux 6.1, without its bit operations, and with `<= >= == !=` and `abs` added.
 *
 * @throws EventSpecError BAD_METRIC
 */
export const parseMetricExpression = (cursor: Cursor): MetricExpression => parseChoice(cursor, 0);

function parseChoice(cursor: Cursor, depth: number): MetricExpression {
  const chosen = parseComparison(cursor, depth);
  if (!takeKeyword(cursor, 'if')) return chosen;
  const condition = parseComparison(cursor, depth);
  if (!takeKeyword(cursor, 'else')) throw cursor.unexpected("an operator, or 'else' and what holds otherwise");
  return { kind: 'choice', condition, chosen, otherwise: parseChoice(cursor, deeper(cursor, depth)) };
}

function parseComparison(cursor: Cursor, depth: number): MetricExpression {
  const left = parseSum(cursor, depth);
  const sign = takeSign(cursor, comparisons);
  if (sign === undefined) return left;
  const right = parseSum(cursor, depth);
  const from = cursor.offset;
  if (takeSign(cursor, comparisons) === undefined) return { kind: 'binary', operator: sign, left, right };
  throw new EventSpecError({
    ...ofMetric,
    where: cursor.place(from),
    why: 'a comparison of a comparison',
    remedy: 'put one of them in parentheses',
  });
}

const parseSum = (cursor: Cursor, depth: number) => parseLeftToRight(cursor, depth, sums, parseProduct);
const parseProduct = (cursor: Cursor, depth: number) => parseLeftToRight(cursor, depth, products, parseOperand);

/** A chain of any length without recursion. */
function parseLeftToRight(
  cursor: Cursor,
  depth: number,
  signs: readonly MetricOperator[],
  parsePart: (cursor: Cursor, depth: number) => MetricExpression,
): MetricExpression {
  let left = parsePart(cursor, depth);
  for (let sign = takeSign(cursor, signs); sign !== undefined; sign = takeSign(cursor, signs)) {
    left = { kind: 'binary', operator: sign, left, right: parsePart(cursor, depth) };
  }
  return left;
}

function parseOperand(cursor: Cursor, depth: number): MetricExpression {
  if (takeSign(cursor, ['-'])) return { kind: 'negation', of: parseOperand(cursor, deeper(cursor, depth)) };
  if (cursor.take('(')) {
    const inner = parseChoice(cursor, deeper(cursor, depth));
    if (!cursor.take(')')) throw cursor.unexpected(`${operator}, or ')'`);
    return inner;
  }
  const value = metricNumber(cursor);
  if (value !== undefined) return { kind: 'number', value };
  const word = metricWord(cursor);
  if (word === undefined) throw noOperand(cursor);
  cursor.skipSpace();
  return cursor.next === '(' ? parseCall(cursor, word, depth) : { kind: 'event', event: eventOf(word) };
}

/** The cursor stands on the opening parenthesis. */
function parseCall(cursor: Cursor, { written, where }: MetricWord, depth: number): MetricExpression {
  if (!isFunction(written)) throw unknownFunction(written, where);
  const inside = deeper(cursor, depth);
  const given: MetricExpression[] = [];
  cursor.take('(');
  do {
    given.push(parseChoice(cursor, inside));
  } while (cursor.take(','));
  if (!cursor.take(')')) throw cursor.unexpected(`${operator}, ',' and another argument, or ')'`);
  const { fewest, most } = metricFunctions[written];
  if (given.length >= fewest && given.length <= most) return { kind: 'call', function: written, arguments: given };
  throw new EventSpecError({
    ...ofMetric,
    where: cursor.place(where.from),
    why: `${written} has ${given.length} argument${given.length === 1 ? '' : 's'}`,
    remedy: `give it ${most > fewest ? `${fewest} or more` : fewest}`,
  });
}

const isFunction = (name: string): name is MetricFunction => Object.hasOwn(metricFunctions, name);

function unknownFunction(name: string, where: Place): EventSpecError {
  const known = Object.keys(metricFunctions);
  return new EventSpecError({
    ...ofMetric,
    where,
    why: `'${name}' is not a function`,
    suggestions: nearest(name, known),
    remedy: `call one of ${known.join(', ')}, or write an operator before the parenthesis`,
  });
}

function noOperand(cursor: Cursor): EventSpecError {
  if (cursor.next === '@') return cursor.unexpected(`${operand}; a PMU event is pmu@event\\=0x3c@`);
  const keyword = cursor.look(/(?:if|else)\b/y)?.[0].length ?? 0;
  if (keyword === 0) return cursor.unexpected(operand);
  const from = cursor.offset;
  return cursor.unexpected(operand, { source: cursor.source, from, to: from + keyword });
}

function deeper(cursor: Cursor, depth: number): number {
  if (depth < DEEPEST) return depth + 1;
  throw new EventSpecError({
    ...ofMetric,
    where: cursor.here(),
    why: `more than ${DEEPEST} levels of parentheses, signs or else`,
    remedy: 'write it flatter, or as several metrics',
  });
}
