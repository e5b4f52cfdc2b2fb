import { afterAll, describe, expect, it } from 'vitest';
import { statEvents } from '../../../../src/cli/stat/stat-events';
import { askedMetrics, metricEventsOf } from '../../../../src/cli/stat/stat-metrics';
import type { EventChoice } from '../../../../src/cli/stat/stat-options';
import { parseEvents } from '../../../../src/events/parse';
import { resolveEvents } from '../../../../src/events/resolve-events';
import type { Host } from '../../../../src/host/host';
import { HostFiles } from '../../../../src/host/host-files';
import { readPrivileges } from '../../../../src/host/privileges';
import { fakeMachine } from '../../events/fake-machine';

const server = fakeMachine('server');
afterAll(() => server.close());

const hostWith = (mayCountKernel: Host['privileges']['mayCountKernel']): Host =>
  Object.create(server.host, {
    tracefs: { value: () => server.host.tracefs() },
    privileges: { value: { ...readPrivileges(new HostFiles('/nonexistent')), mayCountKernel } },
  });
const host = hostWith({ allowed: true, reason: 'it may' });
const restricted = hostWith({ allowed: false, reason: 'it may not', remedy: 'ask root' });

const resolved = (text: string) => (text === '' ? [] : resolveEvents(parseEvents(text), server.host));

/** What is counted for metrics beside these events, and which positions each text has. */
function looked(events: string, ...metrics: string[]) {
  const asked = resolved(events);
  const found = metricEventsOf(metrics, asked, host);
  const all = [
    ...asked,
    ...found.events.map((event) =>
      event.leader === undefined ? event : { ...event, leader: event.leader + asked.length },
    ),
  ];
  return {
    events: found.events.map(({ name }) => name),
    leaders: found.events.map(({ leader }) => leader),
    weak: found.events.map(({ settings }) => settings?.weakGroup ?? false),
    positions: Object.fromEntries([...found.positions].map(([text, positions]) => [text, positions.join()])),
    names: askedMetrics(found, all).map((metric) => Object.fromEntries(metric.events)),
  };
}

describe('the events of metrics', () => {
  it('are counted beside those of -e, and together', () => {
    expect(looked('page-faults', 'x=instructions / cycles')).toEqual({
      events: ['instructions', 'cycles'],
      leaders: [0, 0],
      weak: [true, true],
      positions: { instructions: '1', cycles: '2' },
      names: [{ instructions: ['instructions'], cycles: ['cycles'] }],
    });
  });

  it('are not counted twice, by -e or for another metric', () => {
    const { events, positions, leaders } = looked(
      'cycles,page-faults',
      'x=instructions / cycles,y=instructions / page-faults',
      'z=cycles / branches',
    );
    expect(events).toEqual(['instructions', 'branches']);
    expect(positions).toEqual({ instructions: '2', cycles: '0', 'page-faults': '1', branches: '3' });
    expect(leaders).toEqual([undefined, undefined]);
  });

  it('are a group for each metric, of what hardware counts only', () => {
    const { events, leaders, weak } = looked(
      '',
      'x=instructions / cycles / task-clock',
      'y=page-faults * branch-misses / branches',
    );
    expect(events).toEqual(['instructions', 'cycles', 'task-clock', 'page-faults', 'branch-misses', 'branches']);
    expect(leaders).toEqual([0, 0, undefined, undefined, 4, 4]);
    expect(weak).toEqual([true, true, false, false, true, true]);
  });

  it('of other PMUs are no group, and one text may be several of them', () => {
    const { events, leaders, positions, names } = looked('page-faults', 'x=uncore_imc@clockticks@ / cycles');
    expect(events).toHaveLength(4);
    expect(leaders).toEqual([undefined, undefined, undefined, undefined]);
    expect(Object.values(positions)[0]).toBe('1,2,3');
    expect(new Set(Object.values(names[0] ?? {})[0])).toEqual(new Set(['uncore_imc/clockticks/']));
  });

  it('are refused where they mean nothing', () => {
    expect(() => looked('', 'x=no-such-event / cycles')).toThrow(/no-such-event/);
    expect(() => looked('', 'nonsense')).toThrow(expect.objectContaining({ code: 'BAD_METRIC' }));
  });
});

describe('a run with metrics', () => {
  const nothing: EventChoice = {
    texts: [],
    metrics: [],
    detail: 0,
    none: false,
    cgroups: [],
    forEachCgroup: [],
    privilege: undefined,
    inherit: true,
  };
  const chosen = (choice: Partial<EventChoice>, on = host) => {
    const { events, metrics, unasked } = statEvents({ ...nothing, ...choice }, { kind: 'command' }, on);
    return {
      events: events.map(({ name, leader }) => (leader === undefined ? name : `${name}@${leader}`)),
      of: metrics.map((metric) => Object.fromEntries(metric.events)),
      unasked: [...unasked].map(({ name }) => name),
    };
  };
  const metrics = ['x=instructions / cycles'];

  it('counts no default events', () => {
    expect(chosen({ metrics })).toEqual({
      events: ['instructions@0', 'cycles@0'],
      of: [{ instructions: ['instructions'], cycles: ['cycles'] }],
      unasked: [],
    });
  });

  it('has its groups behind those of -e, and details behind both', () => {
    const texts = [{ text: '{page-faults,minor-faults}', filters: [] }];
    expect(chosen({ texts, metrics, detail: 1 }).events).toEqual([
      'page-faults@0',
      'minor-faults@0',
      'instructions@2',
      'cycles@2',
      'L1-dcache-loads',
      'L1-dcache-load-misses',
      'LLC-loads',
      'LLC-load-misses',
    ]);
  });

  it('finds its events under the names that they have for a user who may not count the kernel', () => {
    expect(chosen({ metrics }, restricted)).toEqual({
      events: ['instructions:u@0', 'cycles:u@0'],
      of: [{ instructions: ['instructions:u'], cycles: ['cycles:u'] }],
      unasked: [],
    });
  });

  it('keeps its names with --all-user, whose events have the flags', () => {
    expect(chosen({ metrics, privilege: 'user' }).of).toEqual([{ instructions: ['instructions'], cycles: ['cycles'] }]);
    const { events } = statEvents({ ...nothing, metrics, privilege: 'kernel' }, { kind: 'command' }, host);
    expect(events.map(({ attr }) => [attr.flags?.excludeUser, attr.flags?.excludeKernel])).toEqual([
      [true, false],
      [true, false],
    ]);
  });
});
