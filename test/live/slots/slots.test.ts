import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { visible } from '../../../src/base/safe-text';
import { cpu, ns } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { slotsPicture } from '../../../src/gang/slots/picture';
import { probeSlots } from '../../../src/gang/slots/probe';
import { checkSlots, takeSlots } from '../../../src/gang/slots/take';
import { LocalHost } from '../../../src/host/host';
import { HostFiles } from '../../../src/host/host-files';
import { kernel, need, openFds } from '../native/machine';
import { compile, eventually } from '../run';
import { endAll, type Talker, talkTo } from './processes';

const host = new LocalHost(kernel);
const { online } = host.cpus();
const last = [...online].at(-1) ?? cpu(0);
const looks = () => probeSlots(kernel, online);

const programs = [compile('hold-breakpoints'), compile('trace-breakpoints')] as const;

beforeAll(() => {
  expect(process.arch).toBe('x64');
});
beforeEach((context) => {
  need(context, () => {
    const free = looks().map((slots) => slots.free);
    if (free.some((count) => count !== 4)) throw new Error(`not all debug registers are free: ${free}`);
  });
});
afterEach(async () => {
  await endAll();
  await eventually(() => looks().every(({ free }) => free === 4), 'all debug registers are free again');
});
afterAll(() => {
  for (const program of programs) program.dispose();
});

async function hold(pid: number, where: number, count: number): Promise<Talker> {
  const talker = talkTo(programs[0].path, [pid, where, count].map(String));
  expect(await talker.next()).toBe('held');
  return talker;
}

const watch = (address: bigint): ResolvedEvent => {
  const attr = { type: 5, config: 0n, config1: address, config2: 8n, bpType: 2 };
  return { name: `mem:0x${address.toString(16)}/8:w`, kind: 'breakpoint', attr, scale: 1, unit: '' };
};
const machine = { kernel, files: host.files, lock: <T>(action: () => T) => action() };
const one = { events: [watch(0x1000n)], places: [...online].map((n) => ({ cpu: n })) };

const reasonOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was refused';
};

describe('the debug registers of this machine', () => {
  test.each([1, 2, 3, 4])('%i held on one CPU are missing there, until kill -9', async (count) => {
    const holder = await hold(-1, last, count);
    for (const slots of looks()) {
      const held = slots.cpu === last ? count : 0;
      expect(slots).toMatchObject({ total: 4, free: 4 - held, heldByCpu: held, heldByTasks: 0 });
    }
    await holder.kill();
    expect(looks().map(({ free }) => free)).toEqual([...online].map(() => 4));
  });

  test('four of one task leave none free on any CPU', async () => {
    const task = await hold(-1, -1, 0);
    await hold(task.pid, -1, 4);
    for (const slots of looks()) expect(slots).toMatchObject({ free: 0, heldByCpu: 0, heldByTasks: 4 });
  });

  test('what a debugger sets through ptrace is found in the traced process', async () => {
    const tracer = talkTo(programs[1].path, ['3']);
    const tracee = Number((await tracer.next()).replace('traced ', ''));
    const picture = slotsPicture(kernel, host);
    expect(picture.tracees).toContainEqual({
      pid: tracee,
      comm: 'trace-breakpoin',
      user: 'root',
      tracer: tracer.pid,
      tracerComm: 'trace-breakpoin',
      breakpoints: 3,
    });
    expect(picture.holders.map(({ pid }) => pid)).not.toContain(tracee);
    const two = { ...one, events: [watch(0x1000n), watch(0x2000n)] };
    expect(await reasonOf(() => checkSlots(machine, two))).toMatch(
      new RegExp(`have 1 of 4 free; .*${tracee} trace-breakpoin, traced by ${tracer.pid} trace-breakpoin, has 3`),
    );
  });

  test('who holds perf events is listed', async () => {
    const holder = await hold(-1, last, 2);
    const found = slotsPicture(kernel, host).holders;
    expect(found).toContainEqual({ pid: holder.pid, comm: 'hold-breakpoint', user: 'root', events: 2 });
  });
});

describe('a request that finds no free register', () => {
  test('names the CPU and the holder, instead of ENOSPC', async () => {
    const holder = await hold(-1, last, 4);
    const reason = await reasonOf(() => takeSlots(machine, one, () => 'open'));
    expect(reason).toMatch(`cpu${last} has 0 of 4 free; perf events are held by `);
    expect(reason).toMatch(`${holder.pid} hold-breakpoint (4)`);
    expect(visible(reason)).toBe(reason);
  });

  test('leaves nothing behind, 1000 times', async () => {
    await hold(-1, last, 4);
    const before = openFds();
    // Looking through all processes for the error's text takes 18 ms, so most of them have none to look through.
    const lonely = { ...machine, files: new HostFiles('/nonexistent') };
    for (let i = 0; i < 1000; i += 1) {
      const reason = await reasonOf(() => takeSlots(i % 50 === 0 ? machine : lonely, one, () => 'open'));
      expect(reason).toMatch(/has 0 of 4 free/);
    }
    expect(openFds()).toEqual(before);
  });

  test('is not mistaken for what the kernel would never take: its ENOSPC hides EINVAL', async () => {
    await hold(-1, last, 4);
    expect(await reasonOf(() => checkSlots(machine, { ...one, events: [watch(0x1004n)] }))).toMatch(/not a multiple/);
  });

  test('waits for the holder to die, and then opens at once', async () => {
    const holder = await hold(-1, last, 4);
    setTimeout(holder.kill, 300);
    const begin = performance.now();
    expect(await takeSlots(machine, one, () => 'open', { wait: ns(10_000_000_000n) })).toBe('open');
    expect(performance.now() - begin).toBeGreaterThan(250);
    expect(performance.now() - begin).toBeLessThan(1500);
  });

  test('gives up at the deadline', async () => {
    await hold(-1, last, 4);
    const begin = performance.now();
    const reason = await reasonOf(() => takeSlots(machine, one, () => 'open', { wait: ns(300_000_000n) }));
    expect(reason).toMatch(/waited 3\d\d(\.\d+)? ms in vain/);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(300);
  });
});

describe('what the checks refuse', () => {
  // The kernel is asked while all registers are free: then it looks at the rest, too.
  const shapes = [
    [0x1000n, 3n, 2],
    [0x1001n, 8n, 2],
    [0x1000n, 8n, 1],
    [0x1000n, 8n, 6],
    [0x1000n, 8n, 7],
    [0x1000n, 8n, 0],
    [0x1000n, 1n, 4],
    [0x1000n, 8n, 4],
    [0x1000n, 1n, 2],
    [0x1002n, 2n, 3],
    [0x1004n, 4n, 3],
    [0x1003n, 8n, 4],
    [0xffff_ffff_8100_0000n, 8n, 4],
    [0xffff_ffff_8100_0000n, 8n, 2],
  ] as const;
  test.each(shapes)('%i, length %i, type %i: as the kernel does', async (config1, config2, bpType) => {
    const event = { ...watch(config1), attr: { type: 5, config: 0n, config1, config2, bpType } };
    const checked = await reasonOf(() => checkSlots(machine, { ...one, events: [event] }));
    const request = { attr: encodeAttr({ ...event.attr, flags: { disabled: true } }), pid: -1, cpu: last };
    const opened = await reasonOf(() => kernel.closeFds(kernel.openEvents([request])));
    expect(checked.startsWith('cannot watch')).toBe(opened.endsWith('EINVAL'));
  });
});
