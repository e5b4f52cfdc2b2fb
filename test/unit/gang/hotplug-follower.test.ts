import { constants } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { cpu, fd, monotonicTime, tid } from '../../../src/base/units';
import type { OpenClone } from '../../../src/gang/opening';
import type { PlannedClone } from '../../../src/gang/plan';
import { CpuMask } from '../../../src/host/cpu-mask';
import { software } from '../../fake/events';
import { type FaultyCall, HotplugMachine, now } from './hotplug-machine';

const one = [software('pageFaults')];
const group = [
  software('pageFaults', { leader: 0 }),
  software('contextSwitches', { leader: 0 }),
  software('cpuMigrations'),
];

const kinds = ({ follower }: HotplugMachine): string[] =>
  follower.happenings.map((happening) => `cpu${happening.cpu} ${happening.kind}`);

describe('a CPU that goes', () => {
  it.each([
    ['an event', one],
    ['a group, which the kernel tears apart', group],
  ])('leaves the counts of %s behind', (_, events) => {
    const machine = new HotplugMachine(events);
    machine.arm();
    machine.kernel.happen(1, 5n);
    machine.down(1);
    machine.follower.follow();
    for (const event of events.keys()) expect(machine.counted(event, 1)).toBe(5n);
    expect(machine.live.gang.size).toBe(events.length);
    expect(machine.kernel.openFds.size).toBe(events.length);
    expect(kinds(machine)).toEqual(['cpu1 offline']);
  });

  it('and comes back is counted by new clones, and all of it is summed', () => {
    const machine = new HotplugMachine(group);
    machine.arm();
    for (let life = 1; life <= 50; life += 1) {
      machine.kernel.happen(1, 3n);
      machine.down(1);
      machine.follower.follow();
      machine.up(1);
      machine.follower.follow();
      machine.kernel.happen(1, 4n);
    }
    for (const event of group.keys()) expect(machine.counted(event, 1)).toBe(350n);
    expect(machine.kernel.openFds.size).toBe(6);
    // Readings of clones that are gone are added up: a gang whose CPUs flap for ever does not grow.
    expect(machine.live.gang.read().readings.length).toBeLessThanOrEqual(12);
    expect(machine.follower.happenings).toHaveLength(100);
  });

  it('is heard of late, and its groups are still read whole', () => {
    const machine = new HotplugMachine(group);
    machine.arm();
    machine.kernel.happen(1, 5n);
    machine.down(1);
    for (const event of group.keys()) expect(machine.counted(event, 1)).toBe(5n);
  });

  it('outside of the mask is none of its business', () => {
    const machine = new HotplugMachine(one, { online: [0, 1], wanted: '0' });
    machine.arm();
    machine.down(1);
    machine.up(1);
    machine.follower.follow();
    expect(machine.follower.prepare().cpus).toEqual([]);
    expect(machine.follower.happenings).toEqual([]);
    expect(machine.live.gang.size).toBe(1);
  });
});

