import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventSpecError } from '../../../src/events/event-spec-error';
import { parseEvents } from '../../../src/events/parse';
import { printSpecs } from '../../../src/events/print';
import { withoutPlaces } from '../../unit/events/without-places';

const word = fc.constantFrom(
  ...[
    'cycles',
    'cs',
    'L1-dcache-load-misses',
    'r1a8',
    '1:3',
    'sched',
    'sched_switch',
    'sys_*',
    'cpu',
    'uncore_imc*',
    'mem:',
  ],
  ...[
    '0x1000',
    'counter',
    '4',
    '8',
    'rw',
    'x',
    'uprobe:',
    'kprobe:',
    '/bin/true',
    './prog',
    'main',
    'event=0x3c',
    'name=',
    "'a b'",
  ],
  ...['period=1000', '@cfg=1', 'u', 'k', 'ppp', 'D', 'name', 'read', '18446744073709551616', 'é', '\u0000', '\n', ' '],
);
const sign = fc.constantFrom(',', ':', '/', '{', '}', '=', '+', '@', "'", '-', '*', '');
const soup = fc.array(fc.oneof(word, sign), { maxLength: 40 }).map((parts) => parts.join(''));

function parsesOrComplains(text: string): void {
  try {
    const specs = parseEvents(text);
    const printed = printSpecs(specs);
    expect(withoutPlaces(parseEvents(printed))).toEqual(withoutPlaces(specs));
    expect(printSpecs(parseEvents(printed))).toBe(printed);
  } catch (error) {
    expect(error).toBeInstanceOf(EventSpecError);
    const { offset, text: source, message } = error as EventSpecError;
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(source.length);
    expect(message).not.toContain('\n');
  }
}

it('parses any token soup to specs that print to the same specs, or complains with an EventSpecError', () => {
  fc.assert(fc.property(soup, parsesOrComplains), { numRuns: 3000 });
});

it('survives any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), parsesOrComplains), { numRuns: 1000 });
});

const quoted = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => `'${text.replace(/['\p{Cc}]/gu, '_')}'`);
const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part);
const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((value) => `0x${value.toString(16)}`);
const modifiers = fc.subarray([...'ukhIGHpPSDeb']).map((letters) => `:${letters.join('')}`);
const term = fc
  .oneof(
    fc.tuple(
      fc.constantFrom('event', 'config1', 'r1', 'name', 'driver-config', 'a:b-c'),
      maybe(fc.oneof(number, quoted).map((v) => `=${v}`)),
    ),
    fc.tuple(fc.constant('@'), fc.constantFrom('a', 'a=b', '5')),
  )
  .map((parts) => parts.join(''));
const terms = fc.array(term, { maxLength: 3 }).map((all) => `/${all.join(',')}/`);
const breakpoint = fc.tuple(
  fc.constant('mem:'),
  fc.oneof(
    number,
    fc.tuple(quoted, maybe(number.map((n) => `+${n}`)), maybe(quoted.map((path) => `@${path}`))).map((p) => p.join('')),
  ),
  maybe(fc.constantFrom('/1', '/8', '/0x10')),
  maybe(fc.constantFrom(':r', ':xw', ':rw')),
);
const probe = fc.oneof(
  fc.tuple(fc.constantFrom('uprobe:', 'uretprobe:'), quoted, fc.constant(':'), fc.oneof(quoted, number)),
  fc.tuple(fc.constantFrom('kprobe:', 'kretprobe:'), fc.oneof(quoted, number)),
);
const event = fc
  .tuple(
    fc.oneof(
      fc.constantFrom('cycles', 'cpu', 'sched:sched_*', 'r0', '4:0x10'),
      breakpoint.map((p) => p.join('')),
      probe.map((p) => p.join('')),
    ),
    maybe(terms),
    maybe(modifiers),
  )
  .map((parts) => parts.join(''));

it('prints every well-formed event so that it parses to the same again', () => {
  const group = fc.tuple(
    maybe(fc.constant('n')),
    fc.array(event, { minLength: 1, maxLength: 3 }),
    maybe(fc.constant(':uW')),
  );
  const item = fc.oneof(
    event,
    group.map(([groupName, members, ofGroup]) => `${groupName}{${members.join(',')}}${ofGroup}`),
  );
  fc.assert(
    fc.property(item, (text) => {
      const specs = parseEvents(text);
      expect(withoutPlaces(parseEvents(printSpecs(specs)))).toEqual(withoutPlaces(specs));
    }),
    { numRuns: 1000 },
  );
});
