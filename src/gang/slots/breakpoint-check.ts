import type { PerfEventAttr } from '../../abi/attr';
import { BreakpointType } from '../../abi/perf-event';
import { SyswideError } from '../../base/error';
import { breakpointRules, isKernelAddress } from '../../events/breakpoint-rules';
import type { HostFiles } from '../../host/host-files';

/** Where a breakpoint is to be set. */
export interface BreakpointPlace {
  readonly files: HostFiles;
  /** As `process.arch`. */
  readonly architecture: string;
}

interface Problem {
  readonly why: string;
  readonly remedy: string;
  /** For what is well-formed, but not to be had here. */
  readonly unsupported?: boolean;
}

type Rule = (attr: Required<Breakpoint>, place: BreakpointPlace) => Problem | undefined;

type Breakpoint = Pick<PerfEventAttr, 'config1' | 'config2' | 'bpType' | 'flags'>;

/**
 * Refuses a breakpoint that no CPU would take. To be asked before the kernel is: that reserves a debug register before
 * it looks at the rest, so while none is free it says ENOSPC to what it would never accept.
 *
 * @param isPlaced false while the address is not known yet; then it is not judged
 * @throws SyswideError BAD_EVENT, NOT_SUPPORTED
 */
export function checkBreakpoint(name: string, attr: PerfEventAttr, place: BreakpointPlace, isPlaced = true): void {
  const { config1 = 0n, config2 = 0n, bpType = 0, flags = {} } = attr;
  for (const rule of isPlaced ? [...shapeRules, ...addressRules] : shapeRules) {
    const problem = rule({ config1, config2, bpType, flags }, place);
    if (!problem) continue;
    const { why, remedy, unsupported } = problem;
    throw new SyswideError(unsupported ? 'NOT_SUPPORTED' : 'BAD_EVENT', { what: `cannot watch ${name}`, why, remedy });
  }
}

const isExecute = (bpType: number): boolean => (bpType & BreakpointType.execute) !== 0;

const shapeRules: readonly Rule[] = [
  ({ bpType }) => {
    const known = BreakpointType.read | BreakpointType.write | BreakpointType.execute;
    if (bpType !== 0 && (bpType & ~known) === 0) return undefined;
    return { why: 'it does not say which access to watch', remedy: 'watch :w, :rw or :x' };
  },
  ({ bpType }) => {
    if (!isExecute(bpType) || bpType === BreakpointType.execute) return undefined;
    return { why: 'no debug register watches execution and data at once', remedy: 'use two events, :x and :rw' };
  },
  ({ bpType }, { architecture }) => {
    if (bpType !== BreakpointType.read || breakpointRules(architecture).readOnly) return undefined;
    const why = `the debug registers of ${architecture} cannot watch reads without writes`;
    return { why, remedy: 'watch :rw', unsupported: true };
  },
  ({ bpType, config2 }, { architecture }) => {
    const { lengths, executeLength } = breakpointRules(architecture);
    const allowed = isExecute(bpType) ? [executeLength] : lengths;
    if (allowed.some((length) => BigInt(length) === config2)) return undefined;
    return { why: `its length is ${config2} bytes`, remedy: `use a length of ${allowed.join(', ')}` };
  },
];

const hex = (address: bigint): string => `0x${address.toString(16)}`;

const addressRules: readonly Rule[] = [
  ({ config1, config2, bpType }) => {
    // An instruction may lie anywhere.
    const past = isExecute(bpType) ? 0n : config1 % config2;
    if (past === 0n) return undefined;
    const why = `${hex(config1)} is not a multiple of its length, ${config2}`;
    return { why, remedy: `watch ${config2} bytes at ${hex(config1 - past)}, or fewer bytes` };
  },
  ({ config1, config2 }, { architecture, files }) => {
    if (architecture !== 'x64') return undefined;
    // The kernel takes such an address without complaint, and it is never hit.
    const bits = usesFiveLevels(files) ? 57 : 48;
    if ([config1, config1 + config2 - 1n].every((address) => isCanonical(address, bits))) return undefined;
    return { why: `${hex(config1)} is no address that a ${bits}-bit CPU can reach`, remedy: 'check the address' };
  },
  ({ config1, flags }, { architecture }) => {
    if (!flags.excludeKernel || !isKernelAddress(config1, architecture)) return undefined;
    return { why: `${hex(config1)} lies in the kernel, and the event is for user space only`, remedy: 'drop its :u' };
  },
  ({ config1, bpType }, { architecture, files }) => {
    if (!isExecute(bpType) || !isKernelAddress(config1, architecture) || mayHaveKprobes(files)) return undefined;
    const why = 'execution in the kernel can be watched only where kprobes can be set, and this kernel has none';
    return { why, remedy: 'watch data (:rw), or use a kernel with CONFIG_KPROBES', unsupported: true };
  },
];

/** All bits above the highest one that is used are equal to it. Source: Intel SDM volume 1, 3.3.7.1. */
const isCanonical = (address: bigint, bits: number): boolean =>
  BigInt.asUintN(64, BigInt.asIntN(bits, address)) === address;

/** The flag stays in the list where the kernel was told not to use it: the wider check errs on the safe side. */
const usesFiveLevels = (files: HostFiles): boolean => {
  const cpuinfo = files.read('/proc/cpuinfo');
  return cpuinfo === undefined || /^flags\b.* la57( |$)/m.test(cpuinfo);
};

/** True when it cannot be told. The table of symbols is some megabytes, so it is read only for who needs kprobes. */
const mayHaveKprobes = (files: HostFiles): boolean => {
  const symbols = files.read('/proc/kallsyms');
  return symbols === undefined || symbols === '' || / register_kprobe$/m.test(symbols);
};
