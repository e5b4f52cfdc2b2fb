import { constants } from 'node:os';
import type { EncodedAttr } from '../abi/attr';
import { assert } from '../base/assert';
import { type Fd, fd, type MonotonicTime, monotonicTime, type Nanoseconds, type Pid } from '../base/units';
import { packEvents } from './event-batch';
import { scratch } from './foreign-library';
import { RealGatedCommand } from './gated-command';
import type {
  EventControl,
  EventReads,
  GatedCommand,
  Kernel,
  OpenRequest,
  RingMapping,
  RingMode,
  Span,
  Standby,
  StandbyWait,
  Ticker,
  TickerPlan,
  TimedWait,
  Timer,
  Wakeup,
} from './kernel';
import { KernelError } from './kernel-error';
import { controlCodes, spanLayout } from './layout';
import { inheritedNofile } from './nofile-limit';
import { packInt32, packUint64, unpackInt32, unpackUint64 } from './packed-integers';
import { hungUpOf, readyOf } from './poll-result';
import { RealRingMapping } from './ring-mapping';
import { type Shim, sharedShim } from './shim';
import { PackedStandby } from './standby';
import { RealTicker } from './ticker';
import { LoopTimer } from './timer';
import { WaitingThreads } from './waiting-threads';
import { EventfdWakeup } from './wakeup';

const { EMSGSIZE, ENOBUFS, EAGAIN, EWOULDBLOCK } = constants.errno;

/** The kernel sends at most 2 KiB of variables behind the device's path (UEVENT_BUFFER_SIZE, include/linux/kobject.h). */
const UEVENT_BYTES = 8192;

/** The longest time sw_wait_many() takes. */
const MAX_TIMEOUT_MS = 0x7fffffff;

/** What a wait takes: milliseconds, -1 for no limit. */
const limit = (timeoutMs: number | undefined): number =>
  timeoutMs === undefined ? -1 : Math.min(Math.max(0, Math.ceil(timeoutMs)), MAX_TIMEOUT_MS);

