import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { encodeAttr } from '../../../../src/abi/attr';
import { SyswideError } from '../../../../src/base/error';
import { cpu, fd, ns, tid } from '../../../../src/base/units';
import { checkSlots, explainNoSlot, takeSlots } from '../../../../src/gang/slots/take';
import { CpuMask } from '../../../../src/host/cpu-mask';
import type { Kernel } from '../../../../src/native/kernel';
import { KernelError } from '../../../../src/native/kernel-error';
import { software } from '../../../fake/events';
import { breakpoint, populated, refusalOf, slotMachine } from './machine';

const places = [{ cpu: cpu(0) }, { cpu: cpu(1) }];
const one = { events: [software('pageFaults'), breakpoint(0x1000n)], places };
const two = { events: [breakpoint(0x1000n), breakpoint(0x2000n)], places };

const openOn = (kernel: Kernel, ...cpus: number[]) =>
  kernel.openEvents(cpus.map((n) => ({ attr: encodeAttr(breakpoint(0x1000n).attr), pid: -1, cpu: n })));

const noSlot = () => new SyswideError('NO_SLOT', { what: 'a', why: 'b', remedy: 'c' });

describe('taking debug registers', () => {
  it('opens at once, under the lock, when they are free', async () => {
    const { kernel, machine, clock } = slotMachine();
    const fds = await takeSlots(machine, two, () => openOn(kernel, 0, 0, 1, 1));
    expect(fds).toHaveLength(4);
    expect(kernel.openFds.size).toBe(4);
    expect(clock.locks).toBe(1);
  });

  it.each([
    [true, true],
    [false, false],
    [new KernelError('perf_event_open', constants.errno.ENOSPC), undefined],
  ])('tells who opens them whether they are hit: %s', async (hits, told) => {
    const { kernel, machine } = slotMachine();
    kernel.breakpointHits = hits;
    expect(await takeSlots(machine, two, (areHit) => [areHit])).toEqual([told]);
  });

  it('does not ask for events that need none', async () => {
    const { kernel, machine, clock } = slotMachine();
    expect(await takeSlots(machine, { events: [software('pageFaults')], places }, () => 'open')).toBe('open');
    expect(kernel.calls).toEqual([]);
    expect(clock.locks).toBe(0);
  });

  it('opens nothing when one CPU has too few, and says which, how many, and who may hold them', async () => {
    const { kernel, machine } = slotMachine(populated);
    kernel.heldSlots = ({ pid, cpu: n }) => (n === 1 ? 4 : pid === 15 ? 2 : 0);
    const error = await refusalOf(() => takeSlots(machine, one, () => openOn(kernel, 0, 1)));
    expect(error.code).toBe('NO_SLOT');
    expect(error.message).toBe(
      'cannot watch mem:0x1000 — cpu1 has 0 of 4 free; perf events are held by 4711 perf (1); ' +
        '1 process is not visible; 15 prog\\x1b[2J, traced by 12 gdb, has 2 — ' +
        'end what holds them, watch fewer addresses, or wait with --wait-slots 10s',
    );
    expect(kernel.openFds.size).toBe(0);
  });

  it('sums up many CPUs', async () => {
    const { kernel, machine } = slotMachine();
    kernel.heldSlots = ({ cpu: n }) => (n === 70 ? 2 : n < 64 ? 3 : 0);
    const many = [...CpuMask.parse('0-127')].map((n) => ({ cpu: n }));
    const error = await refusalOf(() =>
      takeSlots(machine, { events: [...two.events, breakpoint(8n)], places: many }, noSlot),
    );
    expect(error.why).toMatch(/^it takes 3 debug registers, and CPUs 0-63 have 1 of 4 free, cpu70 has 2 of 4 free;/);
  });

  it('counts for each CPU only the events that are counted there, and for a task those it has', async () => {
    const { kernel, machine } = slotMachine();
    kernel.heldSlots = ({ cpu: n }) => (n === 1 ? 3 : 0);
    const events = [breakpoint(0x1000n), breakpoint(0x2000n, {}, { cpus: CpuMask.parse('0') })];
    expect(await takeSlots(machine, { events, places }, () => 'open')).toBe('open');
    kernel.heldSlots = ({ pid }) => (pid === 11 ? 3 : 0);
    const tasks = { ...two, places: [{ tid: tid(10) }, { tid: tid(11) }] };
    const { why } = await refusalOf(() => takeSlots(machine, tasks, () => 'open'));
    expect(why).toMatch(/^it takes 2 debug registers, and thread 11 has 1 of 4 free;/);
  });

  it('judges only the CPUs that are online', async () => {
    const { kernel, machine } = slotMachine();
    kernel.refuseOpen = (request) => (request.cpu === 0 ? constants.errno.ENODEV : 0);
    expect(await takeSlots(machine, one, () => 'open')).toBe('open');
    kernel.heldSlots = () => 4;
    const { why } = await refusalOf(() => takeSlots(machine, one, () => 'open'));
    expect(why).toMatch(/^cpu1 has 0 of 4 free;/);
  });

  it('refuses an address before it looks for a register', async () => {
    const { kernel, machine } = slotMachine();
    const error = await refusalOf(() => takeSlots(machine, { events: [breakpoint(0x1002n)], places }, noSlot));
    expect(error.message).toMatch(/^cannot watch mem:0x1002 — 0x1002 is not a multiple of its length, 4/);
    expect(kernel.calls).toEqual([]);
  });

  it('does not wait for what no CPU has', async () => {
    const { machine, clock } = slotMachine();
    const events = [1n, 2n, 3n, 4n, 5n].map((n) => breakpoint(n * 0x1000n));
    const error = await refusalOf(() => takeSlots(machine, { events, places }, noSlot, { wait: ns(10n ** 10n) }));
    expect(error.message).toMatch(/^cannot watch mem:0x1000, .* and 1 more — it takes 5 .*watch at most 4 addresses/);
    expect(error.why).toMatch(/ free$/);
    expect(clock.sleeps).toEqual([]);
  });

  it('passes on what else the opening is refused for', async () => {
    const { machine } = slotMachine();
    const failing = () => {
      throw new Error('a bug');
    };
    await expect(takeSlots(machine, one, failing, { wait: ns(10n ** 9n) })).rejects.toThrow('a bug');
  });
});

