import { constants } from 'node:os';
import type { EncodedAttr } from '../../src/abi/attr';
import { type Fd, fd, type MonotonicTime, monotonicTime, type Nanoseconds, ns, pid } from '../../src/base/units';
import type {
  CommandExit,
  EventControl,
  EventReads,
  GatedCommand,
  Kernel,
  OpenRequest,
  RingMapping,
  Span,
  Standby,
  StandbyWait,
  Ticker,
  TickerPlan,
  TimedWait,
  Timer,
  Wakeup,
} from '../../src/native/kernel';
import { KernelError } from '../../src/native/kernel-error';
import { FakeTicker } from './fake-ticker';

/** An event that the fake kernel holds open. */
export interface FakeEvent {
  readonly fd: Fd;
  readonly id: bigint;
  readonly request: OpenRequest;
  readonly attr: { type: number; config: bigint; disabled: boolean; group: boolean };
  readonly leader: FakeEvent | undefined;
  enabled: boolean;
}

/** What a fake event has counted; times in ns. */
export interface FakeCounts {
  readonly value: bigint;
  readonly timeEnabled: bigint;
  readonly timeRunning: bigint;
}

type Call = 'open' | 'close' | 'control' | 'read' | 'id' | 'wait' | 'start' | 'release';

const BREAKPOINT = 5;
const SLOTS = 4;

/**
 * A kernel in memory: knows which fds are open, hands out the counts it is told to, and refuses any call it is told to
 * refuse. What `openFds` lists at the end of a test has leaked.
 */
export class FakeKernel implements Kernel {
  readonly pageSize = 4096;
  readonly openFds = new Map<number, FakeEvent | string>();
  /** Every call in order, as `name:detail`. */
  readonly calls: string[] = [];
  /** What reading an event gives. */
  countsOf: (event: FakeEvent) => FakeCounts = () => ({ value: 0n, timeEnabled: 0n, timeRunning: 0n });
  /** The errno with which an open is refused, 0 for none. */
  refuseOpen: (request: OpenRequest, attr: FakeEvent['attr']) => number = () => 0;
  /** How many of the four debug registers others hold at the place of a breakpoint. */
  heldSlots: (request: OpenRequest) => number = () => 0;
  /** Whether breakpoints are hit, or why that cannot be tried. */
  breakpointHits: boolean | KernelError = true;
  /** What is ready after a wait; by default the first fd. A promise holds the wait that long. */
  onWait: (fds: readonly Fd[], timeoutMs: number | undefined) => Fd[] | Promise<Fd[]> = (fds) => fds.slice(0, 1);
  /** Timers that are set, in the order they were: calling one lets it expire. */
  readonly timers = new Set<(expirations: bigint) => void>();
  /** When they were set to expire for the first time, and then how often. */
  readonly timerTimes: { readonly first: MonotonicTime; readonly every: Nanoseconds | undefined }[] = [];
  /** Those that read. */
  readonly tickers = new Set<FakeTicker>();
  /** Where the records of an event go. */
  readonly outputs = new Map<Fd, Fd>();
  /** What a released command does. */
  commandExit: Partial<CommandExit> & { execErrno?: number } = { exitCode: 0 };
  #failures: { call: Call; nth: number; errno: number }[] = [];
  #seen = new Map<Call, number>();
  #nextFd = 100;
  #time = 1_000_000n;
  readonly #ready = new Set<Fd>();
  readonly #held = new Set<{ readonly fds: readonly Fd[]; readonly end: (ready: Fd[]) => void }>();

  /** Makes the `nth` call of a kind, counted from 1 and by member for batches, fail. */
  fail(call: Call, nth: number, errno: number = constants.errno.EIO): void {
    this.#failures.push({ call, nth, errno });
  }

  /** Those that count now: a group's member does only while its leader does. */
  counting(): FakeEvent[] {
    return this.events().filter(({ enabled, leader }) => enabled && (leader?.enabled ?? true));
  }

  /** From now on waits end when one of their fds is made ready, by the test or by a signalled wakeup, and not before. */
  holdWaits(): void {
    this.onWait = (fds, timeoutMs) =>
      new Promise((resolve) => {
        if (timeoutMs === 0) resolve([]);
        else this.#held.add({ fds, end: resolve });
        this.#endWaits();
      });
  }

  /** Makes fds readable, for good. */
  makeReady(...fds: readonly Fd[]): void {
    for (const one of fds) this.#ready.add(one);
    this.#endWaits();
  }

