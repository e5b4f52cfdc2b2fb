import type { CpuMask } from '../host/cpu-mask';
import type { GangState } from './gang';

/** What is known of a live gang from outside: one row of `syswide ps`. */
export interface GangStatus {
  readonly state: GangState;
  /** Event names as the user wrote them. */
  readonly events: readonly string[];
  /** CPUs it covers; undefined for one that counts tasks wherever they run. */
  readonly cpus: CpuMask | undefined;
  /** Debug registers it holds on each CPU. */
  readonly slots: number;
  /** Records lost so far. */
  readonly lost: bigint;
}

/** What can be changed of a live gang. Every part is all or nothing over its clones, and so is the whole. */
export interface GangChange {
  readonly cpus?: CpuMask;
  /** Sampling period in events, or frequency in Hz for events that were opened with one. */
  readonly period?: bigint;
  /** A tracepoint filter; empty removes it. */
  readonly filter?: string;
  readonly breakpoint?: BreakpointChange;
}

/** What is absent stays as it is. */
export interface BreakpointChange {
  readonly address?: bigint;
  /** Bytes watched: 1, 2, 4 or 8. */
  readonly length?: number;
  /** BreakpointType bits of abi/perf-event. */
  readonly type?: number;
}

/** A live gang, as its owner lets others control it. Calls happen on the owner's main thread, between its own. */
export interface Controllable {
  status(): GangStatus;
  /** @throws SyswideError when a clone refuses; then all are as they were */
  enable(): void;
  disable(): void;
  /** Ends the measurement as Ctrl-C does. */
  stop(): void;
  /** @throws SyswideError when any part is refused; then everything is as it was */
  set(change: GangChange): void;
}
