import type { EncodedAttr } from '../abi/attr';
import type { Fd, MonotonicTime, Nanoseconds, Pid } from '../base/units';

/**
 * Everything syswide asks of the kernel beyond reading files: the one seam between our code and real system calls.
 * `real-kernel.ts` implements it over the native shim; tests bring a fake in which any call can be made to fail.
 *
 * Every method throws a `KernelError` when the kernel refuses. Calls are coarse, because one crossing of the FFI
 * boundary costs tens of microseconds: open, read, control and close take whole gangs.
 */
export interface Kernel {
  /** Bytes in a memory page. */
  readonly pageSize: number;

  /**
   * Opens all of them, in order, or none: on a refusal every fd opened by this call is closed again.
   * The caller owns the fds. Source: perf_event_open(2).
   */
  openEvents(requests: readonly OpenRequest[]): Fd[];

  /** Closes them all; unknown or already closed ones are an error of the caller. */
  closeFds(fds: readonly Fd[]): void;

  /**
   * Applies PERF_EVENT_IOC_ENABLE, DISABLE or RESET to each, in order. Of a group that is the leader, and members go with it:
   * see sw_control_many() for why they are never named.
   * @returns when the first call began and the last one ended
   */
  controlEvents(fds: readonly Fd[], control: EventControl): Span;

  /** read(2) of each. A member's own failure is its result, not an exception. `size`: bytes to read of each at most. */
  readEvents(fds: readonly Fd[], size: number): EventReads;

  /**
   * Reads events at equal intervals, on a thread of its own, from `first` on: they must stay open until it is stopped. The
   * caller closes it.
   */
  startTicker(plan: TickerPlan): Ticker;

  /** PERF_EVENT_IOC_ID of each: what group reads and records call the event. */
  eventIds(fds: readonly Fd[]): bigint[];

  /** PERF_EVENT_IOC_PERIOD on each, in order; stops at the first refusal, whose index the error names. */
  setPeriod(fds: readonly Fd[], period: bigint): void;

  /** PERF_EVENT_IOC_SET_FILTER on each, in order; stops at the first refusal. */
  setFilter(fds: readonly Fd[], filter: string): void;

  /** PERF_EVENT_IOC_MODIFY_ATTRIBUTES on each, in order; stops at the first refusal. */
  modifyEvents(fds: readonly Fd[], attr: EncodedAttr): void;

  /** PERF_EVENT_IOC_SET_OUTPUT: records of `fds[i]` go to the ring of `targets[i]`; stops at the first refusal. */
  setOutput(fds: readonly Fd[], targets: readonly Fd[]): void;

  /**
   * PERF_EVENT_IOC_PAUSE_OUTPUT on each, in order: whether nothing is written into the rings that their records go to.
   * Stops at the first refusal.
   */
  pauseOutput(fds: readonly Fd[], paused: boolean): void;

  /**
   * Whether breakpoints are hit: virtual machines exist where they open, and count nothing. Takes a debug register of this
   * thread for a moment.
   * @throws KernelError ENOSPC where none is free, or whatever else is refused
   */
  hitsBreakpoints(): boolean;

  /** Maps a ring of `dataPages` (a power of two) for `fd`. The caller owns the mapping. */
  mapRing(fd: Fd, dataPages: number, mode: RingMode): RingMapping;

  /** data_head of each ring, with acquire order: what was written before it may be read. */
  ringHeads(rings: readonly RingMapping[]): bigint[];

  /** Stores data_tail of each ring with release order: the kernel may overwrite what lies before. Only `drain` rings. */
  advanceRings(rings: readonly RingMapping[], tails: readonly bigint[]): void;

  /**
   * Waits off the main thread until one of `fds` is readable or hung up, or `timeoutMs` has passed. They must stay open
   * until it has ended; have a `Wakeup` among them to end it.
   * @returns the ready ones, none after a time-out
   */
  wait(fds: readonly Fd[], timeoutMs?: number): Promise<Fd[]>;

  /** The same, with the time at which it was over: the caller hears of it only when the main thread runs again. */
  waitTimed(fds: readonly Fd[], timeoutMs?: number): Promise<TimedWait>;

  /**
   * Waits like `wait`, and opens what is on standby on the waiting thread itself as soon as one of the `watched` fds is
   * ready: within a millisecond, however slow everything else is just then.
   */
  waitStandby(
    watched: readonly Fd[],
    others: readonly Fd[],
    standby: Standby,
    timeoutMs?: number,
  ): Promise<StandbyWait>;

