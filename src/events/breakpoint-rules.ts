import { PerfType } from '../abi/perf-event';
import type { ResolvedEvent } from './resolved-event';

/** What the debug registers of an architecture can do. */
export interface BreakpointRules {
  /** Bytes that can be watched at once; the address has to be a multiple of them. */
  readonly lengths: readonly number[];
  /** Bytes that the kernel wants for an execute breakpoint. */
  readonly executeLength: number;
  /** Whether reads can be watched without writes. */
  readonly readOnly: boolean;
}

/**
 * By `process.arch`. Checked before the kernel is asked, because it reserves the slot first: with all slots taken it
 * says ENOSPC to an event that it would never have accepted.
 * Source: arch/{x86,arm64}/kernel/hw_breakpoint.c, Linux 6.18.
 */
const rules: Readonly<Record<string, BreakpointRules>> = {
  x64: { lengths: [1, 2, 4, 8], executeLength: 8, readOnly: false },
  ia32: { lengths: [1, 2, 4], executeLength: 4, readOnly: false },
  arm64: { lengths: [1, 2, 4, 8], executeLength: 4, readOnly: true },
};

/** Elsewhere only what holds everywhere is checked. */
const anywhere: BreakpointRules = { lengths: [1, 2, 4, 8], executeLength: 8, readOnly: true };

export const breakpointRules = (architecture: string): BreakpointRules =>
  Object.hasOwn(rules, architecture) ? (rules[architecture] ?? anywhere) : anywhere;

/** The upper half of what 64 bits address. @param architecture as `process.arch` */
export const isKernelAddress = (address: bigint, architecture: string = process.arch): boolean =>
  ['x64', 'arm64'].includes(architecture) && address >= 1n << 63n;

/** Whether a breakpoint watches the kernel's own memory or code. */
export const watchesKernel = ({ attr }: ResolvedEvent): boolean =>
  attr.type === PerfType.breakpoint && isKernelAddress(attr.config1 ?? 0n);
