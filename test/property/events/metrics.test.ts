import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventSpecError } from '../../../src/events/event-spec-error';
import { metricEvents } from '../../../src/events/metric-expression';
import { parseMetrics } from '../../../src/events/metric-spec';
import { eventTexts, expressions, printMetric } from '../metric-texts';

const numbers = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });

it('parses every printed expression to the same expression', () => {
  fc.assert(
    fc.property(expressions(numbers), (expression) => {
      const text = printMetric(expression);
      fc.pre(text.length < 4000);
      expect(parseMetrics(`m=${text}`)).toEqual([{ name: 'm', text, expression }]);
      expect(parseMetrics(`a=${text} , b=(${text})`).map((spec) => spec.expression)).toEqual([expression, expression]);
      expect(eventTexts).toEqual(expect.arrayContaining(metricEvents(expression)));
    }),
    { numRuns: 2000 },
  );
});

function parsesOrComplains(text: string): void {
  try {
    for (const { name, text: written, expression } of parseMetrics(text)) {
      expect(`${name}${written}`).not.toMatch(/\p{Cc}/u);
      const [again] = parseMetrics(`m=${written}`);
      expect(again?.expression).toEqual(expression);
    }
  } catch (error) {
    expect(error).toBeInstanceOf(EventSpecError);
    const { code, offset, text: source, message } = error as EventSpecError;
    expect(code).toBe('BAD_METRIC');
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(source.length);
    expect(message).not.toMatch(/\p{Cc}/u);
  }
}

const word = fc.constantFrom(
  ...['cycles', 'branch-misses', 'cycles:u', 'cpu@event\\=0x3c@', 'ipc', 'cpi', '1', '1e3', '.5', '0x1', '9e999'],
  ...['min', 'max', 'abs', 'd_ratio', ' if ', ' else ', 'm=', ',m=', 'é', '\u0000', '\n', ' ', '\u202e', '\ud800'],
);
const sign = fc.constantFrom(
  ...['+', '-', '*', '/', '%', '(', ')', ',', '<', '>', '<=', '==', '!=', '=', '@', '\\', ''],
);

it('parses any token soup, or complains with a BAD_METRIC that has its place', () => {
  const soup = fc.array(fc.oneof(word, sign), { maxLength: 30 }).map((parts) => `m=${parts.join('')}`);
  fc.assert(fc.property(soup, parsesOrComplains), { numRuns: 5000 });
});

it('survives any text', () => {
  const any = fc.string({ unit: 'binary', maxLength: 200 });
  fc.assert(fc.property(any, parsesOrComplains), { numRuns: 1000 });
  fc.assert(
    fc.property(any, (text) => parsesOrComplains(`m=${text}`)),
    { numRuns: 1000 },
  );
});

it('survives any nesting', () => {
  const opening = fc.array(fc.constantFrom('(', '-', 'abs(', 'min(1,', '1 if 1 else '), { maxLength: 300 });
  fc.assert(
    fc.property(opening, fc.nat(300), (parts, closing) =>
      parsesOrComplains(`m=${parts.join('')}1${')'.repeat(closing)}`),
    ),
  );
});