  /**
   * Those that are at their end, and therefore ready for ever: a task's event once the task and its children are gone.
   * To be left out of the next `wait` after a last drain, or it would spin.
   */
  hungUp(fds: readonly Fd[]): Fd[];

  /** An eventfd to end a `wait` with. The caller owns it. */
  createWakeup(): Wakeup;

  /**
   * Has a handler of SIGPIPE, which must stand, hear only of what other processes send, and not of what a write to a pipe
   * without a reader causes; `false`, after its removal, ignores the signal again.
   */
  hearPipeSignal(heard: boolean): void;

  /**
   * Has `ring` called on the main thread at `first`, to a millisecond, or at once if that has passed, and then every `every`
   * nanoseconds, if given. It does not drift: what comes too late is told as several expirations. The caller closes it.
   */
  createTimer(first: MonotonicTime, every: Nanoseconds | undefined, ring: (expirations: bigint) => void): Timer;

  /**
   * What a clock shows, in ns.
   * @param clockId CLOCK_* of include/uapi/linux/time.h
   * @throws KernelError EINVAL for one that this kernel does not have
   */
  clockTime(clockId: number): bigint;

  /** Has the kernel write everything to its disks, and waits for it: sync(2). */
  sync(): void;

  /**
   * Forks `argv[0]`, stopped before its exec. The caller must release or abandon it; it is killed if this process dies.
   * Main thread only. Start it before opening events: until its exec it holds copies of this process's fds.
   * @param output what its standard output is to be; absent: this process's
   */
  startCommand(argv: readonly string[], output?: Fd): GatedCommand;

  /** A pidfd, readable once the process has ended. The caller owns it. */
  openPidfd(pid: Pid): Fd;

  /** A private tracefs that is mounted nowhere, reached through `/proc/self/fd/<fd>`. The caller owns it. */
  openTracefs(): Fd;

  /** Tries to take flock(2) on an open file; false when somebody else holds it. */
  tryLock(fd: Fd, mode: 'exclusive' | 'shared'): boolean;
  unlock(fd: Fd): void;

  /** A non-blocking socket on which the kernel's uevents arrive. The caller owns it. */
  openUevents(): Fd;

  /** One uevent, as the kernel's NUL-separated strings; undefined when none waits; `'lost'` when the queue overflowed. */
  receiveUevent(fd: Fd): string[] | 'lost' | undefined;
}

/** One perf_event_open(2). */
export interface OpenRequest {
  readonly attr: EncodedAttr;
  /** Text whose address is to stand in the attr's config1 while the kernel reads it; requests of one attr share it. */
  readonly config1Text?: string;
  /** Thread id, -1 for every task; a cgroup's fd when `flags` has PERF_FLAG_PID_CGROUP. */
  readonly pid: number;
  /** CPU number, or -1 for wherever the task runs. */
  readonly cpu: number;
  /** Index of the leader's request in the same batch, or an fd opened earlier. */
  readonly leader?: { readonly request: number } | { readonly fd: Fd };
  /** PERF_FLAG_*; close-on-exec is always set. */
  readonly flags?: number;
}

/** What came of a wait: the fds that are ready, none where its time was up; and when it was over. */
export interface TimedWait {
  readonly ready: readonly Fd[];
  readonly at: MonotonicTime;
}

/** Clones that are to be opened on CPUs that may come online. */
export interface Standby {
  /** For each CPU the same events in the same order; leaders are indexes within a CPU's list. */
  readonly cpus: readonly (readonly OpenRequest[])[];
  /** The filter of each of these events, undefined for none. */
  readonly filters: readonly (string | undefined)[];
  /** For each CPU: the event to whose ring the records of each of these go; undefined for none. */
  readonly outputs: readonly (readonly (Fd | undefined)[])[];
  /** Whether to enable them too. */
  readonly enable: boolean;
  /**
   * One number, which is 1 from before any of them counts until the caller sets it to 0: it knows them only once the wait is
   * over, and what they write before means nothing to it.
   */
  readonly opening: Int32Array;
}

/** What came of a wait with CPUs on standby. */
export interface StandbyWait {
  readonly ready: readonly Fd[];
  /**
   * By CPU on standby: its clones, which the caller owns from now on, and from before they were opened to after they
   * were enabled; the errno of the refusal, ENODEV for a CPU that is offline; undefined when nothing was tried.
   */
  readonly outcomes: readonly (
    | { readonly fds: readonly Fd[]; readonly span: Span }
    | { readonly errno: number }
    | undefined
  )[];
}

/** PERF_EVENT_IOC_ENABLE, _DISABLE or _RESET. */
export type EventControl = 'enable' | 'disable' | 'reset';