describe('a CPU that comes', () => {
  it('was possible, but offline, when it was asked for', () => {
    const machine = new HotplugMachine(one, { online: [0], wanted: '0,3' });
    machine.arm();
    expect(machine.follower.prepare().cpus.map((prepared) => prepared.cpu)).toEqual([3]);
    machine.up(3);
    machine.follower.follow();
    machine.kernel.happen(3, 7n);
    expect(machine.counted(0, 3)).toBe(7n);
  });

  it('before the gang is armed is caught up with', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.up(1);
    machine.follower.catchUp();
    machine.arm();
    machine.kernel.happen(1, 2n);
    machine.follower.follow();
    expect(machine.counted(0, 1)).toBe(2n);
    expect(machine.follower.uncovered(cpu(1), now())).toBe(0n);
  });

  it('is counted by what was on standby for it', () => {
    const machine = new HotplugMachine(group, { online: [0] });
    machine.arm();
    const at = machine.up(1, ['countable']);
    const { prepared, outcomes } = machine.standBy();
    machine.kernel.happen(1, 9n);
    machine.tell(1, ['online'], monotonicTime(at + 1n));
    machine.follower.adopt(prepared, outcomes);
    machine.follower.follow();
    for (const event of group.keys()) expect(machine.counted(event, 1)).toBe(9n);
    const gap = machine.follower.uncovered(cpu(1), now());
    expect(gap).toBeGreaterThan(0n);
    expect(machine.follower.uncovered(cpu(1), now())).toBe(gap);
    expect(machine.follower.happenings).toMatchObject([{ kind: 'online', uncovered: gap }]);
    expect(machine.kernel.openFds.size).toBe(6);
  });

  it('is not followed where there is nothing to count', () => {
    const dummy = software('dummy', { name: 'duration_time', kind: 'tool', tool: 'duration_time' });
    const onlyOn = (list: string) => software('pageFaults', { cpus: CpuMask.parse(list) });
    for (const [events, followed] of [
      [[dummy], ''],
      [[onlyOn('0')], '0'],
      [[onlyOn('0'), onlyOn('2'), dummy], '0,2'],
    ] as const) {
      const machine = new HotplugMachine(events);
      machine.arm();
      machine.down(1);
      machine.up(1);
      machine.up(2);
      expect(`${machine.follower.wanted}`).toBe(followed);
      const { prepared, outcomes } = machine.standBy();
      expect(prepared.standby.cpus.every((requests) => requests.length > 0)).toBe(true);
      machine.follower.adopt(prepared, outcomes);
      machine.follower.follow();
      expect(machine.follower.happenings.map(({ cpu: one }) => one)).toEqual(followed === '0,2' ? [2] : []);
      expect(machine.follower.uncovered(cpu(1), now())).toBe(0n);
    }
  });

  it('has its standby opened with its filters', () => {
    const machine = new HotplugMachine([software('pageFaults', { kind: 'tracepoint', filter: 'x == 1' })], {
      online: [0],
    });
    machine.arm();
    machine.up(1);
    const { prepared, outcomes } = machine.standBy();
    machine.follower.adopt(prepared, outcomes);
    expect([...machine.kernel.filters.values()]).toEqual(['x == 1', 'x == 1']);
  });

  it('has its standby write where its records go, and is told of what was opened before these are read', () => {
    const holders = new Map([[1, fd(7)]]);
    const told: number[] = [];
    const connector = {
      connect: () => {},
      outputOf: ({ place }: PlannedClone) => holders.get(place.cpu ?? -1),
      connected: (clones: readonly OpenClone[]) => void told.push(...clones.map((clone) => clone.fd)),
    };
    const machine = new HotplugMachine(group, { online: [0], connector });
    const opened = [...told];
    machine.arm();
    machine.up(1);
    // There is no ring of CPU 2 yet: it is opened by the main thread, should it come.
    machine.up(2);
    const { prepared, outcomes } = machine.standBy();
    expect(prepared.cpus.map((prepare) => prepare.cpu)).toEqual([cpu(1)]);
    expect(machine.follower.isOpening).toBe(true);
    machine.follower.adopt(prepared, outcomes);
    expect(machine.follower.isOpening).toBe(false);
    const added = told.slice(opened.length);
    expect(added).toHaveLength(3);
    expect([...machine.kernel.outputs]).toEqual(added.map((one) => [one, 7]));
    machine.follower.follow();
    expect(machine.live.gang.size).toBe(9);
  });

  it('has the clones closed that cannot be told of, and is opened anew', () => {
    let refusals = 1;
    const connector = {
      connect: () => {},
      outputOf: () => fd(7),
      connected: ([clone]: readonly OpenClone[]) => {
        if (clone?.place.cpu === 1 && refusals-- > 0)
          throw new SyswideError('OUTPUT_FAILED', { what: 'a', why: 'b', remedy: 'c' });
      },
    };
    const machine = new HotplugMachine(group, { online: [0], connector });
    machine.arm();
    machine.up(1);
    const { prepared, outcomes } = machine.standBy();
    machine.follower.adopt(prepared, outcomes);
    expect([machine.live.gang.size, machine.kernel.openFds.size]).toEqual([3, 3]);
    machine.follower.follow();
    expect([machine.live.gang.size, machine.kernel.openFds.size]).toEqual([6, 6]);
  });

  it.each([
    ['covered meanwhile', (machine: HotplugMachine) => machine.follower.follow()],
    ['paused meanwhile', (machine: HotplugMachine) => void machine.live.pause()],
  ])('has the clones closed that come too late: %s', (_, meanwhile) => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    machine.up(1);
    const { prepared, outcomes } = machine.standBy();
    meanwhile(machine);
    const before = machine.live.gang.size;
    machine.follower.adopt(prepared, outcomes);
    expect(machine.live.gang.size).toBe(before);
    expect(machine.kernel.openFds.size).toBe(before);
  });

  it('is not on standby where nothing would tell of it', () => {
    const machine = new HotplugMachine(one, { online: [0], wanted: '0-2' });
    machine.source.deaf = [2];
    expect(machine.follower.prepare().cpus.map((prepared) => prepared.cpu)).toEqual([1]);
  });
});

