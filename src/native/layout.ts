/**
 * Sizes and byte offsets of the structs in `native-shim/src/shim.h`, which must change together with it
 * (`test/unit/native/layout.test.ts` compares the two). All fields are in host byte order, and every machine syswide
 * runs on is little-endian.
 */

/** SW_ABI_VERSION this side was written for. */
export const SHIM_ABI_VERSION = 9;

/** `struct sw_open_request`: six 32-bit integers. */
export const openRequestLayout = { size: 24, attr: 0, pid: 4, cpu: 8, leader: 12, leaderFd: 16, flags: 20 } as const;

/** `struct sw_span`: two 64-bit times. */
export const spanLayout = { size: 16, beginNs: 0, endNs: 8 } as const;

/** `struct sw_standby`: the outcome, padding, then a span. */
export const standbyLayout = { size: 24, outcome: 0, pad: 4, beginNs: 8, endNs: 16 } as const;

/** SW_STANDBY_IDLE. */
export const STANDBY_IDLE = 1;

/** `struct sw_command`: four 32-bit integers. */
export const commandLayout = { size: 16, pid: 0, pidfd: 4, gateFd: 8, execFd: 12 } as const;

/** `struct sw_exit`: the status word, padding, then 64-bit values. */
export const exitLayout = {
  size: 72,
  status: 0,
  pad: 4,
  userNs: 8,
  systemNs: 16,
  maxRssKib: 24,
  minorFaults: 32,
  majorFaults: 40,
  voluntarySwitches: 48,
  involuntarySwitches: 56,
  endNs: 64,
} as const;

/** `enum sw_control`. */
export const controlCodes = { enable: 0, disable: 1, reset: 2 } as const;
