import { describe, expect, it } from 'vitest';
import { OpenFlag } from '../../../src/abi/perf-event';
import { cpu, fd } from '../../../src/base/units';
import { inEachCgroup, namesByEvent, withCgroups } from '../../../src/events/cgroup-events';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { planGang } from '../../../src/gang/plan';
import type { Cgroup } from '../../../src/host/cgroups';
import { software } from '../../fake/events';

const [web, db]: Cgroup[] = [
  { name: 'web', fd: fd(7) },
  { name: 'db', fd: fd(8) },
];
const both = [web, db] as Cgroup[];
const byName = new Map(both.map((cgroup) => [cgroup.name, cgroup]));
const three = [software('pageFaults'), software('contextSwitches'), software('cpuMigrations')];
const namesOf = (events: readonly ResolvedEvent[]) => events.map(({ cgroup }) => cgroup?.name);

describe('-G', () => {
  it('gives events their cgroups by position; an empty name and none leave them as they are', () => {
    expect(namesOf(withCgroups(three, ['web', '', 'db'], byName))).toEqual(['web', undefined, 'db']);
    expect(namesOf(withCgroups(three, ['web', 'db'], byName))).toEqual(['web', 'db', undefined]);
  });

  it('has a single name for all', () => {
    expect(namesOf(withCgroups(three, ['db'], byName))).toEqual(['db', 'db', 'db']);
  });

  it('is an error with more names than events', () => {
    expect(() => withCgroups(three, ['web', 'db', 'web', 'db'], byName)).toThrow(/there are 3 events for them/);
  });

  it('does not tear groups apart', () => {
    const group = [software('pageFaults', { leader: 0 }), software('contextSwitches', { leader: 0 })];
    expect(namesOf(withCgroups(group, ['web', 'web'], byName))).toEqual(['web', 'web']);
    expect(() => withCgroups(group, ['web', 'db'], byName)).toThrow(/cannot count .* as a group — .*different cgroups/);
  });

  it('leaves tool events alone: time is nobody’s', () => {
    const tool = software('dummy', { kind: 'tool', tool: 'duration_time' });
    expect(namesOf(withCgroups([tool, ...three], ['web'], byName))).toEqual([undefined, 'web', 'web', 'web']);
  });
});

describe('the lists of -G', () => {
  it.each([
    ['-e A,B,C -G x', [[['x'], 3]], ['x', 'x', 'x']],
    ['-e A,B -G x -e C', [[['x'], 2]], ['x', 'x', '']],
    ['-e A,B -G x,y -e C', [[['x', 'y'], 2]], ['x', 'y', '']],
    [
      '-e A -G x -e B,C -G y',
      [
        [['x'], 1],
        [['y'], 3],
      ],
      ['x', 'y', ''],
    ],
    [
      '-e A,B,C -G x -G y',
      [
        [['x'], 3],
        [['y'], 3],
      ],
      ['x', 'y', 'x'],
    ],
  ] as const)('are for the events before them: %s', (_, lists, expected) => {
    const given = lists.map(([names, before]) => ({ names, before }));
    expect(namesByEvent(given, 3)).toEqual(expected);
  });

  it('name no event that is behind them', () => {
    expect(() => namesByEvent([{ names: ['x', 'y'], before: 1 }], 3)).toThrow(/there is one event for them/);
  });
});

describe('--for-each-cgroup', () => {
  it('has every event in one cgroup after the other', () => {
    expect(inEachCgroup(three, both).map(({ name, cgroup }) => `${name}@${cgroup?.name}`)).toEqual(
      both.flatMap(({ name }) => three.map((event) => `${event.name}@${name}`)),
    );
  });

  it('keeps groups, and what is merged, within their cgroup', () => {
    const events = [
      software('pageFaults'),
      ...[1, 1].map((leader) => software('contextSwitches', { leader, mergedInto: 1 })),
    ];
    const placed = inEachCgroup(events, both);
    expect(placed.map(({ leader }) => leader)).toEqual([undefined, 1, 1, undefined, 4, 4]);
    expect(placed.map(({ mergedInto }) => mergedInto)).toEqual([undefined, 1, 1, undefined, 4, 4]);
  });
});

it('an event in a cgroup is opened with the fd of that, on each CPU, and shares its reads with nobody', () => {
  const events = inEachCgroup(three.slice(0, 2), both);
  const { requests, clones } = planGang(
    events,
    [0, 1].map((n) => ({ cpu: cpu(n) })),
    { inherit: false, enableOnExec: false },
    () => true,
  );
  expect(requests.map(({ pid, cpu: on, flags }) => [pid, on, flags])).toEqual(
    [0, 1].flatMap((on) => [7, 7, 8, 8].map((pid) => [pid, on, OpenFlag.pidCgroup])),
  );
  expect(clones.every(({ leader }) => leader === undefined)).toBe(true);
});
