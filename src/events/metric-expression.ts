/**
 * The parsed expression of a metric: pure data, without white space, parentheses and places. Every node is at most a
 * few thousand levels deep, which the length of the text bounds, so that recursion over it is safe.
 */
export type MetricExpression =
  | { readonly kind: 'number'; readonly value: number }
  /** The count of an event, named by its `-e` text. */
  | { readonly kind: 'event'; readonly event: string }
  | { readonly kind: 'negation'; readonly of: MetricExpression }
  | BinaryExpression
  | CallExpression
  | ChoiceExpression;

export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: MetricOperator;
  readonly left: MetricExpression;
  readonly right: MetricExpression;
}

/** A call with a number of arguments that `metricFunctions` allows. */
export interface CallExpression {
  readonly kind: 'call';
  readonly function: MetricFunction;
  readonly arguments: readonly MetricExpression[];
}

/** `chosen if condition else otherwise`; any number but 0 is true. */
export interface ChoiceExpression {
  readonly kind: 'choice';
  readonly condition: MetricExpression;
  readonly chosen: MetricExpression;
  readonly otherwise: MetricExpression;
}

/** What compares gives 1 or 0; `%` is the remainder with the sign of the left side, also of fractions. */
export type MetricOperator = '+' | '-' | '*' | '/' | '%' | '<' | '>' | '<=' | '>=' | '==' | '!=';

/** The functions, with the fewest and the most arguments that they take. `d_ratio(a, b)` is 0 where b is 0. */
export const metricFunctions = {
  min: { fewest: 2, most: Number.POSITIVE_INFINITY },
  max: { fewest: 2, most: Number.POSITIVE_INFINITY },
  abs: { fewest: 1, most: 1 },
  d_ratio: { fewest: 2, most: 2 },
} as const;

export type MetricFunction = keyof typeof metricFunctions;

/** The texts of the events that the expression names, each once, in the order of their first use. */
export function metricEvents(expression: MetricExpression): string[] {
  const events = new Set<string>();
  const visit = (node: MetricExpression): void => {
    if (node.kind === 'event') events.add(node.event);
    for (const operand of operands(node)) visit(operand);
  };
  visit(expression);
  return [...events];
}

/** The parts of a node, as they are written from left to right. */
function operands(node: MetricExpression): readonly MetricExpression[] {
  switch (node.kind) {
    case 'number':
    case 'event':
      return [];
    case 'negation':
      return [node.of];
    case 'binary':
      return [node.left, node.right];
    case 'call':
      return node.arguments;
    case 'choice':
      return [node.chosen, node.condition, node.otherwise];
  }
}
