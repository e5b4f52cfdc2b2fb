import { afterAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/events/catalogue/catalogue';
import type { ListedEvent } from '../../../../src/events/catalogue/listed-event';
import { nearNames } from '../../../../src/events/catalogue/near-names';
import { Selection } from '../../../../src/events/catalogue/selection';
import { parseEvents } from '../../../../src/events/parse';
import { resolveEvents } from '../../../../src/events/resolve-events';
import { LocalHost } from '../../../../src/host/host';
import { FakeFiles } from '../../../fake-host';
import { fakeMachine } from '../fake-machine';

const machines = { server: fakeMachine('server'), hybrid: fakeMachine('hybrid') };
afterAll(() => {
  for (const machine of Object.values(machines)) machine.close();
});

const hostOf = (kind: keyof typeof machines) => machines[kind].host as LocalHost;
const listed = (host: LocalHost): ListedEvent[] => [...catalogue(host)].flatMap(({ events }) => events);
const named = (events: readonly ListedEvent[], name: string) => events.find((event) => event.name === name);

const noKernel = {
  openTracefs: () => {
    throw new Error('not needed');
  },
  closeFds: () => {},
};

describe('the catalogue', () => {
  const events = listed(hostOf('server'));

  it('has every kind', () => {
    const kinds = new Set(events.map(({ kind }) => kind));
    expect([...kinds]).toEqual([
      'hardware',
      'software',
      'tool',
      'cache',
      'pmu',
      'raw',
      'breakpoint',
      'probe',
      'tracepoint',
    ]);
  });

  it('lists nothing twice', () => {
    expect(new Set(events.map(({ name }) => name)).size).toBe(events.length);
  });

  it('describes what is known', () => {
    expect(named(events, 'cycles')).toMatchObject({ kind: 'hardware', aliases: ['cpu-cycles'] });
    expect(named(events, 'dTLB-load-misses')?.description).toBe('loads that missed the data TLB');
    expect(named(events, 'L1-dcache-prefetches')?.description).toBe('prefetches from the first-level data cache');
    expect(named(events, 'power/energy-pkg/')).toEqual({
      name: 'power/energy-pkg/',
      kind: 'pmu',
      pmu: 'power',
      description:
        'event=0x02; in Joules; a count times 2.3283064365386963e-10; one count per package; read on CPU 0,4',
    });
    expect(named(events, 'cpu/TERM=VALUE,…/')?.description).toMatch(/^terms: any, cmask, edge, event/);
    expect(events.filter(({ description }) => description === '' || description?.includes('undefined'))).toEqual([]);
  });

  it.each(['server', 'hybrid'] as const)('has names that -e takes: %s', (kind) => {
    const host = hostOf(kind);
    // These two are on the machine with terms that only the user can fill in, or that mean nothing.
    const unusable = new Set(['cpu/param/', 'cpu/garbled/']);
    for (const { name, aliases = [], isPattern } of listed(host)) {
      if (isPattern || unusable.has(name)) continue;
      for (const text of [name, ...aliases])
        expect([text, resolveEvents(parseEvents(text), host).length > 0]).toEqual([text, true]);
    }
  });

  it('says why a machine without PMU has no hardware events', () => {
    const files = new FakeFiles({ '/sys/kernel/tracing/events/sched/sched_switch/id': '1\n' });
    const groups = [...catalogue(new LocalHost(noKernel, files))];
    expect(groups.filter(({ absent }) => absent).map(({ events }) => events[0]?.kind)).toEqual(['hardware', 'cache']);
    expect(groups.at(-1)?.events.map(({ name }) => name)).toEqual(['sched:sched_switch']);
  });

  it('takes the names of tracepoints from one file, where there is one', () => {
    const tracing = '/sys/kernel/tracing';
    const files = new FakeFiles({
      [`${tracing}/available_events`]: 'sched:b\nblock:z\nsched:a\n',
      [`${tracing}/events/ftrace/function/id`]: '1\n',
      [`${tracing}/events/ftrace/internal/format`]: '\n',
    });
    const found = listed(new LocalHost(noKernel, files)).filter(({ kind }) => kind === 'tracepoint');
    expect(found.map(({ name }) => name)).toEqual(['block:z', 'ftrace:function', 'sched:a', 'sched:b']);
  });

  it('yields what it can before tracepoints are refused', () => {
    const groups: string[] = [];
    const refuse = () => {
      for (const { title } of catalogue(new LocalHost(noKernel, new FakeFiles()))) groups.push(title);
    };
    expect(refuse).toThrow('not needed');
    expect(groups).toContain('software events');
  });
});

describe('a selection', () => {
  const events = listed(hostOf('server'));
  const names = (...words: string[]) => {
    const selection = new Selection(words);
    return events.filter((event) => selection.take(event)).map(({ name }) => name);
  };

  it.each([
    [['sched:*'], ['sched:sched_switch', 'sched:sched_wakeup', 'sched:sched_waking']],
    [['SCHED:sched_wak?ng'], ['sched:sched_waking']],
    [['faults'], ['page-faults', 'minor-faults', 'major-faults', 'alignment-faults', 'emulation-faults']],
    [
      ['migrations', 'dummy'],
      ['cpu-migrations', 'dummy'],
    ],
    [['cs'], ['context-switches']],
    [['tool'], ['duration_time', 'user_time', 'system_time']],
    [
      ['raw_syscalls:sys_enter', 'sys_exit'],
      ['raw_syscalls:sys_enter', 'raw_syscalls:sys_exit'],
    ],
    [['[unclosed'], []],
  ])('%j', (words, expected) => {
    expect(names(...words).sort()).toEqual([...expected].sort());
  });

  it('takes everything when nothing is asked for', () => {
    expect(names()).toHaveLength(events.length);
  });

  it.each(['hw', 'sw', 'cache', 'hw_cache', 'pmu', 'tracepoint'])('knows the kind %s', (word) => {
    const kinds = new Set(events.filter((event) => new Selection([word]).take(event)).map(({ kind }) => kind));
    expect(kinds.size).toBe(1);
  });

  it('remembers what found nothing', () => {
    const selection = new Selection(['dummy', 'nowhere', 'sw']);
    for (const event of events) selection.take(event);
    expect(selection.unmatched).toEqual(['nowhere']);
  });

  it('knows when tracepoints need not be looked up', () => {
    expect(
      [[], ['hw'], ['hw', 'tracepoint'], ['page*']].map((words) => new Selection(words).canTakeTracepoints),
    ).toEqual([true, false, true, true]);
  });
});

describe('near names', () => {
  const names = ['page-faults', 'sched:sched_switch', 'sched:sched_wakeup'];

  it.each([
    ['pagefaults', ['page-faults']],
    ['sched_swich', ['sched:sched_switch']],
    ['shed:sched_switch*', ['sched:sched_switch']],
    ['entirely-different', []],
  ])('%s', (typed, expected) => expect(nearNames(typed, names)).toEqual(expected));
});
