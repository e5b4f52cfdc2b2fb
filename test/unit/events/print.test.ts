import { expect, it } from 'vitest';
import { parseEvents } from '../../../src/events/parse';
import { printSpec, printSpecs } from '../../../src/events/print';

it.each([
  ['cs', 'cs'],
  [' cs:ku , faults ', 'cs:uk,faults'],
  ['cs:', 'cs'],
  ['cs//', 'cs'],
  ['cycles:pup', 'cycles:upp'],
  ['r01A8', 'r1a8'],
  ['r0x1a8', 'r1a8'],
  ['0x4:16u', '4:0x10:u'],
  ['cpu//', 'cpu//'],
  ['cpu/event=60,edge,@x=1/uD', 'cpu/event=0x3c,edge,@x=1/:uD'],
  ["cs/name='x'/", 'cs/name=x/'],
  ["cs/name='a b'/", "cs/name='a b'/"],
  ["cs/name='12'/", "cs/name='12'/"],
  ['name:{cs,faults:u}:kD', 'name{cs,faults:u}:kD'],
  ['sched:sched_*:u', 'sched:sched_*:u'],
  ['mem:4096/0x8:wr:u', 'mem:0x1000/8:rw:u'],
  ['mem:counter@./prog/4:w', "mem:counter@'./prog'/4:w"],
  ["mem:'ns::x'+0x10:x", "mem:'ns::x'+0x10:x"],
  ['uprobe:/bin/x:main+3', 'uprobe:/bin/x:main+3'],
  ["kretprobe:'f.0'", 'kretprobe:f.0'],
])('%s is printed as %s', (text, printed) => expect(printSpecs(parseEvents(text))).toBe(printed));

it('prints one of several', () => {
  expect(parseEvents('cs:u,{faults}').map(printSpec)).toEqual(['cs:u', '{faults}']);
});
