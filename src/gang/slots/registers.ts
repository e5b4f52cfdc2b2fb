import type { PerfEventAttr } from '../../abi/attr';
import { BreakpointType, PerfType } from '../../abi/perf-event';

/** What a debug register can watch: `any` where each one does both. */
export type SlotKind = 'any' | 'data' | 'execute';

/** The debug registers of an architecture: what the kernel calls breakpoint slots. */
export interface DebugRegisters {
  readonly architecture: string;
  /** The kinds that the kernel counts apart. */
  readonly kinds: readonly SlotKind[];
  /** How many of each kind every CPU has; undefined where it differs from one machine to the next. */
  readonly total: number | undefined;
}

/**
 * By `process.arch`. Source: HAVE_MIXED_BREAKPOINTS_REGS in arch/Kconfig; HBP_NUM in
 * arch/x86/include/asm/hw_breakpoint.h; ID_AA64DFR0_EL1 for arm64, where there are 2 to 16 of each kind.
 */
export function debugRegisters(architecture: string = process.arch): DebugRegisters {
  const isX86 = architecture === 'x64' || architecture === 'ia32';
  return isX86
    ? { architecture, kinds: ['any'], total: 4 }
    : { architecture, kinds: ['data', 'execute'], total: undefined };
}

/** Whether an event takes a debug register, by whatever syntax it was asked for. */
export const isBreakpoint = ({ attr }: { readonly attr: PerfEventAttr }): boolean => attr.type === PerfType.breakpoint;

/** The kind of register that a breakpoint takes. */
export function slotKind(attr: PerfEventAttr, registers: DebugRegisters): SlotKind {
  if (registers.kinds.includes('any')) return 'any';
  return ((attr.bpType ?? 0) & BreakpointType.execute) !== 0 ? 'execute' : 'data';
}
