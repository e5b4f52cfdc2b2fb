import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Fd, tid } from '../../../src/base/units';
import { measure } from '../../../src/counts/measure';
import type { MeasureRequest } from '../../../src/counts/measure-request';
import type { StatResult } from '../../../src/counts/stat-result';
import type { Controllable } from '../../../src/gang/controllable';
import { HostWideLock } from '../../../src/gang/registry/host-lock';
import { CpuMask } from '../../../src/host/cpu-mask';
import { software } from '../../fake/events';
import { FakeInterruption } from '../../fake/fake-interruption';
import { FakeKernel } from '../../fake/fake-kernel';
import { FakeFiles } from '../../fake-host';

const MS = 1_000_000n;
const cpus = CpuMask.parse('0-1');
const files = new FakeFiles(
  Object.fromEntries(['possible', 'present', 'online'].map((name) => [`/sys/devices/system/cpu/${name}`, '0-1\n'])),
);

/** Counts a thousand a millisecond on each CPU, a tenth of which is syswide's own. */
class SharedKernel extends FakeKernel {
  readonly #counts = new Map<number, bigint>();
  /** By fd. */
  readonly filters = new Map<number, string>();

  constructor() {
    super();
    this.holdWaits();
    this.countsOf = ({ fd, request }) => {
      const time = this.#counts.get(fd) ?? 0n;
      const value = (time * 1000n) / MS;
      return { value: request.pid === -1 ? value : value / 10n, timeEnabled: time, timeRunning: time };
    };
  }

  override setFilter(fds: readonly Fd[] = [], filter = ''): void {
    for (const one of fds) this.filters.set(one, filter);
  }

  protected override elapse(time: bigint): void {
    super.elapse(time);
    for (const { fd, enabled, leader } of this.events()) {
      if (enabled && (leader?.enabled ?? true)) this.#counts.set(fd, (this.#counts.get(fd) ?? 0n) + time);
    }
  }
}

let kernel = new SharedKernel();
beforeEach(() => {
  kernel = new SharedKernel();
});
afterEach(() => expect(kernel.openFds.size).toBe(0));

/** Of both CPUs for ten milliseconds, and for ten more after something was done to it. */
async function counted(change: (gang: Controllable) => void, more: Partial<MeasureRequest> = {}): Promise<StatResult> {
  let gang: Controllable | undefined;
  const openToControl = (opened: Controllable) => {
    gang = opened;
    return { notices: [], close: async () => {} };
  };
  const interruption = new FakeInterruption(kernel);
  const request: MeasureRequest = {
    events: [software('contextSwitches')],
    unasked: new Set(),
    leftOut: new Map(),
    allowMissing: false,
    files,
    lock: new HostWideLock(kernel),
    ownThreads: () => [tid(9)],
    excludeOwn: true,
    scale: true,
    permission: () => ({ why: '', remedy: '' }),
    fdLimit: () => undefined,
    until: [],
    notices: [],
    subject: { kind: 'system', cpus },
    target: { kind: 'cpus', cpus },
    openToControl,
    ...more,
  };
  const result = measure(kernel, request, interruption, () => false);
  await new Promise(setImmediate);
  kernel.pass(10n * MS);
  if (gang) change(gang);
  kernel.pass(10n * MS);
  interruption.interrupt();
  return await result;
}

const tracepoint = software('dummy', { name: 'a:b', kind: 'tracepoint', filter: 'id == 1' });
const shown = ({ counts, own }: StatResult) => [counts[0]?.total.value, own?.[0]?.total.value];

describe('what syswide adds', () => {
  it('is known of the CPUs that are counted, while they are', async () => {
    expect(shown(await counted(() => {}))).toEqual([36_000n, 4_000n]);
    kernel = new SharedKernel();
    const moved = await counted((gang) => gang.set({ cpus: CpuMask.parse('0') }));
    expect(shown(moved)).toEqual([27_000n, 3_000n]);
    expect([...(moved.counts[0]?.perCpu ?? [])].map(([, { value }]) => value)).toEqual([18_000n, 9_000n]);
  });

  it('is known of CPUs that were added', async () => {
    const only = { subject: { kind: 'cpus', cpus: CpuMask.parse('0'), list: '0' } as const };
    const target = { kind: 'cpus', cpus: CpuMask.parse('0') } as const;
    const added = await counted((gang) => gang.set({ cpus }), { ...only, target });
    expect(shown(added)).toEqual([27_000n, 3_000n]);
  });

  it('is filtered as the whole is, and has what there was before', async () => {
    const [before, after]: string[][] = [[], []];
    const filters = () => kernel.events().map(({ fd, request }) => `${request.pid}: ${kernel.filters.get(fd)}`);
    const change = (gang: Controllable) => {
      before?.push(...filters());
      gang.set({ filter: 'id == 2' });
      after?.push(...filters());
    };
    const result = await counted(change, { events: [tracepoint] });
    expect(shown(result)).toEqual([36_000n, 4_000n]);
    expect(new Set(before)).toEqual(new Set(['-1: id == 1', '9: id == 1']));
    expect(new Set(after)).toEqual(new Set(['-1: id == 2', '9: id == 2']));
  });

  it('stands still while the whole does', async () => {
    const result = await counted((gang) => {
      gang.disable();
      gang.set({ cpus: CpuMask.parse('0') });
    });
    expect(shown(result)).toEqual([18_000n, 2_000n]);
  });

  it('is as it was where a change is refused', async () => {
    for (const set of [{ cpus: CpuMask.parse('0,7') }, { period: 5n }]) {
      kernel = new SharedKernel();
      const result = await counted((gang) => expect(() => gang.set(set)).toThrow());
      expect(shown(result)).toEqual([36_000n, 4_000n]);
    }
  });

  it('that is to be taken out and cannot be had refuses a change; that is only told is told no more', async () => {
    const refuse = (gang: Controllable) => {
      kernel.refuseOpen = ({ pid }) => (pid === -1 ? 0 : constants.errno.EMFILE);
      return gang;
    };
    const kept = await counted((gang) => expect(() => refuse(gang).set({ cpus: CpuMask.parse('0') })).toThrow());
    expect(shown(kept)).toEqual([36_000n, 4_000n]);
    kernel = new SharedKernel();
    const given = await counted((gang) => refuse(gang).set({ cpus: CpuMask.parse('0') }), { excludeOwn: false });
    expect(shown(given)).toEqual([30_000n, undefined]);
  });
});