describe('a CPU on which nothing is to be counted', () => {
  const events = [software('pageFaults', { cpus: CpuMask.parse('0') })];

  it('is not on standby, is not missed and is not told of', () => {
    const machine = new HotplugMachine(events);
    machine.arm();
    expect(machine.follower.prepare().cpus).toEqual([]);
    machine.down(1);
    machine.up(1);
    machine.follower.follow();
    expect(machine.follower.uncovered(cpu(1), now())).toBe(0n);
    expect(kinds(machine)).toEqual([]);
  });

  it('stays so when the gang moves', () => {
    const machine = new HotplugMachine(events);
    machine.arm();
    machine.live.set({ cpus: CpuMask.parse('1') });
    machine.live.set({ cpus: CpuMask.parse('0-1') });
    expect(machine.follower.prepare().cpus).toEqual([]);
    expect(machine.live.gang.size).toBe(1);
  });

  it('is every one, where the kernel counts nothing', () => {
    const machine = new HotplugMachine([{ ...software('pageFaults'), kind: 'tool', tool: 'duration_time' }]);
    machine.arm();
    expect(machine.follower.prepare().cpus).toEqual([]);
  });
});

describe('a CPU that flaps', () => {
  it('many times between two looks is covered once, and what it missed is known exactly', () => {
    const machine = new HotplugMachine(group);
    machine.arm();
    machine.kernel.happen(1, 1n);
    let missed = 0n;
    let up = machine.down(1);
    for (let i = 0; i < 20; i += 1) {
      up = machine.up(1);
      machine.kernel.happen(1, 10n);
      missed += machine.down(1) - up;
    }
    up = machine.up(1);
    machine.follower.follow();
    const last = machine.follower.happenings.at(-1);
    machine.kernel.happen(1, 100n);
    for (const event of group.keys()) expect(machine.counted(event, 1)).toBe(101n);
    expect(machine.kernel.openFds.size).toBe(6);
    expect(machine.follower.uncovered(cpu(1), now())).toBe(missed + (last?.uncovered ?? -1n));
    expect(machine.kernel.calls.filter((call) => call.endsWith('@-1/1'))).toHaveLength(6);
  });

  it('while clones are opened keeps those of its present life, and names no time twice', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    const first = machine.up(1);
    const gone = machine.down(1);
    const second = machine.up(1);
    const { prepared, outcomes } = machine.standBy();
    machine.follower.adopt(prepared, outcomes);
    machine.kernel.happen(1, 6n);
    machine.follower.follow();
    machine.kernel.happen(1, 6n);
    expect(machine.counted(0, 1)).toBe(12n);
    const [outcome] = outcomes;
    const enabled = outcome && 'span' in outcome ? outcome.span.end : 0n;
    expect(machine.follower.uncovered(cpu(1), now())).toBe(gone - first + (enabled - second));
    expect(kinds(machine)).toEqual(['cpu1 online', 'cpu1 offline', 'cpu1 online']);
  });

  it('and is gone when it is opened, is no error', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    machine.up(1);
    machine.kernel.down(1);
    machine.follower.follow();
    machine.tell(1, ['offline']);
    machine.follower.follow();
    expect(machine.follower.happenings.some(({ error }) => error)).toBe(false);
    expect(machine.live.gang.size).toBe(1);
    expect(machine.follower.uncovered(cpu(1), now())).toBeGreaterThan(0n);
  });

  it('and is told of twice or too late, ends as it is', () => {
    const machine = new HotplugMachine(one);
    machine.arm();
    machine.tell(1, ['online', 'countable', 'online']);
    machine.follower.follow();
    expect(machine.live.gang.size).toBe(2);
    machine.down(1, ['offline', 'offline']);
    machine.follower.follow();
    machine.tell(1, ['offline']);
    machine.follower.follow();
    expect(machine.live.gang.size).toBe(1);
    machine.up(1, ['countable', 'online', 'online']);
    machine.follower.follow();
    const gap = machine.follower.uncovered(cpu(1), now());
    machine.tell(1, ['online']);
    machine.follower.follow();
    expect(machine.follower.uncovered(cpu(1), now())).toBe(gap);
    expect(machine.live.gang.size).toBe(2);
    machine.kernel.happen(1, 3n);
    expect(machine.counted(0, 1)).toBe(3n);
  });

  it('and whose notices carry no times is covered anew', () => {
    const machine = new HotplugMachine(one, { exactTimes: false });
    machine.arm();
    machine.kernel.happen(1, 2n);
    machine.down(1, []);
    machine.up(1, ['offline', 'online']);
    machine.follower.follow();
    machine.kernel.happen(1, 3n);
    expect(machine.counted(0, 1)).toBe(5n);
  });
});

