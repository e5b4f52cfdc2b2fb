import { SampleType } from '../abi/perf-event';

/** What samples of an event have of the user's registers and stack, on x86-64. */
export interface UserStackFormat {
  /** By the number that DWARF gives to a register: which of those that are told it is; -1 for none. */
  readonly places: Int8Array;
  /** How many registers are told. */
  readonly registers: number;
  /** Bytes of what is told of branches, before them, besides each branch, and of each; undefined where nothing is. */
  readonly branches: { readonly head: number; readonly each: number } | undefined;
}

/** PERF_REG_X86_* by the numbers of DWARF. Source: arch/x86/include/uapi/asm/perf_regs.h, Linux 6.18; the psABI, figure 3.36. */
const PERF_REGISTERS = [0, 3, 2, 1, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 8];

/** Where they are in struct perf_event_attr, and how long it has to be. */
const [BRANCH_TYPE, REGISTER_MASK, ATTR_BYTES] = [72, 80, 88];

/** PERF_SAMPLE_BRANCH_HW_INDEX: a number comes first; _COUNTERS: of each branch, there is one more. */
const [HARDWARE_INDEX, BRANCH_COUNTERS] = [1n << 17n, 1n << 19n];
const [WORD, BRANCH_BYTES] = [8, 24];

/** @returns undefined of an event whose samples have no copy of the user's stack */
export function userStackFormat(
  attr: Uint8Array,
  sampleType: bigint,
  littleEndian: boolean,
): UserStackFormat | undefined {
  const has = (field: bigint): boolean => (sampleType & field) !== 0n;
  // No machine with these registers has the other byte order.
  if (!(littleEndian && has(SampleType.stackUser) && has(SampleType.regsUser)) || attr.length < ATTR_BYTES)
    return undefined;
  const view = new DataView(attr.buffer, attr.byteOffset, attr.byteLength);
  const mask = view.getBigUint64(REGISTER_MASK, true);
  const isTold = (register: number): boolean => ((mask >> BigInt(register)) & 1n) === 1n;
  const placeOf = (register: number): number => (isTold(register) ? ones(BigInt.asUintN(register, mask)) : -1);
  const branchType = view.getBigUint64(BRANCH_TYPE, true);
  return {
    places: Int8Array.from(PERF_REGISTERS, placeOf),
    registers: ones(mask),
    branches: has(SampleType.branchStack)
      ? {
          head: (branchType & HARDWARE_INDEX) === 0n ? 0 : WORD,
          each: BRANCH_BYTES + ((branchType & BRANCH_COUNTERS) === 0n ? 0 : WORD),
        }
      : undefined,
  };
}

const ones = (bits: bigint): number => bits.toString(2).replaceAll('0', '').length;
