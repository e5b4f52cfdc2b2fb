import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { EventSpecError } from '../../../src/events/event-spec-error';
import { parseEvents } from '../../../src/events/parse';
import { resolveEvents } from '../../../src/events/resolve-events';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { attachFilter, parseFilter } from '../../../src/events/tracepoint-filter';
import { fakeMachine, fakeSymbols } from '../../unit/events/fake-machine';

const server = fakeMachine('server');
const hybrid = fakeMachine('hybrid');
afterAll(() => {
  server.close();
  hybrid.close();
});

const single = fc.constantFrom(
  ...[
    'cycles',
    'cs',
    'task-clock',
    'L1-dcache-load-misses',
    'r1a8',
    '1:3',
    'duration_time',
    'mem-loads',
    'tsc',
    'clockticks',
  ],
  ...[
    'sched:sched_switch',
    'sched:*',
    '*:*',
    'nope',
    'nope:nope',
    'cpu/event=0x3c,umask=0x1/',
    'cpu_*/cycles/',
    'msr/tsc/',
  ],
  ...[
    'uncore_imc/cas_count_read/',
    'uncore_*/clockticks/',
    'cpu/param,umask=3/',
    'mem:0x1000:w',
    'mem:counter@/bin/pie/8:w',
  ],
  ...[
    'uprobe:/bin/pie:counter',
    'kprobe:vfs_read',
    'cs/period=5,name=x/',
    'cycles/cpu=1-2/',
    'cs/freq=5/',
    "cs/name='a b'/",
  ],
);
const modifiers = fc.constantFrom('', ':u', ':k', ':ukh', ':pp', ':GH', ':D', ':e', ':P', ':S', ':x', ':uu');
const event = fc.tuple(single, modifiers).map((parts) => parts.join(''));
const group = fc
  .tuple(fc.array(event, { minLength: 1, maxLength: 4 }), fc.constantFrom('', ':u', ':D', ':W', ':ppp'))
  .map(([members, ofGroup]) => `{${members.join(',')}}${ofGroup}`);
const list = fc.array(fc.oneof(event, group), { minLength: 1, maxLength: 5 }).map((items) => items.join(','));

function checkEvents(events: readonly ResolvedEvent[]): void {
  for (const [i, resolved] of events.entries()) {
    const { leader, mergedInto } = resolved;
    // A leader leads itself and comes before its members, all on CPUs that some event of its text counts on.
    if (leader !== undefined) expect([events[leader]?.leader, leader <= i]).toEqual([leader, true]);
    if (mergedInto !== undefined) expect([events[mergedInto]?.mergedInto, mergedInto <= i]).toEqual([mergedInto, true]);
    // In a weak group it is the kernel that refuses it.
    const isWeak = resolved.settings?.weakGroup ?? false;
    if (leader !== undefined && leader !== i) expect((resolved.attr.flags?.pinned ?? false) && !isWeak).toBe(false);
    expect(resolved.name).not.toBe('');
    expect(Number.isFinite(resolved.scale)).toBe(true);
    for (const word of ['config', 'config1', 'config2', 'config3'] as const) {
      expect(BigInt.asUintN(64, resolved.attr[word] ?? 0n)).toBe(resolved.attr[word] ?? 0n);
    }
  }
}

const quietly = (use: () => void): void => {
  try {
    use();
  } catch (error) {
    expect(error).toBeInstanceOf(EventSpecError);
  }
};

it('resolves any list of events, or complains with an EventSpecError', () => {
  fc.assert(
    fc.property(list, fc.constantFrom(server, hybrid), fc.constantFrom('count', 'sample'), (text, { host }, use) => {
      quietly(() => checkEvents(resolveEvents(parseEvents(text), host, { use, symbols: fakeSymbols })));
    }),
    { numRuns: 500 },
  );
});

const filterToken = fc.constantFrom(
  ...['prev_pid', 'next_comm', 'CPU', 'COMM', 'nope', '==', '!=', '<', '>=', '&', '~', '&&', '||', '!', '(', ')', ' '],
  ...[
    '1',
    '-1',
    '0x10',
    '09',
    '"bash"',
    "'x*'",
    '"',
    'CPUS{0-3}',
    'CPUS{',
    '.ustring',
    '.function',
    'vfs_read',
    'é',
    '\u0000',
  ],
);

it('takes any text as a filter, or complains with an EventSpecError', () => {
  const soup = fc.array(filterToken, { maxLength: 30 }).map((tokens) => tokens.join(''));
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ unit: 'binary' })), (filter) => {
      quietly(() => {
        expect(parseFilter(filter).length).toBeGreaterThan(0);
        const specs = attachFilter(parseEvents('sched:sched_switch'), filter);
        expect(resolveEvents(specs, server.host)[0]?.filter).toBe(filter);
      });
    }),
    { numRuns: 2000 },
  );
});

it('finds a filter again that it is made of', () => {
  const comparison = fc
    .tuple(fc.constantFrom('prev_pid', 'next_pid', 'CPU'), fc.constantFrom('==', '!=', '<', '>='), fc.nat(1000))
    .map((parts) => parts.join(' '));
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 5 },
      comparison,
      fc
        .tuple(tie('filter'), fc.constantFrom('&&', '||'), tie('filter'))
        .map(([a, join, b]) => `(${a}) ${join} (${b})`),
      tie('filter').map((inner) => `!(${inner})`),
    ),
  }));
  fc.assert(
    fc.property(filter, (text) => {
      expect(parseFilter(text).map(({ field, operator, value }) => `${field} ${operator} ${value}`)).toEqual(
        text.match(/\w+ (?:==|!=|<|>=) \d+/g),
      );
    }),
    { numRuns: 300 },
  );
});
