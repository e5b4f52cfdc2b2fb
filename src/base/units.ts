import type { Brand } from './brand';

/** A CPU number as the kernel counts them, from 0. Never an index: CPUs may be missing in between. */
export type Cpu = Brand<number, 'Cpu'>;

/** Position of a CPU within some list of CPUs. */
export type CpuIdx = Brand<number, 'CpuIdx'>;

/** A process id (thread group id) in the caller's PID namespace. */
export type Pid = Brand<number, 'Pid'>;

/** A thread id in the caller's PID namespace. */
export type Tid = Brand<number, 'Tid'>;

/** An open file descriptor of this process. Whoever holds it in a field owns it, unless the field says otherwise. */
export type Fd = Brand<number, 'Fd'>;

/** A length of time in nanoseconds. */
export type Nanoseconds = Brand<bigint, 'Nanoseconds'>;

/** A point in time: nanoseconds of `CLOCK_MONOTONIC`. */
export type MonotonicTime = Brand<bigint, 'MonotonicTime'>;

/** Brands a plain number or bigint. Only for values read from the system or already validated. */
export const cpu = (n: number): Cpu => n as Cpu;
export const pid = (n: number): Pid => n as Pid;
export const tid = (n: number): Tid => n as Tid;
export const fd = (n: number): Fd => n as Fd;
export const ns = (n: bigint): Nanoseconds => n as Nanoseconds;
export const monotonicTime = (n: bigint): MonotonicTime => n as MonotonicTime;

/** The time that has passed from `from` to `to`; negative when they are swapped. */
export const elapsed = (from: MonotonicTime, to: MonotonicTime): Nanoseconds => (to - from) as Nanoseconds;

/** Nanoseconds as seconds, for display and rates: exact to about 16 digits. */
export const toSeconds = (time: Nanoseconds): number => Number(time) / 1e9;
