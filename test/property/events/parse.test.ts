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
