import { afterAll, expect, it } from 'vitest';
import { parseEvents } from '../../../src/events/parse';
import { placeBreakpoint } from '../../../src/events/resolve-breakpoint';
import { resolveEvents } from '../../../src/events/resolve-events';
import { describeEvents } from './describe-events';
import { fakeMachine, fakeSymbols } from './fake-machine';

const server = fakeMachine('server');
afterAll(() => server.close());

it('gets its address once the file is loaded', () => {
  const [event] = resolveEvents(parseEvents('mem:counter+8@/bin/pie/8:w'), server.host, { symbols: fakeSymbols });
  expect(event?.loadedFrom).toEqual({ path: '/bin/pie', fileAddress: 0x4038n, isFixed: false });
  const placed = event && placeBreakpoint(event, 0x5555_5555_4000n);
  expect(placed?.attr).toMatchObject({ type: 5, config1: 0x5555_5555_8038n, config2: 8n, bpType: 2 });
  expect(placed).not.toHaveProperty('loadedFrom');
});

it('keeps an address that it has', () => {
  const [event] = resolveEvents(parseEvents('mem:0x1000'), server.host);
  expect(event && placeBreakpoint(event, 0x1000n)).toBe(event);
});

it.each([
  ['arm64', 'mem:0x1000:r', 'breakpoint 5:0 config1=0x1000 config2=4 bp=1 -G'],
  ['arm64', 'mem:0x1000:x', 'breakpoint 5:0 config1=0x1000 config2=4 bp=4 -G'],
  ['ia32', 'mem:0x1000:x', 'breakpoint 5:0 config1=0x1000 config2=4 bp=4 -G'],
  ['ia32', 'mem:0x1000/8', 'BAD_EVENT@10 8 bytes cannot be watched at once'],
  ['riscv64', 'mem:0x1000:r', 'breakpoint 5:0 config1=0x1000 config2=4 bp=1 -G'],
])('follows the debug registers of %s: %s', (architecture, text, expected) => {
  expect(describeEvents(text, server, [], { architecture })).toBe(expected);
});
