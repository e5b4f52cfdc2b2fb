import type { PerfEventAttr } from '../abi/attr';
import type { Cgroup } from '../host/cgroups';
import type { CpuMask } from '../host/cpu-mask';
import type { EventSettings } from './event-settings';
import type { ToolEvent } from './tool-events';

/**
 * What kind of thing an event counts: decides how it is grouped in `list`, and which remedy an error names. `tool`
 * events are not opened at all: syswide counts them itself.
 */
export type EventKind =
  | 'hardware'
  | 'software'
  | 'cache'
  | 'raw'
  | 'pmu'
  | 'tracepoint'
  | 'breakpoint'
  | 'probe'
  | 'tool';

/**
 * An event as the gang opens it: names looked up on this machine, numbers filled in. Says nothing about where it is
 * counted; the gang adds `disabled`, `inherit`, `enableOnExec` and the read format to the attr.
 */
export interface ResolvedEvent {
  /** What the user calls it, and what every output prints: the `-e` text of this event, or its `name=` term. */
  readonly name: string;
  /** What it was called when metrics were made of it, where what it watches has been changed since. */
  readonly nameBefore?: string;
  readonly kind: EventKind;
  readonly attr: PerfEventAttr;
  /** Multiplies a count into `unit`: from a PMU's `.scale` and `.unit` files, 1e-6 and `msec` for the clocks. */
  readonly scale: number;
  readonly unit: string;
  /** Position of the event's group leader in the list; its own position for a leader; absent outside of groups. */
  readonly leader?: number;
  /** Its group as written spanned PMUs, which the kernel cannot schedule together, and was split by PMU. */
  readonly regrouped?: boolean;
  /** The name of its group, as in `name{a,b}`; only on the leader. */
  readonly groupName?: string;
  /** CPUs that this event is restricted to: its PMU's cpumask, or a `cpu=` term. */
  readonly cpus?: CpuMask;
  /** A tracepoint filter to set once it is open. */
  readonly filter?: string;
  /** The part of its filter that stays when that is changed: what leaves syswide itself out. */
  readonly lastingFilter?: string;
  /** Only for kind `tool`: what syswide counts itself. Its attr is that of `dummy`. */
  readonly tool?: ToolEvent;
  /** The PMU in sysfs that counts it, for events of kind `pmu` and those of one half of a hybrid CPU. */
  readonly pmu?: string;
  /** It counts CPUs, never tasks: the PMU lies outside of the cores. */
  readonly countsCpusOnly?: boolean;
  /**
   * Position of the first event that came from the same text, when one text stands for several PMUs (`uncore_imc/…/`):
   * their counts are shown as one sum. Absent on events that stand alone; its own position on the first.
   */
  readonly mergedInto?: number;
  /** Text whose address goes into attr.config1: the ELF file of a uprobe, the function of a kprobe. */
  readonly config1Text?: string;
  /** For a breakpoint on a symbol of a program or library: see `placeBreakpoint`. */
  readonly loadedFrom?: LoadedFrom;
  /** Of a breakpoint that counts nothing on this machine, whatever happens. */
  readonly isNeverHit?: boolean;
  readonly settings?: EventSettings;
  /** Whose tasks alone it counts, on whole CPUs; absent: everybody's. The fd is whoever's who chose the events. */
  readonly cgroup?: Cgroup;
}

/** Where a breakpoint's symbol lies in its file; of a position-independent one the address is known once it is mapped. */
interface LoadedFrom {
  readonly path: string;
  /** Address of the symbol as the file has it; where it is loaded adds its load bias. */
  readonly fileAddress: bigint;
  /** It is always loaded at that very address, which the attr has already. */
  readonly isFixed: boolean;
}
