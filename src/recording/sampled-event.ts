import { CLOCK_MONOTONIC } from '../abi/perf-event';
import { RecordType } from '../abi/ring-page';
import { decodeSample, type Sample } from '../abi/sample';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import { elapsed, type MonotonicTime, monotonicTime, type Nanoseconds } from '../base/units';
import {
  asUserError,
  closedEvent,
  Held,
  kernelForPrograms,
  openSystemWide,
  type SystemWideEventOptions,
} from '../counts/open-system-wide';
import type { ResolvedEvent } from '../events/resolved-event';
import { type CallGraph, sampled } from '../events/sampling';
import type { LiveGang } from '../gang/live-gang';
import type { OpenClone } from '../gang/opening';
import { type Registration, registerGang } from '../gang/registry/register';
import { maxSampleRate } from '../host/sample-rate';
import type { Kernel, Wakeup } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { CpuRings } from '../ring/cpu-rings';
import { noRing } from './no-ring';
import { rawRecords } from './raw-records';

/** What to sample, where, and how often. */
export interface SampledEventOptions extends SystemWideEventOptions {
  /** One sample every so many events; by default by frequency, and every one of tracepoints, probes and breakpoints. */
  readonly period?: bigint;
  /** Samples a second, Hz; by default 4000, or as many as the kernel takes. Either this or `period`. */
  readonly frequency?: bigint;
  /** How callers are found: `dwarf` is refused; by default not at all. */
  readonly callGraph?: CallGraph;
  /** Bytes of the ring of each CPU, a power of two of pages; by default 4 MiB, or what this user may lock. */
  readonly ringBytes?: number;
}

/** A sample, with the event that it is of. */
export interface EventSample extends Sample {
  /** As it was asked for. */
  readonly event: string;
  /** Of the kernel's event, one of each CPU: what PERF_EVENT_IOC_ID gives. A CPU that comes back has new ones. */
  readonly id: bigint;
  readonly ip: bigint;
  readonly pid: number;
  readonly tid: number;
  readonly cpu: number;
  /** CLOCK_MONOTONIC, ns. */
  readonly time: bigint;
  /** How many events it stands for. */
  readonly period: bigint;
}

const DEFAULT_RING_BYTES = 4 << 20;

/** The kernel would say of a ring only that it is not valid. @throws SyswideError USAGE */
function checkOptions({ period, frequency, ringBytes }: SampledEventOptions, pageSize: number): void {
  if (period !== undefined && frequency !== undefined) {
    throw new SyswideError('USAGE', {
      what: `cannot sample every ${period} events and ${frequency} times a second`,
      why: 'an event goes by its period or by its frequency',
      remedy: 'leave one of them out',
    });
  }
  const pages = (ringBytes ?? DEFAULT_RING_BYTES) / pageSize;
  if (Number.isInteger(pages) && pages >= 1 && Number.isInteger(Math.log2(pages))) return;
  throw new SyswideError('USAGE', {
    what: `cannot make rings of ${ringBytes} bytes`,
    why: `they take 1, 2, 4, 8, … pages of ${pageSize} bytes`,
    remedy: `ask for ${DEFAULT_RING_BYTES}, or leave ringBytes out`,
  });
}

/** Stacks are not given out, and a call chain beside them has the kernel's part only. @throws SyswideError NOT_SUPPORTED */
function checkCallers({ name, attr }: ResolvedEvent): void {
  if (attr.sampleStackUser === undefined) return;
  throw new SyswideError('NOT_SUPPORTED', {
    what: `cannot find the callers of ${name} with DWARF`,
    why: 'the library gives out no stacks to unwind',
    remedy: "take { kind: 'fp' }, or syswide record",
  });
}

/** How often rings are emptied at the least, in ms. */
const ROUND_MS = 50;

/**
 * One event over a set of CPUs whose samples come as one stream, in the order of their time: on every CPU or on none, none
 * from before all CPUs were on, and CPUs that come back are sampled again.
 *
 * ```ts
 * await using event = await SampledEvent.open({ events: 'sched:sched_switch' });
 * event.arm();
 * for await (const sample of event.samples()) console.log(sample.cpu, sample.time);
 * ```
 *
 * Main thread only. Owns everything it opens until `close`; `arm` and `pause` throw afterwards.
 */
