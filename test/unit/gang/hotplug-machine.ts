import { constants } from 'node:os';
import { type Cpu, cpu, type Fd, type MonotonicTime, monotonicTime } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { LiveGang } from '../../../src/gang/live-gang';
import type { Connector } from '../../../src/gang/opening';
import type { Target } from '../../../src/gang/target';
import { CpuMask } from '../../../src/host/cpu-mask';
import type { HotplugNotice, HotplugSource, HotplugStep } from '../../../src/host/hotplug/hotplug-source';
import type { EventControl, EventReads, OpenRequest, Span, Standby } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';
import { type FakeCounts, type FakeEvent, FakeKernel } from '../../fake/fake-kernel';
import { FakeFiles } from '../../fake-host';

/** Calls that can be made to fail. */
export type FaultyCall = 'open' | 'control' | 'read' | 'id' | 'filter';

/** What the fake knows of a clone: the life of its CPU in which it was opened, and what it has counted. */
interface FakeClone {
  readonly life: number;
  value: bigint;
  time: bigint;
}

/**
 * A kernel whose CPUs go and come as in the real one: events cannot be opened on a CPU that is offline, those of a CPU
 * that went are dead for good, and its groups are torn apart. Counts what happens on each CPU by clone.
 */
export class HotplugKernel extends FakeKernel {
  /** By CPU: how often it has come online; absent while it is offline. */
  readonly lives = new Map<number, number>();
  /** What happened on each CPU, and what of that some clone of the first event has counted. */
  readonly happened = new Map<number, bigint>();
  readonly filters = new Map<number, string>();
  #lives = 0;
  readonly #clones = new Map<number, FakeClone>();
  #fault: { call: FaultyCall; left: number; errno: number } | undefined;

  constructor(online: readonly number[]) {
    super();
    for (const one of online) this.up(one);
    this.countsOf = (event) => this.#countsOf(event);
    this.refuseOpen = ({ cpu: where, pid }) => (pid === -1 && !this.lives.has(where) ? constants.errno.ENODEV : 0);
  }

  /** Makes the `nth` call of that kind from now on fail, once. */
  failOnce(call: FaultyCall, nth: number, errno: number = constants.errno.EIO): void {
    this.#fault = { call, left: nth, errno };
  }

  /** Whether that call has come; no call fails from now on. */
  endFaults(): boolean {
    const came = this.#fault === undefined;
    this.#fault = undefined;
    return came;
  }

  up(where: number): void {
    this.#lives += 1;
    this.lives.set(where, this.#lives);
  }

  down(where: number): void {
    this.lives.delete(where);
    for (const event of this.events()) {
      if (event.request.cpu === where) Object.assign(event, { leader: undefined });
    }
  }

  /** Something happens `n` times on a CPU that is online. */
  happen(where: number, n: bigint): void {
    if (!this.lives.has(where)) throw new Error(`nothing happens on cpu${where}: it is offline`);
    this.happened.set(where, (this.happened.get(where) ?? 0n) + n);
    for (const event of this.events()) {
      const clone = this.#cloneOf(event);
      const counts = event.request.cpu === where && event.enabled && clone.life === this.lives.get(where);
      const leads = event.leader ?? event;
      if (counts && leads.enabled) clone.value += n;
    }
  }

  override openEvents(requests: readonly OpenRequest[]): Fd[] {
    for (const index of requests.keys()) this.#maybeFail('open', index);
    const fds = super.openEvents(requests);
    for (const [i, one] of fds.entries()) {
      this.#clones.set(one, { life: this.lives.get(requests[i]?.cpu ?? -1) ?? 0, value: 0n, time: 0n });
    }
    return fds;
  }

  override controlEvents(fds: readonly Fd[], control: EventControl): Span {
    for (const index of fds.keys()) this.#maybeFail('control', index);
    const { begin, end } = super.controlEvents(fds, control);
    return { begin, end };
  }

  override readEvents(fds: readonly Fd[], size: number): EventReads {
    const reads = super.readEvents(fds, size);
    const results = reads.results.map((result, index) => {
      try {
        this.#maybeFail('read', index);
        return result;
      } catch (error) {
        if (error instanceof KernelError) return { errno: error.errno };
        throw error;
      }
    });
    return { ...reads, results };
  }

  override eventIds(fds: readonly Fd[]): bigint[] {
    for (const index of fds.keys()) this.#maybeFail('id', index);
    return super.eventIds(fds);
  }

  override setFilter(fds: readonly Fd[] = [], filter = ''): void {
    for (const [index, one] of fds.entries()) {
      this.#maybeFail('filter', index);
      this.filters.set(one, filter);
    }
  }

  #maybeFail(call: FaultyCall, index: number): void {
    if (this.#fault?.call !== call) return;
    this.#fault.left -= 1;
    if (this.#fault.left > 0) return;
    const { errno } = this.#fault;
    this.#fault = undefined;
    throw new KernelError(call, errno, index);
  }

  #cloneOf(event: FakeEvent): FakeClone {
    const clone = this.#clones.get(event.fd);
    if (!clone) throw new Error(`fd ${event.fd} was not opened here`);
    return clone;
  }

  /** The clock of a clone that lives goes on with every look at it. */
  #countsOf(event: FakeEvent): FakeCounts {
    const clone = this.#cloneOf(event);
    const lives = event.request.cpu === -1 || clone.life === this.lives.get(event.request.cpu);
    if (lives && event.enabled) clone.time += 1000n;
    return { value: clone.value, timeEnabled: clone.time, timeRunning: clone.time };
  }
}

