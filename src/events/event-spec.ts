import type { Modifiers } from './modifiers';
import type { Place } from './place';

/**
 * The parsed `-e` text: what was written, not what this machine makes of it. Pure data; `printSpec` is the inverse of
 * parsing. Every node knows its place in the text, for error messages.
 */
export type EventSpec = SingleSpec | GroupSpec;

/** `{a,b}:mods`: events that the kernel schedules together. Groups do not nest. */
export interface GroupSpec {
  readonly kind: 'group';
  /** `name{a,b}`; perf shows it, the kernel does not know it. */
  readonly name?: string;
  readonly members: readonly SingleSpec[];
  readonly modifiers: Modifiers;
  readonly where: Place;
}

/** One event as written; with globs it may become several, or with a PMU wildcard one that is counted in parts. */
export interface SingleSpec {
  readonly kind: 'event';
  readonly body: EventBody;
  readonly terms: readonly Term[];
  readonly modifiers: Modifiers;
  /** Tracepoint filters attached to it, all of which have to hold. Set by `attachFilter`. */
  readonly filters?: readonly string[];
  readonly where: Place;
}

export type EventBody = SymbolBody | RawBody | NumericBody | PmuBody | TracepointBody | BreakpointBody | ProbeBody;

/** A bare name: hardware, software, cache or tool event, else an event that some PMU names in sysfs. */
interface SymbolBody {
  readonly type: 'symbol';
  readonly name: string;
}

/** `r1a8`: PERF_TYPE_RAW. */
interface RawBody {
  readonly type: 'raw';
  readonly config: bigint;
}

/** `4:0x1a8`: a PERF_TYPE_* number and its config. */
interface NumericBody {
  readonly type: 'numeric';
  readonly perfType: number;
  readonly config: bigint;
}

/** `pmu/terms/`: a PMU, a glob over PMUs, or a PMU event with terms. */
interface PmuBody {
  readonly type: 'pmu';
  readonly pmu: string;
}

/** `system:name`, both may be globs. */
export interface TracepointBody {
  readonly type: 'tracepoint';
  readonly system: string;
  readonly name: string;
  readonly where: { readonly system: Place; readonly name: Place };
}

/** `mem:address[/length][:access]`. */
export interface BreakpointBody {
  readonly type: 'breakpoint';
  readonly target: BreakpointTarget;
  /** Bytes; when absent 4, or for `x` what the architecture has. */
  readonly length?: number;
  /** Letters of `rwx` in that order; when absent `rw`. */
  readonly access?: string;
  readonly where: { readonly target: Place; readonly length: Place; readonly access: Place };
}

export type BreakpointTarget =
  | { readonly at: 'address'; readonly address: bigint }
  /** Of the kernel, or of the ELF file at `path`. */
  | { readonly at: 'symbol'; readonly symbol: string; readonly offset: bigint; readonly path?: string };

export const probeTypes = ['uprobe', 'uretprobe', 'kprobe', 'kretprobe'] as const;
export type ProbeType = (typeof probeTypes)[number];

/** `uprobe:path:symbol+offset`, `kprobe:symbol+offset`. */
export interface ProbeBody {
  readonly type: 'probe';
  readonly probe: ProbeType;
  /** The ELF file; absent for the kernel. */
  readonly path?: string;
  readonly target: ProbeTarget;
  readonly where: { readonly path: Place; readonly target: Place };
}

export type ProbeTarget =
  | { readonly at: 'symbol'; readonly symbol: string; readonly offset: bigint }
  /** A kernel address, or an offset into the file. */
  | { readonly at: 'address'; readonly address: bigint };

/** `key`, `key=value` or `@driver-config` between slashes. */
export interface Term {
  readonly key: string;
  readonly value?: TermValue;
  readonly where: Place;
}

export type TermValue =
  | { readonly kind: 'number'; readonly number: bigint }
  | { readonly kind: 'text'; readonly text: string };

/** The key under which `@text` is kept. */
export const DRIVER_CONFIG = 'driver-config';