export class SampledEvent implements AsyncDisposable {
  readonly #names = new Map<bigint, ResolvedEvent>();
  #live: LiveGang | undefined;
  #registration: Registration | undefined;
  #events: readonly ResolvedEvent[] = [];
  #armed: MonotonicTime | undefined;
  #lost = 0n;
  #premature = 0;
  #over = false;
  /** Samples that are to be given out next, in their order, and those before which others may still come. */
  #ready: EventSample[] = [];
  #unsettled: EventSample[] = [];
  #closing: Promise<void> | undefined;
  /** What `samples` waits for, until which nothing of it may be closed. */
  #waiting: Promise<unknown> | undefined;

  private constructor(
    private readonly kernel: Kernel,
    private readonly held: Held,
    private readonly rings: CpuRings,
    private readonly wakeup: Wakeup,
  ) {}

  /**
   * Opens it, not sampling yet.
   * @throws SyswideError saying which event, on which CPU, why, and what to do; then nothing is left open
   */
  static async open(options: SampledEventOptions): Promise<SampledEvent> {
    const kernel = kernelForPrograms();
    const { ringBytes } = options;
    checkOptions(options, kernel.pageSize);
    const rings = new CpuRings(kernel, {
      dataPages: (ringBytes ?? DEFAULT_RING_BYTES) / kernel.pageSize,
      mayShrink: ringBytes === undefined,
      clockId: CLOCK_MONOTONIC,
      isHeld: () => event.#live?.follower?.isOpening ?? false,
    });
    const event = new SampledEvent(kernel, Held.on(kernel), rings, wakeupOf(kernel));
    try {
      await event.prepare(options);
      return event;
    } catch (error) {
      await event.close();
      throw asUserError(error);
    }
  }

  /** Lets every CPU sample. @returns the time between enabling the first and the last CPU */
  arm(): Nanoseconds {
    const { begin, end } = this.live.arm();
    this.#armed ??= end;
    return elapsed(begin, end);
  }

  pause(): void {
    this.live.pause();
  }

  /** Records that the kernel had no room for, as far as it has told: it does with the next record it has room for. */
  get lost(): bigint {
    return this.#lost;
  }

  /** Samples from before all CPUs were on, which were left out. */
  get premature(): number {
    return this.#premature;
  }