  /** Lets the clock go on, and tickers read when they are due. */
  pass(time: bigint): void {
    const end = this.#time + time;
    const due = () => [...this.tickers].filter(({ next }) => next <= end).sort((a, b) => Number(a.next - b.next))[0];
    for (let ticker = due(); ticker; ticker = due()) {
      if (ticker.next > this.#time) this.elapse(ticker.next - this.#time);
      ticker.tick();
    }
    if (end > this.#time) this.elapse(end - this.#time);
  }

  /** So much time goes by. */
  protected elapse(time: bigint): void {
    this.#time += time;
  }

  /** Lets every timer that is set expire. */
  ring(expirations = 1n): void {
    for (const timer of [...this.timers]) timer(expirations);
  }

  events(): FakeEvent[] {
    return [...this.openFds.values()].filter((held): held is FakeEvent => typeof held !== 'string');
  }

  openEvents(requests: readonly OpenRequest[]): Fd[] {
    const opened: FakeEvent[] = [];
    for (const [index, request] of requests.entries()) {
      try {
        const attr = decode(request.attr);
        this.#call('open', index, `${attr.type}/${attr.config}@${request.pid}/${request.cpu}`);
        const errno = this.refuseOpen(request, attr) || (attr.type === BREAKPOINT ? this.#slotErrno(request) : 0);
        if (errno) throw new KernelError('perf_event_open', errno, index);
        opened.push(this.#hold(request, attr, opened));
      } catch (error) {
        for (const event of opened) this.openFds.delete(event.fd);
        throw error;
      }
    }
    return opened.map((event) => event.fd);
  }

  closeFds(fds: readonly Fd[]): void {
    for (const one of fds) {
      if (!this.openFds.delete(one)) throw new Error(`fd ${one} closed twice`);
    }
    this.calls.push(`close:${fds.length}`);
  }

  controlEvents(fds: readonly Fd[], control: EventControl): Span {
    const begin = this.#now();
    for (const [index, one] of fds.entries()) {
      this.#call('control', index, control);
      const event = this.#event(one);
      if (control !== 'reset') event.enabled = control === 'enable';
    }
    return { begin, end: this.#now() };
  }

  readEvents(fds: readonly Fd[], size: number): EventReads {
    const begin = this.#now();
    const results = fds.map((one, index) => {
      try {
        this.#call('read', index, `${one}`);
        return this.#read(this.#event(one)).subarray(0, size);
      } catch (error) {
        if (error instanceof KernelError) return { errno: error.errno };
        throw error;
      }
    });
    return { results, begin, end: this.#now() };
  }

  startTicker(plan: TickerPlan): Ticker {
    const ticker = new FakeTicker(this, plan, () => this.tickers.delete(ticker));
    this.tickers.add(ticker);
    return ticker;
  }

  eventIds(fds: readonly Fd[]): bigint[] {
    return fds.map((one, index) => {
      this.#call('id', index, `${one}`);
      return this.#event(one).id;
    });
  }

  async wait(fds: readonly Fd[], timeoutMs?: number): Promise<Fd[]> {
    this.#call('wait', 0, fds.join(','));
    return this.onWait(fds, timeoutMs);
  }

  async waitTimed(fds: readonly Fd[]): Promise<TimedWait> {
    return { ready: await this.wait(fds), at: this.#now() };
  }

  /** Opens what is on standby at once, as for CPUs that are online already. */
  async waitStandby(watched: readonly Fd[], others: readonly Fd[], standby: Standby): Promise<StandbyWait> {
    const outcomes = standby.cpus.map((requests, i) => {
      try {
        const fds = this.openEvents(requests);
        this.direct(fds, standby.outputs[i]);
        return { fds, span: this.controlEvents(standby.enable ? fds : [], 'enable') };
      } catch (error) {
        if (error instanceof KernelError) return { errno: error.errno };
        throw error;
      }
    });
    return { ready: await this.wait([...watched, ...others]), outcomes };
  }

  hearPipeSignal(): void {}

  createWakeup(): Wakeup {
    const one = this.#open('eventfd');
    return {
      fd: one,
      signal: () => this.makeReady(one),
      clear: () => void this.#ready.delete(one),
      close: () => {
        if (this.openFds.has(one)) this.closeFds([one]);
      },
    };
  }

  createTimer(first: MonotonicTime, every: Nanoseconds | undefined, ring: (expirations: bigint) => void): Timer {
    this.timers.add(ring);
    this.timerTimes.push({ first, every });
    return { close: () => void this.timers.delete(ring) };
  }

  hitsBreakpoints(): boolean {
    this.calls.push('hits');
    if (this.breakpointHits instanceof KernelError) throw this.breakpointHits;
    return this.breakpointHits;
  }

  sync(): void {
    this.calls.push('sync');
  }

  startCommand(argv: readonly string[]): GatedCommand {
    this.#call('start', 0, argv.join(' '));
    const pidfd = this.#open('pidfd');
    const close = () => void this.openFds.delete(pidfd);
    return {
      pid: pid(4711),
      pidfd,
      release: () => {
        this.#call('release', 0, argv.join(' '));
        if (this.commandExit.execErrno) throw new KernelError('execve', this.commandExit.execErrno);
        return this.#now();
      },
      releaseToExec: () => {
        this.#call('release', 0, `${argv.join(' ')}, to its exec`);
        if (this.commandExit.execErrno) throw new KernelError('execve', this.commandExit.execErrno);
      },
      resume: () => {
        this.calls.push('resume');
        return this.#now();
      },
      abandon: close,
      reap: () => {
        close();
        return { ...quietExit, ...this.commandExit, end: this.#now() };
      },
    };
  }

  openPidfd(): Fd {
    return this.#open('pidfd');
  }

  openTracefs(): Fd {
    throw new KernelError('fsopen', constants.errno.ENODEV);
  }

  setPeriod(): void {
    throw new Error('not part of this fake');
  }
  setFilter(): void {
    throw new Error('not part of this fake');
  }
  modifyEvents(): void {
    throw new Error('not part of this fake');
  }
  /** `setOutput` of those that have one. */
  direct(fds: readonly Fd[], outputs: readonly (Fd | undefined)[] = []): void {
    for (const [i, one] of fds.entries()) {
      const output = outputs[i];
      if (output !== undefined) this.setOutput([one], [output]);
    }
  }

  setOutput(fds: readonly Fd[], targets: readonly Fd[]): void {
    for (const [i, one] of fds.entries()) this.outputs.set(one, targets[i] ?? one);
  }
  clockTime(): bigint {
    return this.#now();
  }
  pauseOutput(): void {
    throw new Error('not part of this fake');
  }
  mapRing(): RingMapping {
    throw new Error('not part of this fake');
  }
  ringHeads(): bigint[] {
    throw new Error('not part of this fake');
  }
  advanceRings(): void {
    throw new Error('not part of this fake');
  }
  hungUp(): Fd[] {
    return [];
  }
  tryLock(): boolean {
    return true;
  }
  unlock(): void {}
  openUevents(): Fd {
    return this.#open('uevents');
  }
  receiveUevent(): undefined {
    return undefined;
  }

  #endWaits(): void {
    for (const held of this.#held) {
      const ready = held.fds.filter((one) => this.#ready.has(one));
      if (ready.length === 0) continue;
      this.#held.delete(held);
      held.end(ready);
    }
  }

  #call(call: Call, index: number, detail: string): void {
    const nth = (this.#seen.get(call) ?? 0) + 1;
    this.#seen.set(call, nth);
    this.calls.push(`${call}:${detail}`);
    const failure = this.#failures.find((planned) => planned.call === call && planned.nth === nth);
    if (failure) throw new KernelError(call, failure.errno, index);
  }

  /** The kernel reserves a slot before it looks at anything else. */
  #slotErrno(request: OpenRequest): number {
    const alike = ({ attr, request: { pid, cpu } }: FakeEvent) =>
      attr.type === BREAKPOINT && pid === request.pid && cpu === request.cpu;
    return this.events().filter(alike).length + this.heldSlots(request) < SLOTS ? 0 : constants.errno.ENOSPC;
  }

  #open(what: string): Fd {
    const one = fd(this.#nextFd++);
    this.openFds.set(one, what);
    return one;
  }

  #hold(request: OpenRequest, attr: FakeEvent['attr'], batch: readonly FakeEvent[]): FakeEvent {
    const one = this.#open('event');
    const { leader } = request;
    const held = leader && ('request' in leader ? batch[leader.request] : this.#event(leader.fd));
    if (leader && !held) throw new Error('a leader comes before its members');
    const event = { fd: one, id: BigInt(one) + 1000n, request, attr, leader: held, enabled: !attr.disabled };
    this.openFds.set(one, event);
    return event;
  }

  #event(one: Fd): FakeEvent {
    const event = this.openFds.get(one);
    if (event === undefined || typeof event === 'string') throw new Error(`fd ${one} is no open event`);
    return event;
  }

  #read(event: FakeEvent): Uint8Array {
    const own = this.countsOf(event);
    if (!event.attr.group) return words(own.value, own.timeEnabled, own.timeRunning, event.id);
    const members = [event, ...this.events().filter((other) => other.leader === event)];
    // The kernel promises no order, so the fake gives the least convenient one.
    const values = members.reverse().flatMap((member) => [this.countsOf(member).value, member.id]);
    return words(BigInt(members.length), own.timeEnabled, own.timeRunning, ...values);
  }

  #now(): MonotonicTime {
    this.#time += 1000n;
    return monotonicTime(this.#time);
  }
}

const quietExit: Omit<CommandExit, 'end'> = {
  userTime: ns(0n),
  systemTime: ns(0n),
  maxRssKib: 0n,
  minorFaults: 0n,
  majorFaults: 0n,
  voluntarySwitches: 0n,
  involuntarySwitches: 0n,
};

const words = (...values: bigint[]): Uint8Array => new Uint8Array(BigUint64Array.from(values).buffer);

function decode(attr: EncodedAttr): FakeEvent['attr'] {
  const view = new DataView(attr.buffer, attr.byteOffset);
  return {
    type: view.getUint32(0, true),
    config: view.getBigUint64(8, true),
    disabled: (view.getBigUint64(40, true) & 1n) === 1n,
    group: (view.getBigUint64(32, true) & 8n) !== 0n,
  };
}
