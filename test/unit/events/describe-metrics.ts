import { EventSpecError } from '../../../src/events/event-spec-error';
import type { MetricExpression } from '../../../src/events/metric-expression';
import { parseMetrics } from '../../../src/events/metric-spec';

/** The tree as fully parenthesised text, so that a row of a table shows how it was grouped. */
function grouped(node: MetricExpression): string {
  switch (node.kind) {
    case 'number':
      return `${node.value}`;
    case 'event':
      return node.event;
    case 'negation':
      return `(-${grouped(node.of)})`;
    case 'binary':
      return `(${grouped(node.left)} ${node.operator} ${grouped(node.right)})`;
    case 'call':
      return `${node.function}(${node.arguments.map(grouped).join(', ')})`;
    case 'choice':
      return `(${grouped(node.chosen)} if ${grouped(node.condition)} else ${grouped(node.otherwise)})`;
  }
}

/** What a text becomes, on one line: `name=grouped expression` with ` | ` between, or `CODE@offset why`. */
export function describeMetrics(text: string): string {
  try {
    return parseMetrics(text)
      .map(({ name, expression }) => `${name}=${grouped(expression)}`)
      .join(' | ');
  } catch (error) {
    if (!(error instanceof EventSpecError)) throw error;
    const near = error.suggestions.length > 0 ? ` ~ ${error.suggestions.join(' ')}` : '';
    return `${error.code}@${error.offset} ${error.why}${near}`;
  }
}