/** Notices that a test hands over. */
export class FakeSource implements HotplugSource {
  readonly name = 'cpuhp';
  readonly fds: readonly Fd[] = [];
  notices: HotplugNotice[] = [];
  lost = false;
  deaf: readonly number[] = [];

  constructor(readonly exactTimes = true) {}

  watches(one: Cpu): boolean {
    return !this.deaf.includes(one);
  }

  watch(): void {}

  drain(): readonly HotplugNotice[] | 'lost' {
    const { notices, lost } = this;
    this.notices = [];
    this.lost = false;
    return lost ? 'lost' : notices;
  }

  close(): void {}
}

/** A machine with a live gang on it: what happens is done to the kernel, to sysfs and to the source alike. */
export class HotplugMachine {
  readonly kernel: HotplugKernel;
  readonly source: FakeSource;
  readonly files = new FakeFiles();
  readonly live: LiveGang;

  constructor(
    events: readonly ResolvedEvent[],
    {
      online = [0, 1],
      wanted = '0-3',
      target,
      exactTimes = true,
      connector,
    }: { online?: number[]; wanted?: string; target?: Target; exactTimes?: boolean; connector?: Connector } = {},
  ) {
    this.kernel = new HotplugKernel(online);
    this.source = new FakeSource(exactTimes);
    this.writeOnline();
    this.live = LiveGang.open(this.kernel, {
      events,
      target: target ?? { kind: 'cpus', cpus: CpuMask.of(online.map(cpu)).intersect(CpuMask.parse(wanted)) },
      mayMiss: () => false,
      placesMayGo: true,
      context: { permission: () => ({ why: 'no right', remedy: 'ask root' }), fdLimit: () => 10 },
      files: this.files,
      hotplug: { source: this.source, wanted: CpuMask.parse(wanted) },
      ...(connector ? { connector } : {}),
    });
  }

  get follower() {
    const { follower } = this.live;
    if (!follower) throw new Error('this gang follows CPUs');
    return follower;
  }

  /** Arms the gang without the watch, so that the test says when notices are taken in. */
  arm(): void {
    this.live.gang.arm();
    this.follower.armed(now());
  }

  up(n: number, steps: readonly HotplugStep[] = ['countable', 'online']): MonotonicTime {
    this.kernel.up(n);
    this.writeOnline();
    const at = now();
    this.tell(n, steps, at);
    return at;
  }

  down(n: number, steps: readonly HotplugStep[] = ['offline']): MonotonicTime {
    this.kernel.down(n);
    this.writeOnline();
    const at = now();
    this.tell(n, steps, at);
    return at;
  }

  tell(n: number, steps: readonly HotplugStep[], at: MonotonicTime = now()): void {
    this.source.notices.push(...steps.map((step) => ({ cpu: cpu(n), step, at })));
  }

  /** Lets the waiting thread open what is on standby, as when a notice has just come. */
  standBy(): { prepared: ReturnType<HotplugMachine['follower']['prepare']>; outcomes: StandbyOutcomes } {
    const prepared = this.follower.prepare();
    return { prepared, outcomes: this.openStandby(prepared.standby) };
  }

  /** The counts of an event on a CPU, over all clones that it has had. */
  counted(event: number, n: number): bigint {
    const readings = this.live.gang.read().readings.filter((one) => one.event === event && one.place.cpu === n);
    return readings.reduce((sum, { counts }) => sum + counts.value, 0n);
  }

  private openStandby({ cpus, enable, filters, outputs, opening }: Standby): StandbyOutcomes {
    opening[0] = 1;
    return cpus.map((requests, slice) => {
      const begin = now();
      let fds: Fd[] = [];
      try {
        fds = this.kernel.openEvents(requests);
        for (const [i, one] of fds.entries()) if (filters[i] !== undefined) this.kernel.setFilter([one], filters[i]);
        this.kernel.direct(fds, outputs[slice]);
        const heads = fds.filter((_, i) => requests[i]?.leader === undefined);
        if (enable) this.kernel.controlEvents(heads, 'enable');
        return { fds, span: { begin, end: now() } };
      } catch (error) {
        this.kernel.closeFds(fds);
        if (error instanceof KernelError) return { errno: error.errno };
        throw error;
      }
    });
  }

  private writeOnline(): void {
    const online = [...this.kernel.lives.keys()].sort().join(',');
    this.files.set('/sys/devices/system/cpu/possible', '0-3\n');
    this.files.set('/sys/devices/system/cpu/present', '0-3\n');
    this.files.set('/sys/devices/system/cpu/online', `${online}\n`);
  }
}

type StandbyOutcomes = Parameters<HotplugMachine['follower']['adopt']>[1];

export const now = (): MonotonicTime => monotonicTime(process.hrtime.bigint());