  /** Ends `samples`, once what was sampled until now has been given out. Harmless when repeated, and after `close`. */
  stop(): void {
    if (this.#live?.gang.state === 'armed') this.pause();
    this.#over = true;
    this.wakeup.signal();
  }

  /**
   * The samples of all CPUs, in the order of their time, until `stop`. Rings are emptied as samples are taken: who takes
   * them too slowly loses some, and finds that in `lost`. For one consumer at a time; who breaks off and comes again goes on
   * with the sample behind the last one taken.
   */
  async *samples(): AsyncGenerator<EventSample, void, undefined> {
    // What was stamped before this has been published by now: a sample is stamped just before it is.
    let settled = 0n;
    yield* this.giveOut();
    while (!this.#over) {
      await this.someSamples();
      const now = process.hrtime.bigint();
      // Not spread as arguments: a ring holds more records than a call takes.
      const found = this.#unsettled.concat(this.drain());
      this.#ready = inOrder(found.filter(({ time }) => time < settled));
      this.#unsettled = found.filter(({ time }) => time >= settled);
      settled = now;
      yield* this.giveOut();
    }
    this.#ready = inOrder(this.#unsettled.concat(this.drain()));
    this.#unsettled = [];
    yield* this.giveOut();
  }

  /** What is ready, each once, also where whoever takes it does not take all. */
  private *giveOut(): Generator<EventSample, void, undefined> {
    const ready = this.#ready;
    let next = 0;
    try {
      for (const sample of ready) {
        next += 1;
        yield sample;
      }
    } finally {
      this.#ready = ready.slice(next);
    }
  }

  /** Gives everything back. Harmless when repeated, also while it is under way. */
  close(): Promise<void> {
    this.#closing ??= this.giveBack();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Rings and the hotplug source last: a thread may be waiting for them until the gang is closed. */
  private async giveBack(): Promise<void> {
    this.#over = true;
    this.#registration?.close();
    const live = this.#live;
    this.#live = undefined;
    this.wakeup.signal();
    try {
      await Promise.allSettled([this.#waiting]);
      await live?.close();
    } finally {
      this.rings.close();
      this.wakeup.close();
      this.held.close();
    }
  }

  private get live(): LiveGang {
    if (!this.#live) throw closedEvent();
    return this.#live;
  }

  private async prepare(options: SampledEventOptions): Promise<void> {
    const { period, frequency, callGraph } = options;
    const sampling = {
      ...(period === undefined ? {} : { period }),
      ...(frequency === undefined ? {} : { frequency }),
      ...(callGraph ? { callGraph } : {}),
      maxFrequency: maxSampleRate(this.held.host.files),
      addresses: false,
      weight: false,
    };
    const live = await openSystemWide(this.held, options, {
      events: (asked) => {
        this.#events = asked.map((event) => sampled(event, sampling));
        for (const event of this.#events) checkCallers(event);
        return this.#events;
      },
      connector: {
        connect: (clones) => this.connect(clones),
        outputOf: ({ place: { cpu } }) => (cpu === undefined ? undefined : this.rings.holderOf(cpu)),
        connected: (clones) => this.connected(clones),
      },
      onStop: () => this.stop(),
    });
    // From outside it can be let go before the program does.
    live.whenEnabled(() => {
      this.#armed ??= live.gang.armSpan?.end ?? monotonicTime(process.hrtime.bigint());
    });
    this.#live = live;
    this.#registration = registerGang(this.kernel, { command: options.command ?? process.argv, controllable: live });
  }

  private async someSamples(): Promise<void> {
    this.#waiting = this.kernel.wait([...this.rings.fds, this.wakeup.fd], ROUND_MS);
    await this.#waiting;
  }

  private connect(clones: readonly OpenClone[]): void {
    try {
      this.rings.connect(clones);
    } catch (error) {
      throw error instanceof KernelError ? noRing(error, this.rings.ringBytes) : error;
    }
  }

  private connected(clones: readonly OpenClone[]): void {
    const ids = this.kernel.eventIds(clones.map(({ fd }) => fd));
    for (const [i, { event }] of clones.entries()) {
      this.#names.set(present(ids[i], 'an id each'), present(this.#events[event], 'a clone has an event'));
    }
  }

  private drain(): EventSample[] {
    const found: EventSample[] = [];
    this.rings.drain.drain((_, views) => {
      for (const record of rawRecords(views)) this.take(record, found);
    });
    return found;
  }

  private take({ type, body }: { type: number; body: DataView }, found: EventSample[]): void {
    if (type === RecordType.lost) this.#lost += body.getBigUint64(8, true);
    // The identifier comes first, in every sample of ours.
    const event = type === RecordType.sample ? this.#names.get(body.getBigUint64(0, true)) : undefined;
    if (!event) return;
    const layout = { sampleType: event.attr.sampleType ?? 0n, readFormat: 0, littleEndian: true };
    const sample = decodeSample(body, layout);
    if (!isWhole(sample)) return;
    if (this.#armed === undefined || sample.time < this.#armed) this.#premature += 1;
    else
      found.push({ ...sample, event: event.name, time: monotonicTime(sample.time), period: periodOf(sample, event) });
  }
}

/** @throws SyswideError TOO_MANY_FILES */
function wakeupOf(kernel: Kernel): Wakeup {
  try {
    return kernel.createWakeup();
  } catch (error) {
    throw asUserError(error);
  }
}

/** What every sample of ours has. */
type WholeSample = Sample & Pick<EventSample, 'id' | 'ip' | 'pid' | 'tid' | 'time' | 'cpu'>;

/** It has what was asked for, or is shorter than that and has not been decoded. */
const isWhole = (sample: Sample | undefined): sample is WholeSample => sample !== undefined;

/** Samples that are taken every so many events may not say so themselves. */
const periodOf = (sample: Sample, { attr }: ResolvedEvent): bigint => sample.period ?? attr.samplePeriod ?? 1n;

const inOrder = (samples: EventSample[]): EventSample[] =>
  samples.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