/** From just before the first to just after the last call of a batch, CLOCK_MONOTONIC. */
export interface Span {
  readonly begin: MonotonicTime;
  readonly end: MonotonicTime;
}

/** The outcome of a batch of read(2) calls. */
export interface EventReads extends Span {
  /** As many as fds, in their order: the bytes read (a view, valid until dropped), or the errno. */
  readonly results: readonly (Uint8Array | { readonly errno: number })[];
}

/** What a ticker reads, and when. */
export interface TickerPlan {
  readonly first: MonotonicTime;
  readonly every: Nanoseconds;
  /** Ticks that wait to be taken at most: while there is no room, nothing is read. */
  readonly room: number;
  /**
   * What is read: events on their own, or groups with `COUNTING_READ_FORMAT`, and which events are in it, by index. Of groups
   * also the id of each.
   */
  readonly reads: readonly {
    readonly fd: Fd;
    readonly isGroup: boolean;
    readonly parts: readonly { readonly event: number; readonly id?: bigint | undefined }[];
  }[];
  /** Bytes to read of each at most. */
  readonly size: number;
  /** How many events there are: the same one may be read at several places. */
  readonly events: number;
}

/** Numbers of an event in `TickRead.steps`. */
export const STEP_WORDS = 3;

/** What was read at a tick. */
export interface TickRead extends EventReads {
  /** Ticks since the last one that was read: more than one if this came too late. */
  readonly expirations: bigint;
  /**
   * By event value, time enabled and time running since the tick before, in ns, summed over its places: there where every
   * event was on its counter all the time since then at every place.
   */
  readonly steps: BigUint64Array | undefined;
}

/** A thread that reads events at equal intervals: see `Kernel.startTicker`. Who started it stops and closes it. */
export interface Ticker {
  /** What was read since the last call, in its order. */
  take(): TickRead[];
  /** Nothing is read any more once this returns; what was can still be taken. Harmless when repeated. */
  stop(): void;
  /** Harmless when repeated. */
  close(): void;
}

/** `drain`: the kernel waits for the reader, new records are lost when full. `overwrite`: old ones are. */
export type RingMode = 'drain' | 'overwrite';

/** An mmap'ed ring. Views of `memory` must not be touched after `unmap()`: that is a SIGSEGV. */
export interface RingMapping {
  readonly mode: RingMode;
  /** The metadata page and the data pages. */
  readonly memory: Buffer;
  /** Where `memory` begins, for `ringHeads` and the like. */
  readonly address: bigint;
  /** Harmless when repeated. */
  unmap(): void;
}

/** What ends a wait from this thread. Owns its fd until `close`, after which all it is asked is harmless. */
export interface Wakeup {
  readonly fd: Fd;
  /** Makes `fd` readable. */
  signal(): void;
  /** Makes it unreadable again. */
  clear(): void;
  close(): void;
}

/** What rings at a time, on the event loop: see `Kernel.createTimer`. */
export interface Timer {
  /** It does not ring any more. Harmless when repeated. */
  close(): void;
}

/** A command forked but not yet exec'ed. */
export interface GatedCommand {
  readonly pid: Pid;
  /** Readable once the command has ended. Owned by this object. */
  readonly pidfd: Fd;
  /**
   * Opens the gate.
   * @returns CLOCK_MONOTONIC just before
   * @throws KernelError with the errno of the exec, when that failed: the child is then gone
   */
  release(): MonotonicTime;
  /**
   * Opens the gate, and stops the command again right after its exec: its program is in memory, and none of it has
   * run. To be resumed. Main thread only.
   * @throws KernelError as `release`; EPERM of ptrace when this process may not trace it
   */
  releaseToExec(): void;
  /**
   * Lets a command that stands behind its exec run.
   * @returns CLOCK_MONOTONIC just before
   */
  resume(): MonotonicTime;
  /** Ends a command that was not released, or of which nobody wants the end. Harmless when repeated. */
  abandon(): void;
  /** How it ended, also when asked again; undefined while it runs. */
  reap(): CommandExit | undefined;
}

/** How a command ended, and what it used, as wait4(2) tells: its children that were waited for included. */
export interface CommandExit {
  /** Exit status, when it ended by itself. */
  readonly exitCode?: number;
  /** Signal number, when one killed it. */
  readonly signal?: number;
  readonly userTime: Nanoseconds;
  readonly systemTime: Nanoseconds;
  readonly maxRssKib: bigint;
  readonly minorFaults: bigint;
  readonly majorFaults: bigint;
  readonly voluntarySwitches: bigint;
  readonly involuntarySwitches: bigint;
  /** When it was reaped. */
  readonly end: MonotonicTime;
}