describe('a CPU that cannot be had', () => {
  it('is named, and its time counts as missed to the end', () => {
    const machine = new HotplugMachine(one);
    machine.arm();
    machine.down(1);
    machine.follower.follow();
    machine.kernel.refuseOpen = () => constants.errno.EMFILE;
    const at = machine.up(1);
    machine.follower.follow();
    expect(machine.follower.happenings.at(-1)).toMatchObject({ kind: 'online', error: { code: 'TOO_MANY_FILES' } });
    const end = monotonicTime(at + 1_000_000_000n);
    expect(machine.follower.uncovered(cpu(1), end)).toBe(1_000_000_000n);
  });

  it('until there is room is covered then, and missed no longer', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    const { refuseOpen } = machine.kernel;
    machine.kernel.refuseOpen = () => constants.errno.EMFILE;
    const at = machine.up(1);
    machine.follower.follow();
    machine.kernel.refuseOpen = refuseOpen;
    const { prepared, outcomes } = machine.standBy();
    machine.follower.adopt(prepared, outcomes);
    const [happening] = machine.follower.happenings;
    expect(happening?.error).toBeUndefined();
    expect(machine.follower.uncovered(cpu(1), now())).toBe(happening?.uncovered);
    expect(happening?.uncovered).toBeLessThanOrEqual(now() - at);
  });

  it('before the gang is armed is named too', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.kernel.up(1);
    machine.up(1, []);
    machine.kernel.refuseOpen = () => constants.errno.EMFILE;
    machine.follower.catchUp();
    machine.arm();
    expect(machine.follower.happenings).toMatchObject([{ kind: 'online', error: { code: 'TOO_MANY_FILES' } }]);
    expect(machine.follower.uncovered(cpu(1), monotonicTime(now() + 5_000_000n))).toBeGreaterThanOrEqual(5_000_000n);
  });
});

describe('when notices are lost', () => {
  it('it looks anew, and finds clones that are dead', () => {
    const machine = new HotplugMachine(group, { online: [0, 1, 2] });
    machine.arm();
    machine.kernel.happen(1, 5n);
    machine.kernel.happen(2, 6n);
    machine.down(1, []);
    machine.up(1, []);
    machine.down(2, []);
    machine.up(3, []);
    machine.source.lost = true;
    machine.follower.follow();
    for (const n of [1, 3]) machine.kernel.happen(n, 10n);
    for (const event of group.keys()) {
      expect([1, 2, 3].map((n) => machine.counted(event, n))).toEqual([15n, 6n, 10n]);
    }
    expect(machine.kernel.openFds.size).toBe(9);
    expect(kinds(machine)).toEqual(['cpu1 offline', 'cpu1 online', 'cpu2 offline', 'cpu3 online']);
  });

  it('it names at least the time that was missed', () => {
    const machine = new HotplugMachine(one);
    machine.arm();
    machine.follower.follow();
    machine.down(1, []);
    const up = machine.up(1, []);
    machine.source.lost = true;
    machine.follower.follow();
    expect(machine.follower.uncovered(cpu(1), now())).toBeGreaterThanOrEqual(0n);
    expect(machine.follower.happenings.at(-1)?.at).toBeLessThanOrEqual(up);
  });
});

describe('clones of tasks', () => {
  const target = {
    kind: 'tasks',
    tids: [tid(10), tid(11)],
    inherit: true,
    enableOnExec: false,
    cpus: CpuMask.parse('0-1'),
  } as const;

  it('outlive their CPU: what comes back goes on in them', () => {
    const machine = new HotplugMachine(one, { target, wanted: '0-1' });
    machine.arm();
    const before = machine.kernel.events().map((event) => event.fd);
    machine.down(1);
    machine.follower.follow();
    machine.up(1);
    machine.follower.follow();
    machine.source.lost = true;
    machine.follower.follow();
    expect(machine.kernel.events().map((event) => event.fd)).toEqual(before);
    expect(machine.follower.uncovered(cpu(1), now())).toBe(0n);
    expect(machine.follower.happenings).toMatchObject([{ kind: 'offline' }, { kind: 'online', uncovered: 0n }]);
  });
});

