import type { Pid } from '../../base/units';
import type { CpuMask } from '../../host/cpu-mask';
import type { Host } from '../../host/host';
import type { PerfHolder } from '../../host/perf-holders';
import { userNames } from '../../host/user-names';
import type { Kernel } from '../../native/kernel';
import { breakpointsAreHit } from './hits';
import { findSlotHolders } from './no-slot';
import { type CpuSlots, probeSlots } from './probe';
import { debugRegisters } from './registers';
import type { Tracee } from './tracees';

/** The debug registers of a machine at one moment, and who may hold them. */
export interface SlotsPicture {
  /** Ascending by CPU; two of a CPU where data and execution are counted apart. */
  readonly slots: readonly CpuSlots[];
  /** Whether breakpoints are hit here at all: see `breakpointsAreHit`. */
  readonly areHit?: boolean;
  /** CPUs that are plugged in but offline: their registers cannot be looked at. */
  readonly offline: CpuMask;
  /** The one with most events first. */
  readonly holders: readonly (PerfHolder & { readonly user: string })[];
  /** The one with most breakpoints first. */
  readonly tracees: readonly (Tracee & { readonly user: string })[];
  /** Processes that this user may not look at. */
  readonly notVisible: number;
}

/**
 * Draws the picture. Hold the host's lock.
 * @throws SyswideError NOT_SUPPORTED where there are no debug registers
 */
export function slotsPicture(
  kernel: Kernel,
  host: Pick<Host, 'files' | 'cpus' | 'processes'>,
  registers = debugRegisters(),
): SlotsPicture {
  const { online, present } = host.cpus();
  const slots = probeSlots(kernel, online, registers);
  const areHit = breakpointsAreHit(kernel);
  const { perf, tracees } = findSlotHolders(kernel, host.files, registers);
  const nameOf = userNames(host.files);
  const withUser = <T extends { readonly pid: Pid }>(one: T) => ({
    ...one,
    user: nameOf(host.processes.info(one.pid)?.uid ?? NOBODY),
  });
  return {
    slots,
    ...(areHit === undefined ? {} : { areHit }),
    offline: present.minus(online),
    holders: perf.holders.map(withUser),
    tracees: tracees.map(withUser),
    notVisible: perf.notVisible,
  };
}

/** Whose a process is that has ended meanwhile. */
const NOBODY = 65534;
