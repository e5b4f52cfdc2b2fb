import type {
  BinaryExpression,
  CallExpression,
  MetricExpression,
  MetricFunction,
  MetricOperator,
} from '../events/metric-expression';

/** The count of an event, by its text in the expression; undefined when it has none. */
export type EventValue = (event: string) => number | undefined;

/**
 * The value of a metric. Undefined when a count that it needs is missing, or when a division by zero or an overflow
 * leaves no number: what cannot be told is not 0. Of `a if c else b`, only the branch that is taken is needed.
 *
 * @param countOf counts in one unit for all times; the built-in metrics take them in ns
 */
export function evaluateMetric(expression: MetricExpression, countOf: EventValue): number | undefined {
  const value = evaluate(expression, countOf);
  // Not -0, which some formats print with its sign.
  return value === 0 ? 0 : value;
}

function evaluate(node: MetricExpression, countOf: EventValue): number | undefined {
  switch (node.kind) {
    case 'number':
      return finite(node.value);
    case 'event':
      return finite(countOf(node.event));
    case 'negation': {
      const value = evaluate(node.of, countOf);
      return value === undefined ? undefined : -value;
    }
    case 'binary':
      return binary(node, countOf);
    case 'call':
      return call(node, countOf);
    case 'choice': {
      const condition = evaluate(node.condition, countOf);
      return condition === undefined ? undefined : evaluate(condition ? node.chosen : node.otherwise, countOf);
    }
  }
}

/** Each step is finite or nothing: an infinity inside could come out as a number again, as in `1 / (1 / 0)`. */
const finite = (value: number | undefined): number | undefined => (Number.isFinite(value) ? value : undefined);

function binary({ operator, left, right }: BinaryExpression, countOf: EventValue): number | undefined {
  const a = evaluate(left, countOf);
  const b = evaluate(right, countOf);
  return a === undefined || b === undefined ? undefined : finite(operators[operator](a, b));
}

const operators: Readonly<Record<MetricOperator, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => Number(a < b),
  '>': (a, b) => Number(a > b),
  '<=': (a, b) => Number(a <= b),
  '>=': (a, b) => Number(a >= b),
  '==': (a, b) => Number(a === b),
  '!=': (a, b) => Number(a !== b),
};

function call(node: CallExpression, countOf: EventValue): number | undefined {
  const values: number[] = [];
  for (const argument of node.arguments) {
    const value = evaluate(argument, countOf);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return finite(functions[node.function](values));
}

const functions: Readonly<Record<MetricFunction, (values: readonly number[]) => number>> = {
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  abs: ([a = Number.NaN]) => Math.abs(a),
  // Source: d_ratio() in tools/perf/util/expr.y.
  d_ratio: ([a = Number.NaN, b = Number.NaN]) => (b === 0 ? 0 : a / b),
};
