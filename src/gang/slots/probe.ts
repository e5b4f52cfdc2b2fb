import { constants } from 'node:os';
import { type EncodedAttr, encodeAttr } from '../../abi/attr';
import { BreakpointType, PerfType } from '../../abi/perf-event';
import { SyswideError } from '../../base/error';
import { type Cpu, tid } from '../../base/units';
import { breakpointRules } from '../../events/breakpoint-rules';
import type { CpuMask } from '../../host/cpu-mask';
import type { Kernel, OpenRequest } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import type { Place } from '../target';
import { type DebugRegisters, debugRegisters, type SlotKind } from './registers';

const { errno } = constants;

/** The debug registers of one kind on one CPU, at one moment. */
export interface CpuSlots {
  readonly cpu: Cpu;
  readonly kind: SlotKind;
  /** How many the CPU has, if that is known. */
  readonly total?: number;
  /** How many a CPU-wide breakpoint could take; undefined when this user may not count whole CPUs. */
  readonly free?: number;
  /** Taken by CPU-wide breakpoints. */
  readonly heldByCpu?: number;
  /** Taken by the breakpoints of tasks: the most that any one task has here. */
  readonly heldByTasks?: number;
}

/** More than any architecture has (arm64: 16), so that the probe ends in ENOSPC. */
const MOST = 17;

/**
 * Never mapped (vm.mmap_min_addr), and the probes are disabled: nothing can hit it. In user space, so that no right to
 * see the kernel is needed.
 */
const HARMLESS_ADDRESS = 0x1000n;

/** This thread: a breakpoint on it meets the CPU-wide ones of a CPU, but not those of other tasks. */
const ownThread = tid(0);

/** The kernel's kthreadd, or in a container any: whoever it is, it has no more registers than nobody has. */
const otherThread = tid(2);

/** As many requests for a disabled breakpoint of a kind as wanted, for `Kernel.openEvents`. */
export function probeRequests(place: Place, kind: SlotKind, count: number, registers: DebugRegisters): OpenRequest[] {
  const request = { attr: probeAttr(kind, registers), pid: place.tid ?? -1, cpu: place.cpu ?? -1 };
  return Array.from({ length: count }, () => request);
}

/**
 * How many debug registers a breakpoint at this place could take. They are held for some 30 µs, within one call: the
 * kernel has no other way to ask. Two probes at once see each other, so hold the host's lock.
 *
 * @throws KernelError for any refusal but ENOSPC: EACCES, ENODEV of an offline CPU, ESRCH of an ended task
 */
export function countFree(kernel: Kernel, place: Place, kind: SlotKind, registers: DebugRegisters): number {
  try {
    kernel.closeFds(kernel.openEvents(probeRequests(place, kind, MOST, registers)));
    return MOST;
  } catch (error) {
    if (error instanceof KernelError && error.errno === errno.ENOSPC) return error.index ?? 0;
    throw error;
  }
}

/**
 * How many debug registers a task that has none yet could take. This thread may have some: who counts a command counts
 * what it starts as well.
 *
 * @param place a CPU, or nothing for all
 * @throws KernelError as `countFree`
 */
export function countFreeForTask(
  kernel: Kernel,
  place: Pick<Place, 'cpu'>,
  kind: SlotKind,
  registers: DebugRegisters,
): number {
  const own = countFree(kernel, { ...place, tid: ownThread }, kind, registers);
  if (own === registers.total) return own;
  try {
    return Math.max(own, countFree(kernel, { ...place, tid: otherThread }, kind, registers));
  } catch (error) {
    if (error instanceof KernelError) return own;
    throw error;
  }
}

/**
 * The debug registers of each CPU; those that are offline are left out. See `countFree` for what it does to them.
 * @throws SyswideError NOT_SUPPORTED where there are none
 */
export function probeSlots(kernel: Kernel, cpus: CpuMask, registers = debugRegisters()): CpuSlots[] {
  return [...cpus].flatMap((cpu) => registers.kinds.flatMap((kind) => probeCpu(kernel, cpu, kind, registers) ?? []));
}

function probeCpu(kernel: Kernel, cpu: Cpu, kind: SlotKind, registers: DebugRegisters): CpuSlots | undefined {
  const free = countIfAllowed(() => countFree(kernel, { cpu }, kind, registers));
  const taskFree = countIfAllowed(() => countFreeForTask(kernel, { cpu }, kind, registers));
  if (free === 'offline' || taskFree === 'offline') return undefined;
  const { total } = registers;
  return {
    cpu,
    kind,
    ...(total === undefined ? {} : { total }),
    ...(free === undefined ? {} : { free }),
    ...(total === undefined || taskFree === undefined ? {} : { heldByCpu: Math.max(0, total - taskFree) }),
    // Others come and go between the two looks, so the difference may be a little off, but never negative.
    ...(free === undefined || taskFree === undefined ? {} : { heldByTasks: Math.max(0, taskFree - free) }),
  };
}

function countIfAllowed(count: () => number): number | 'offline' | undefined {
  try {
    return count();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    if (error.errno === errno.ENODEV) return 'offline';
    if (error.errno === errno.EACCES || error.errno === errno.EPERM) return undefined;
    throw noRegisters(error);
  }
}

const noRegisters = (error: KernelError): SyswideError =>
  new SyswideError('NOT_SUPPORTED', {
    what: 'cannot look at the debug registers',
    why: `the kernel refuses breakpoints altogether (${error.errnoName})`,
    remedy: 'use a kernel with CONFIG_HAVE_HW_BREAKPOINT and CONFIG_PERF_EVENTS',
    cause: error,
  });

function probeAttr(kind: SlotKind, { architecture }: DebugRegisters): EncodedAttr {
  const execute = kind === 'execute';
  return encodeAttr({
    type: PerfType.breakpoint,
    config: 0n,
    config1: HARMLESS_ADDRESS,
    config2: BigInt(execute ? breakpointRules(architecture).executeLength : 1),
    bpType: execute ? BreakpointType.execute : BreakpointType.write,
    flags: { disabled: true, excludeKernel: true, excludeHv: true },
  });
}
