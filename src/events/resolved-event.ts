import type { PerfEventAttr } from '../abi/attr';
import type { CpuMask } from '../host/cpu-mask';

/** What kind of thing an event counts: decides how it is grouped in `list`, and which remedy an error names. */
export type EventKind = 'hardware' | 'software' | 'cache' | 'raw' | 'pmu' | 'tracepoint' | 'breakpoint' | 'probe';

/**
 * An event as the gang opens it: names looked up on this machine, numbers filled in. Says nothing about where it is
 * counted; the gang adds `disabled`, `inherit`, `enableOnExec` and the read format to the attr.
 */
export interface ResolvedEvent {
  /** What the user calls it, and what every output prints: the `-e` text of this event, or its `name=` term. */
  readonly name: string;
  readonly kind: EventKind;
  readonly attr: PerfEventAttr;
  /** Multiplies a count into `unit`: from a PMU's `.scale` and `.unit` files, 1e-6 and `msec` for the clocks. */
  readonly scale: number;
  readonly unit: string;
  /** Position of the event's group leader in the list; its own position for a leader; absent outside of groups. */
  readonly leader?: number;
  /** CPUs that this event is restricted to: its PMU's cpumask, or a `cpu=` term. */
  readonly cpus?: CpuMask;
  /** A tracepoint filter to set once it is open. */
  readonly filter?: string;
}
