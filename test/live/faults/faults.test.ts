import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { pid } from '../../../src/base/units';
import { OwnCost } from '../../../src/counts/own-cost';
import { parseEvents } from '../../../src/events/parse';
import { resolveEvents } from '../../../src/events/resolve-events';
import { LiveGang } from '../../../src/gang/live-gang';
import { refusalContext } from '../../../src/gang/refusal-context';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { registerGang } from '../../../src/gang/registry/register';
import { CpuMask } from '../../../src/host/cpu-mask';
import { LocalHost } from '../../../src/host/host';
import { hotpluggable, openHotplugSource } from '../../../src/host/hotplug/open-source';
import type { Kernel } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';
import { RealKernel } from '../../../src/native/real-kernel';
import { needs } from '../needs';
import { isRoot } from '../run';

const real = new RealKernel();
const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
const place = { path: join(folder, 'registry'), uid: process.getuid?.() ?? 0 };
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Calls that the kernel can refuse while a gang lives. Closing is not among them: it cannot be refused. */
const refusable = new Set<string>([
  'openEvents',
  'controlEvents',
  'readEvents',
  'eventIds',
  'setPeriod',
  'setFilter',
  'modifyEvents',
  'mapRing',
  'createWakeup',
  'openTracefs',
  'openUevents',
  'ringHeads',
  'waitStandby',
  'tryLock',
]);

/** The real kernel, but for its `nth` call, which is refused. `calls` tells how many there were. */
function faulty(nth: number): { kernel: Kernel; calls: () => string[] } {
  const calls: string[] = [];
  const kernel = new Proxy(real, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      if (typeof name !== 'string' || !refusable.has(name)) return value.bind(target);
      return (...args: unknown[]) => {
        calls.push(name);
        if (calls.length === nth) throw new KernelError(name, constants.errno.EIO, 0);
        return value.apply(target, args);
      };
    },
  });
  return { kernel, calls: () => calls };
}

/** A gang's whole life: groups, a filter, own cost, hotplug, the registry, changes, reading. */
async function live(kernel: Kernel): Promise<void> {
  const host = new LocalHost(kernel);
  const closing: (() => unknown)[] = [() => host.close()];
  try {
    const events = resolveEvents(parseEvents('{page-faults,context-switches},raw_syscalls:sys_enter'), host);
    const filtered = events.map((event) => (event.kind === 'tracepoint' ? { ...event, filter: 'id == 1' } : event));
    const { online, possible } = host.cpus();
    const source = openHotplugSource(kernel, host, hotpluggable(host.files, possible));
    closing.push(() => source.close());
    const gang = LiveGang.open(kernel, {
      events: filtered,
      target: { kind: 'cpus', cpus: online },
      hotplug: { source, wanted: possible },
      files: host.files,
      lock: new HostWideLock(kernel),
      mayMiss: () => false,
      placesMayGo: true,
      context: refusalContext(host),
    });
    closing.push(() => gang.close());
    const { events: counted, missing } = gang.gang;
    const threads = () => host.processes.threads(pid(process.pid));
    const own = OwnCost.open(kernel, { events: counted, missing, threads, isNeeded: false });
    if (own) closing.push(() => own.close());
    gang.accompany(own);
    const registration = registerGang(kernel, { command: ['test'], controllable: gang, place });
    closing.push(() => registration.close());
    gang.arm();
    gang.set({ cpus: CpuMask.of([...online].slice(0, 1)) });
    gang.set({ cpus: online, filter: 'id == 2' });
    gang.pause();
    gang.arm();
    own?.read();
    await gang.settle();
    gang.read();
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** What a process could leak: its fds by what they are, its mappings of rings, its entries in the registry. */
function held(): string[] {
  const fds = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`).replace(/\d+/g, 'n')];
    } catch {
      return [];
    }
  });
  const rings = readFileSync('/proc/self/maps', 'utf8').match(/anon_inode:\[perf_event\]/g) ?? [];
  let entries: string[] = [];
  try {
    entries = readdirSync(place.path);
  } catch {
    // Nothing has been registered yet.
  }
  return [...fds, ...rings, ...entries].sort();
}

describe('whatever call the kernel refuses', () => {
  needs(isRoot, 'root, to count whole CPUs');

  it('nothing is left behind: no fd, no mapping, no entry', { timeout: 120_000 }, async () => {
    await live(real);
    const before = held();
    let calls: string[] = [];
    for (let nth = 1; nth === 1 || nth <= calls.length; nth += 1) {
      const fault = faulty(nth);
      const ended = await live(fault.kernel).then(
        () => 'went on',
        (error: unknown) => error,
      );
      calls = fault.calls().length > calls.length ? fault.calls() : calls;
      const which = `call ${nth}, ${calls[nth - 1]}: ${ended}`;
      expect(held(), which).toEqual(before);
      expect(ended === 'went on' || ended instanceof SyswideError || ended instanceof KernelError, which).toBe(true);
    }
    process.stdout.write(`${calls.length} calls were refused in turn: ${[...new Set(calls)].join(', ')}\n`);
    expect(calls.length).toBeGreaterThan(25);
  });
});