describe('a gang that moves or pauses', () => {
  it('misses nothing on CPUs that it has left', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    machine.up(1);
    machine.follower.follow();
    machine.live.set({ cpus: CpuMask.parse('0') });
    const missed = machine.follower.uncovered(cpu(1), now());
    expect(machine.follower.uncovered(cpu(1), monotonicTime(now() + 1_000_000n))).toBe(missed);
    machine.down(1);
    machine.up(1);
    machine.follower.follow();
    expect(machine.live.gang.size).toBe(1);
  });

  it('misses nothing while it is paused', () => {
    const machine = new HotplugMachine(one);
    machine.arm();
    machine.kernel.refuseOpen = () => constants.errno.EMFILE;
    machine.down(1);
    machine.up(1);
    machine.follower.follow();
    machine.live.pause();
    const missed = machine.follower.uncovered(cpu(1), now());
    expect(machine.follower.uncovered(cpu(1), monotonicTime(now() + 1_000_000n))).toBe(missed);
    machine.arm();
    const again = now();
    expect(machine.follower.uncovered(cpu(1), monotonicTime(again + 1_000_000n))).toBeGreaterThan(missed);
  });
});

describe('when a call fails once', () => {
  const filtered = group.map((event) => ({ ...event, kind: 'tracepoint' as const, filter: 'x == 1' }));
  const calls: FaultyCall[] = ['open', 'control', 'read', 'id', 'filter'];

  /** Cycles of cpu1 during which the nth call fails; true when it came. */
  function run(call: FaultyCall, nth: number, throughStandby: boolean): boolean {
    const machine = new HotplugMachine(filtered);
    machine.arm();
    machine.kernel.failOnce(call, nth);
    let failure: unknown;
    try {
      for (let cycle = 0; cycle < 3; cycle += 1) {
        machine.kernel.happen(1, 1n);
        machine.down(1);
        machine.follower.follow();
        machine.up(1);
        if (throughStandby) {
          const { prepared, outcomes } = machine.standBy();
          machine.follower.adopt(prepared, outcomes);
        }
        machine.follower.follow();
      }
    } catch (error) {
      failure = error;
    }
    const came = machine.kernel.endFaults();
    const context = `${call} ${nth}`;
    expect(machine.kernel.openFds.size, context).toBe(machine.live.gang.size);
    if (failure === undefined) {
      const missing = machine.follower.happenings.filter(({ kind, error }) => kind === 'online' && error);
      for (const event of filtered.keys()) {
        const counted = machine.counted(event, 1);
        expect(counted, context).toBeLessThanOrEqual(3n);
        // Only what happened while it was said not to be covered may be missing.
        expect(counted, context).toBeGreaterThanOrEqual(3n - BigInt(missing.length));
      }
    } else expect((failure as Error).name, context).toMatch(/SyswideError/);
    machine.live.gang.close();
    expect(machine.kernel.openFds.size, context).toBe(0);
    return came;
  }

  it.each(calls.flatMap((call) => [true, false].map((standby) => [call, standby] as const)))(
    '%s, with a standby: %s: no fd is left, no count is lost or doubled',
    (call, standby) => {
      let nth = 1;
      while (run(call, nth, standby)) nth += 1;
      expect(nth).toBeGreaterThan(3);
    },
  );
});

describe('a listener', () => {
  it('that throws does not keep others from hearing, nor CPUs from being followed', () => {
    const thrown: (() => void)[] = [];
    vi.stubGlobal('queueMicrotask', (task: () => void) => thrown.push(task));
    try {
      const machine = new HotplugMachine(one);
      const heard: string[] = [];
      machine.follower.onHappening(() => {
        throw new Error('of the listener');
      });
      machine.follower.onHappening(({ cpu: which, kind }) => heard.push(`cpu${which} ${kind}`));
      machine.arm();
      machine.down(1);
      machine.up(1);
      machine.follower.follow();
      machine.kernel.happen(1, 3n);
      expect(machine.counted(0, 1)).toBe(3n);
      expect(heard).toEqual(['cpu1 offline', 'cpu1 online']);
      expect(thrown).toHaveLength(2);
      for (const task of thrown) expect(task).toThrow('of the listener');
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe('a gang that is armed again while it counts', () => {
  it('has missed what it missed before', () => {
    const machine = new HotplugMachine(one, { online: [0] });
    machine.arm();
    machine.kernel.failOnce('open', 0);
    machine.up(1, ['online']);
    machine.follower.follow();
    const until = now();
    const missed = machine.follower.uncovered(cpu(1), until);
    expect(missed).toBeGreaterThan(0n);
    machine.arm();
    expect(machine.follower.uncovered(cpu(1), until)).toBe(missed);
  });
});
