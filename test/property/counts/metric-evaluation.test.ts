import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluateMetric } from '../../../src/counts/metric-evaluation';
import type { MetricExpression } from '../../../src/events/metric-expression';
import { parseMetrics } from '../../../src/events/metric-spec';
import { eventTexts, expressions } from '../metric-texts';

type Values = Readonly<Record<string, number | undefined>>;

/** The value by throwing, in JavaScript's own terms. */
function reference(node: MetricExpression, values: Values): number {
  const of = (part: MetricExpression) => reference(part, values);
  switch (node.kind) {
    case 'number':
      return node.value;
    case 'event':
      return known(values[node.event]);
    case 'negation':
      return -of(node.of);
    case 'binary':
      return known(new Function('a', 'b', `return Number(a ${node.operator} b)`)(of(node.left), of(node.right)));
    case 'choice':
      return of(node.condition) !== 0 ? of(node.chosen) : of(node.otherwise);
    case 'call': {
      const given = node.arguments.map(of);
      if (node.function !== 'd_ratio') return Math[node.function](...(given as [number]));
      const [a, b] = given;
      return b === 0 ? 0 : known(Number(a) / Number(b));
    }
  }
}

function known(value: number | undefined): number {
  if (value === undefined || !Number.isFinite(value)) throw new RangeError('no value');
  return value;
}

function referenceOrNothing(node: MetricExpression, values: Values): number | undefined {
  try {
    // 0 for -0.
    return reference(node, values) + 0;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const small = fc.integer({ min: 0, max: 3 });
const numbers = fc.oneof(small, fc.double({ min: 0, max: 1e200, noNaN: true }));
const value = fc.oneof({ weight: 8, arbitrary: numbers }, fc.constant(undefined));
const counts = fc
  .array(value, { minLength: eventTexts.length, maxLength: eventTexts.length })
  .map((all): Values => Object.fromEntries(eventTexts.map((event, i) => [event, all[i]])));

it('evaluates every expression as a reference does, to a finite number or nothing', () => {
  fc.assert(
    fc.property(expressions(numbers), counts, (expression, values) => {
      expect(evaluateMetric(expression, (event) => values[event])).toBe(referenceOrNothing(expression, values));
    }),
    { numRuns: 3000 },
  );
});

it('reads arithmetic as JavaScript does', () => {
  const part = fc.constantFrom('a', 'b', '-a', '3', '0.5', '(a - b)', '(b + 2)');
  const sign = fc.constantFrom('+', '-', '*', '/', '%');
  const text = fc
    .tuple(part, fc.array(fc.tuple(sign, part), { maxLength: 12 }))
    .map(([first, rest]) => [first, ...rest.flat()].join(' '));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (written, a, b) => {
      const [spec] = parseMetrics(`m=${written}`);
      const got = spec && evaluateMetric(spec.expression, (event) => (event === 'a' ? a : b));
      const expected: number = new Function('a', 'b', `return ${written}`)(a, b);
      // `x % (a - b)` is nothing where a is b, and all that follows.
      if (got === undefined) expect(a === b || !Number.isFinite(expected)).toBe(true);
      else expect(got).toBe(expected + 0);
    }),
    { numRuns: 2000 },
  );
});