describe('waiting for debug registers', () => {
  it('takes them once they are free, with growing sleeps and no lock held meanwhile', async () => {
    const { kernel, machine, clock } = slotMachine();
    kernel.heldSlots = () => (clock.ms < 400 ? 4 : 0);
    expect(await takeSlots(machine, one, () => 'open', { wait: ns(10_000_000_000n) })).toBe('open');
    expect(clock.ms).toBeGreaterThanOrEqual(400);
    expect(clock.ms).toBeLessThanOrEqual(500);
    expect(clock.sleeps[0]).toBe(5);
    expect(Math.max(...clock.sleeps)).toBe(100);
    expect(clock.sleeps).toEqual(clock.sleeps.toSorted((a, b) => a - b));
    expect(clock.locks).toBe(clock.sleeps.length + 1);
  });

  it('gives up at the deadline, not later, and says how long it waited', async () => {
    const { kernel, machine, clock } = slotMachine();
    kernel.heldSlots = () => 4;
    const error = await refusalOf(() => takeSlots(machine, one, noSlot, { wait: ns(1_500_000_000n) }));
    expect(clock.ms).toBeCloseTo(1500, 3);
    expect(error.code).toBe('NO_SLOT');
    expect(error.why).toMatch(/^CPUs 0-1 have 0 of 4 free; .*; waited 1\.5 s in vain$/);
    expect(error.remedy).toMatch(/--wait-slots for longer$/);
  });

  it('ends when it is interrupted', async () => {
    const { kernel, machine, clock } = slotMachine();
    kernel.heldSlots = () => 4;
    const interruption = {
      fd: fd(9),
      signal: 2,
      get pending() {
        return clock.ms > 20;
      },
      acknowledge: () => {},
      interrupt: () => {},
    };
    const waiting = () => takeSlots(machine, one, noSlot, { wait: ns(10_000_000_000n), interruption });
    expect((await refusalOf(waiting)).why).toMatch(/waited 23\.75 ms in vain, until interrupted$/);
    expect(kernel.calls).toContain('wait:9');
  });

  it('goes on after losing a race against somebody who does not take the lock', async () => {
    const { kernel, machine, clock } = slotMachine();
    const open = () => {
      if (clock.ms === 0) throw noSlot();
      return openOn(kernel, 0, 1);
    };
    const { why, cause } = await refusalOf(() => takeSlots(machine, one, open));
    expect(why).toMatch(/^somebody else took the last free debug register a moment ago; no other process is seen/);
    expect(cause).toBeInstanceOf(SyswideError);
    expect(await takeSlots(machine, one, open, { wait: ns(10n ** 9n) })).toHaveLength(2);
  });
});

describe('looking only', () => {
  it('passes or throws as taking would', async () => {
    const { kernel, machine } = slotMachine();
    expect(() => checkSlots(machine, two)).not.toThrow();
    kernel.heldSlots = () => 3;
    expect(() => checkSlots(machine, one)).not.toThrow();
    expect((await refusalOf(() => checkSlots(machine, two))).code).toBe('NO_SLOT');
    expect(kernel.openFds.size).toBe(0);
  });

  it('explains an ENOSPC that came later', () => {
    const { kernel, machine } = slotMachine(populated);
    kernel.heldSlots = () => 4;
    const { why } = explainNoSlot(machine, breakpoint(0x1000n), { cpu: cpu(1) });
    expect(why).toMatch(/^cpu1 has 0 of 4 free; perf events are held by 4711 perf \(1\)/);
  });
});
