/** What a field of a tracepoint holds: 64-bit numbers are bigints, so that none is rounded. */
export type TraceValue = number | bigint | string | readonly (number | bigint)[];

/** A function in a call chain. */
export interface ScriptFrame {
  readonly ip: bigint;
  /** Undefined for what has no name. */
  readonly symbol?: string;
  /** From the beginning of the function, in bytes. */
  readonly offset?: number;
  /** The path of the program or library, `[kernel.kallsyms]`, `[module]`, or `[unknown]`. */
  readonly dso: string;
}

/** A sample, as handlers of `syswide script FILE` are given it. It may be kept. */
export interface ScriptEvent {
  /** `sched:sched_switch`, as it was recorded. */
  readonly name: string;
  /** ns of the recording's clock. */
  readonly time: bigint;
  readonly cpu: number;
  readonly pid: number;
  readonly tid: number;
  /** The thread's name at that time. */
  readonly comm: string;
  /** How many events it stands for. */
  readonly period: number;
  readonly ip: bigint;
  readonly addr: bigint;
  /** Of a tracepoint, by name; none of other events. Decoded when it is asked for. */
  readonly fields: Readonly<Record<string, TraceValue>>;
  /** The innermost first; empty without call chains. Names are looked up when it is asked for. */
  readonly callchain: readonly ScriptFrame[];
}

/** What a handler file exports by default: functions by the names of events, and these. */
export interface ScriptHandlers {
  /** Before the first sample. */
  begin?(): void | Promise<void>;
  /** For samples of events that have no handler of their own. */
  sample?(event: ScriptEvent): void;
  /** After the last sample. */
  end?(): void | Promise<void>;
  [event: string]: ((event: ScriptEvent) => void) | (() => void | Promise<void>) | undefined;
}