/** The kernel itself, through the native shim. */
export class RealKernel implements Kernel {
  readonly pageSize: number;
  readonly #shim: Shim;
  readonly #failed = scratch(4);
  readonly #uevent = scratch(UEVENT_BYTES);
  readonly #processExit: Wakeup;
  readonly #threads = new WaitingThreads({
    block: (fds, ms) => this.#blockFor(fds, ms),
    createWakeup: () => this.createWakeup(),
  });

  static #shared: RealKernel | undefined;

  /**
   * The one of this process, made when first asked for. It lives as long: what ends its waits at the exit is never closed.
   * @throws SyswideError SHIM when the shim cannot be loaded
   */
  static shared(): RealKernel {
    RealKernel.#shared ??= new RealKernel();
    return RealKernel.#shared;
  }

  /** @throws SyswideError SHIM when the shim cannot be loaded */
  constructor(shim: Shim = sharedShim()) {
    this.#shim = shim;
    this.pageSize = shim.sw_page_size();
    this.#processExit = this.createWakeup();
    process.once('exit', () => this.#processExit.signal());
  }

  openEvents(requests: readonly OpenRequest[]): Fd[] {
    const batch = packEvents(requests);
    const fds = scratch(requests.length * 4);
    const opened = this.#shim.sw_open_many(
      batch.attrs,
      batch.stride,
      batch.attrCount,
      batch.config1Offsets,
      batch.texts,
      batch.texts.length,
      batch.requests,
      requests.length,
      fds,
      this.#failed,
    );
    this.#checkBatch('perf_event_open', opened);
    return unpackInt32(fds).map(fd);
  }

  closeFds(fds: readonly Fd[]): void {
    check('close', this.#shim.sw_close_many(packInt32(fds), fds.length));
  }

  controlEvents(fds: readonly Fd[], control: EventControl): Span {
    const span = scratch(spanLayout.size);
    const [packed, code] = [packInt32(fds), controlCodes[control]];
    const done = this.#shim.sw_control_many(packed, fds.length, code, span, this.#failed);
    this.#checkBatch(`PERF_EVENT_IOC_${control.toUpperCase()}`, done);
    return decodeSpan(span);
  }

  readEvents(fds: readonly Fd[], size: number): EventReads {
    const span = scratch(spanLayout.size);
    const bytes = scratch(fds.length * size);
    const lengths = scratch(fds.length * 4);
    check('read', this.#shim.sw_read_many(packInt32(fds), fds.length, bytes, size, lengths, span));
    const results = unpackInt32(lengths).map((length, i) =>
      length < 0 ? { errno: -length } : bytes.subarray(i * size, i * size + length),
    );
    return { ...decodeSpan(span), results };
  }

  startTicker(plan: TickerPlan): Ticker {
    return new RealTicker(this.#shim, plan);
  }

  eventIds(fds: readonly Fd[]): bigint[] {
    const ids = scratch(fds.length * 8);
    this.#checkBatch('PERF_EVENT_IOC_ID', this.#shim.sw_id_many(packInt32(fds), fds.length, ids, this.#failed));
    return unpackUint64(ids);
  }

  setPeriod(fds: readonly Fd[], period: bigint): void {
    const packed = packUint64([period]);
    const done = this.#shim.sw_set_period_many(packInt32(fds), fds.length, packed, this.#failed);
    this.#checkBatch('PERF_EVENT_IOC_PERIOD', done);
  }

  setFilter(fds: readonly Fd[], filter: string): void {
    const text = Buffer.from(`${filter}\0`);
    const done = this.#shim.sw_set_filter_many(packInt32(fds), fds.length, text, this.#failed);
    this.#checkBatch('PERF_EVENT_IOC_SET_FILTER', done);
  }

  modifyEvents(fds: readonly Fd[], attr: EncodedAttr): void {
    const bytes = Buffer.from(attr);
    const done = this.#shim.sw_modify_many(packInt32(fds), fds.length, bytes, bytes.length, this.#failed);
    this.#checkBatch('PERF_EVENT_IOC_MODIFY_ATTRIBUTES', done);
  }

  setOutput(fds: readonly Fd[], targets: readonly Fd[]): void {
    assert(fds.length === targets.length, 'every event has its target');
    const done = this.#shim.sw_set_output_many(packInt32(fds), packInt32(targets), fds.length, this.#failed);
    this.#checkBatch('PERF_EVENT_IOC_SET_OUTPUT', done);
  }

  pauseOutput(fds: readonly Fd[], paused: boolean): void {
    const done = this.#shim.sw_pause_output_many(packInt32(fds), fds.length, paused ? 1 : 0, this.#failed);
    this.#checkBatch('PERF_EVENT_IOC_PAUSE_OUTPUT', done);
  }

  hitsBreakpoints(): boolean {
    return check('perf_event_open', this.#shim.sw_breakpoint_hits()) > 0;
  }

  mapRing(ringFd: Fd, dataPages: number, mode: RingMode): RingMapping {
    return new RealRingMapping(this.#shim, ringFd, dataPages, mode, this.pageSize);
  }

  ringHeads(rings: readonly RingMapping[]): bigint[] {
    const heads = scratch(rings.length * 8);
    const addresses = packUint64(rings.map((ring) => ring.address));
    check('ring heads', this.#shim.sw_ring_heads(addresses, rings.length, heads));
    return unpackUint64(heads);
  }

  advanceRings(rings: readonly RingMapping[], tails: readonly bigint[]): void {
    assert(rings.length === tails.length, 'every ring has its tail');
    assert(
      rings.every((ring) => ring.mode === 'drain'),
      'an overwrite ring, which is mapped read-only, has no tail',
    );
    const addresses = packUint64(rings.map((ring) => ring.address));
    check('ring tails', this.#shim.sw_ring_advance(addresses, rings.length, packUint64(tails)));
  }

  async wait(fds: readonly Fd[], timeoutMs?: number): Promise<Fd[]> {
    return [...(await this.waitTimed(fds, timeoutMs)).ready];
  }

  async waitTimed(fds: readonly Fd[], timeoutMs?: number): Promise<TimedWait> {
    const all = this.#endable(fds);
    const [events, woken] = [scratch(all.length * 4), scratch(8)];
    const { sw_wait_many: wait } = this.#shim;
    const args = (ms: number) => [packInt32(all), all.length, ms, events, woken] as const;
    const look = () => wait(...args(0));
    const take = (at: MonotonicTime) => {
      const taken = look();
      woken.writeBigUInt64LE(at);
      return taken;
    };
    const waiting = { fds: all, block: (ms: number) => wait.async(...args(ms)), take, look };
    check('poll', await this.#threads.wait(waiting, limit(timeoutMs)));
    return { ready: readyOf(fds, unpackInt32(events)), at: monotonicTime(woken.readBigUInt64LE()) };
  }

  async waitStandby(
    watched: readonly Fd[],
    others: readonly Fd[],
    standby: Standby,
    timeoutMs?: number,
  ): Promise<StandbyWait> {
    const fds = [...watched, ...others];
    const all = this.#endable(fds);
    const events = scratch(all.length * 4);
    const packed = new PackedStandby(standby);
    const { sw_wait_many: look, sw_wait_standby: wait } = this.#shim;
    let isOnThread = true;
    const args = (ms: number) => [packInt32(all), all.length, watched.length, ms, events, ...packed.arguments] as const;
    const waiting = {
      fds: all,
      block: (ms: number) => wait.async(...args(ms)),
      take: () => {
        isOnThread = false;
        return wait(...args(0));
      },
      look: () => look(packInt32(all), all.length, 0, scratch(all.length * 4), scratch(8)),
    };
    check('poll', await this.#threads.wait(waiting, limit(timeoutMs)));
    const revents = unpackInt32(events);
    if (isOnThread && revents.slice(0, watched.length).some((one) => one !== 0)) {
      // What is done with the outcome, and the next wait, come before the event loop gets to this.
      setImmediate(() => check('sched_setscheduler', this.#shim.sw_standby_done()));
    }
    return { ready: readyOf(fds, revents), outcomes: packed.outcomes };
  }

  async #blockFor(fds: readonly Fd[], timeoutMs: number): Promise<MonotonicTime> {
    const [events, woken] = [scratch(fds.length * 4), scratch(8)];
    check('poll', await this.#shim.sw_wait_many.async(packInt32(fds), fds.length, timeoutMs, events, woken));
    return monotonicTime(woken.readBigUInt64LE());
  }

  /** Node joins its threads when it exits: a wait that nothing ends would hang process.exit() for ever. */
  #endable(fds: readonly Fd[]): Fd[] {
    return [...fds, this.#processExit.fd];
  }

  hungUp(fds: readonly Fd[]): Fd[] {
    if (fds.length === 0) return [];
    const events = scratch(fds.length * 4);
    check('poll', this.#shim.sw_wait_many(packInt32(fds), fds.length, 0, events, scratch(8)));
    return hungUpOf(fds, unpackInt32(events));
  }

  createWakeup(): Wakeup {
    return new EventfdWakeup(this.#opened('eventfd', this.#shim.sw_eventfd()));
  }

  hearPipeSignal(heard: boolean): void {
    check('sigaction', this.#shim.sw_pipe_signal(heard ? 1 : 0));
  }

  createTimer(first: MonotonicTime, every: Nanoseconds | undefined, ring: (expirations: bigint) => void): Timer {
    return new LoopTimer(first, every, ring);
  }

  clockTime(clockId: number): bigint {
    const time = scratch(8);
    check('clock_gettime', this.#shim.sw_clock_ns(clockId, time));
    return time.readBigUInt64LE();
  }

  sync(): void {
    check('sync', this.#shim.sw_sync());
  }

  startCommand(argv: readonly string[], output?: Fd): GatedCommand {
    return new RealGatedCommand(this.#shim, argv, { nofile: inheritedNofile(), output });
  }

  openPidfd(process: Pid): Fd {
    return this.#opened('pidfd_open', this.#shim.sw_pidfd_open(process));
  }

  openTracefs(): Fd {
    return this.#opened('fsopen', this.#shim.sw_tracefs_open());
  }

  tryLock(file: Fd, mode: 'exclusive' | 'shared'): boolean {
    const locked = this.#shim.sw_lock(file, mode === 'exclusive' ? 1 : 0);
    if (locked === -EWOULDBLOCK) return false;
    check('flock', locked);
    return true;
  }

  unlock(file: Fd): void {
    check('flock', this.#shim.sw_unlock(file));
  }

  openUevents(): Fd {
    return this.#opened('socket', this.#shim.sw_uevent_open());
  }

  receiveUevent(socket: Fd): string[] | 'lost' | undefined {
    const length = this.#shim.sw_uevent_receive(socket, this.#uevent, this.#uevent.length);
    if (length === -EAGAIN) return undefined;
    if (length === -ENOBUFS || length === -EMSGSIZE) return 'lost';
    check('recvmsg', length);
    return this.#uevent
      .toString('utf8', 0, length)
      .split('\0')
      .filter((variable) => variable !== '');
  }

  #opened(call: string, result: number): Fd {
    return fd(check(call, result));
  }

  #checkBatch(call: string, result: number): void {
    if (result >= 0) return;
    const index = this.#failed.readInt32LE();
    throw new KernelError(call, -result, index < 0 ? undefined : index);
  }
}

function check(call: string, result: number): number {
  if (result < 0) throw new KernelError(call, -result);
  return result;
}

function decodeSpan(span: Buffer): Span {
  return {
    begin: monotonicTime(span.readBigUInt64LE(spanLayout.beginNs)),
    end: monotonicTime(span.readBigUInt64LE(spanLayout.endNs)),
  };
}
