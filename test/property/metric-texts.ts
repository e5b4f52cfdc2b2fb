import fc from 'fast-check';
import type { MetricExpression, MetricOperator } from '../../src/events/metric-expression';

export const eventTexts = ['cycles', 'branch-misses', 'cycles:u', 'sched:sched_switch', 'cpu/event=0x3c,name=a/'];

const operators: MetricOperator[] = ['+', '-', '*', '/', '%', '<', '>', '<=', '>=', '==', '!='];

/** Any expression; numbers are not negative, as a sign is a node of its own. */
export const expressions = (numbers: fc.Arbitrary<number>): fc.Arbitrary<MetricExpression> => {
  const leaf = fc.oneof(
    numbers.map((value): MetricExpression => ({ kind: 'number', value })),
    fc.constantFrom(...eventTexts).map((event): MetricExpression => ({ kind: 'event', event })),
  );
  const tree = fc.memo<MetricExpression>((depth) => (depth <= 1 ? leaf : fc.oneof(leaf, node(depth - 1))));
  const node = (depth: number): fc.Arbitrary<MetricExpression> =>
    fc.oneof(
      tree(depth).map((of): MetricExpression => ({ kind: 'negation', of })),
      fc
        .tuple(fc.constantFrom(...operators), tree(depth), tree(depth))
        .map(([operator, left, right]): MetricExpression => ({ kind: 'binary', operator, left, right })),
      call(fc.constantFrom('min', 'max'), fc.array(tree(depth), { minLength: 2, maxLength: 4 })),
      call(fc.constant('abs'), fc.tuple(tree(depth))),
      call(fc.constant('d_ratio'), fc.tuple(tree(depth), tree(depth))),
      fc
        .tuple(tree(depth), tree(depth), tree(depth))
        .map(([condition, chosen, otherwise]): MetricExpression => ({ kind: 'choice', condition, chosen, otherwise })),
    );
  return tree(6);
};

type Call = Extract<MetricExpression, { kind: 'call' }>;
const call = (names: fc.Arbitrary<Call['function']>, given: fc.Arbitrary<MetricExpression[]>) =>
  fc.tuple(names, given).map(([name, all]): MetricExpression => ({ kind: 'call', function: name, arguments: all }));

/** How tightly what is written binds: choice 0, comparison 1, sum 2, product 3, sign 4, the rest 5. */
const levelOf = (operator: MetricOperator): number => ('+-'.includes(operator) ? 2 : '*/%'.includes(operator) ? 3 : 1);

/** The expression with no more parentheses than it needs in a place that takes what binds at least as `level`. */
export function printMetric(node: MetricExpression, level = 0): string {
  const [own, text] = print(node);
  return own < level ? `(${text})` : text;
}

function print(node: MetricExpression): [level: number, text: string] {
  switch (node.kind) {
    case 'number':
      return [5, `${node.value}`];
    case 'event':
      return [5, node.event.replace(/[^\w:]/g, '\\$&')];
    case 'negation':
      return [4, `-${printMetric(node.of, 4)}`];
    case 'binary': {
      const level = levelOf(node.operator);
      const left = printMetric(node.left, level === 1 ? 2 : level);
      return [level, `${left} ${node.operator} ${printMetric(node.right, level + 1)}`];
    }
    case 'call':
      return [5, `${node.function}(${node.arguments.map((argument) => printMetric(argument)).join(',')})`];
    case 'choice': {
      const [chosen, condition] = [printMetric(node.chosen, 1), printMetric(node.condition, 1)];
      return [0, `${chosen} if ${condition} else ${printMetric(node.otherwise)}`];
    }
  }
}
