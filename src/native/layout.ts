/**
 * Sizes and byte offsets of the structs in `native-shim/src/shim.h`, which must change together with it
 * (`test/unit/native/layout.test.ts` compares the two). All fields are in host byte order, and every machine syswide
 * runs on is little-endian.
 */

/** SW_ABI_VERSION this side was written for. */
export const SHIM_ABI_VERSION = 20;

/** `struct sw_open_request`: six 32-bit integers. */
export const openRequestLayout = { size: 24, attr: 0, pid: 4, cpu: 8, leader: 12, leaderFd: 16, flags: 20 } as const;

/** `struct sw_span`: two 64-bit times. */
export const spanLayout = { size: 16, beginNs: 0, endNs: 8 } as const;

/** `struct sw_ticker_plan`: two 64-bit times, then 32-bit numbers. */
export const tickerPlanLayout = {
  size: 32,
  firstNs: 0,
  everyNs: 8,
  room: 16,
  stride: 20,
  nEvents: 24,
  pad: 28,
} as const;

/** `struct sw_tick_part`: a 64-bit id, an index, padding. */
export const tickPartLayout = { size: 16, id: 0, event: 8, pad: 12 } as const;

/** `struct sw_tick`: three 64-bit numbers, a flag, padding. */
export const tickLayout = { size: 32, beginNs: 0, endNs: 8, expirations: 16, hasSteps: 24, pad: 28 } as const;

/** `struct sw_step`: three 64-bit numbers. */
export const stepLayout = { size: 24, value: 0, enabled: 8, running: 16 } as const;

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

/** `struct sw_sample`: five keys, seven 32-bit numbers, a double. */
export const sampleLayout = {
  size: 56,
  keys: 0,
  thread: 20,
  mode: 24,
  low: 28,
  high: 32,
  chain: 36,
  length: 40,
  pad: 44,
  period: 48,
} as const;

/** `struct sw_thread`: four 32-bit numbers. */
export const threadLayout = { size: 16, comm: 0, space: 4, ranges: 8, nRanges: 12 } as const;

/** `struct sw_range`: three doubles, the number of a file, padding. */
export const rangeLayout = { size: 32, start: 0, end: 8, shift: 16, dso: 24, pad: 28 } as const;

/** SW_NOWHERE. */
export const NOWHERE = -16;

/** `struct sw_address`: three 32-bit numbers. */
export const addressLayout = { size: 12, space: 0, low: 4, high: 8 } as const;

/** `struct sw_sample_layout`: ten 32-bit numbers, a double. */
export const sampleLayoutLayout = {
  size: 48,
  ip: 0,
  tid: 4,
  time: 8,
  cpu: 12,
  period: 16,
  id: 20,
  variable: 24,
  hasCounts: 28,
  readFormat: 32,
  hasChain: 36,
  samplePeriod: 40,
} as const;

/** `struct sw_event_id`: a 64-bit number, an index, padding. */
export const eventIdLayout = { size: 16, id: 0, event: 8, pad: 12 } as const;

/** `struct sw_sampled_thread`: two 32-bit numbers, two doubles. */
export const sampledThreadLayout = { size: 24, pid: 0, tid: 4, begin: 8, end: 16 } as const;

/** SW_BATCH: samples that are read at once, at most. */
export const BATCH = 1024;

/** `struct sw_moments`: two columns of doubles, two of 32-bit numbers. */
export const momentsLayout = {
  size: BATCH * 24,
  time: 0,
  period: BATCH * 8,
  cpu: BATCH * 16,
  event: BATCH * 20,
} as const;

/** `struct sw_other_record`: two 32-bit numbers. */
export const otherRecordLayout = { size: 8, at: 0, samples: 4 } as const;

/** `struct sw_samples_read`: five 32-bit numbers. */
export const samplesReadLayout = {
  size: 20,
  bytes: 0,
  samples: 4,
  threads: 8,
  others: 12,
  wrong: 16,
} as const;

/** `enum sw_varint_way`. */
export const varintWays = { plain: 0, up: 1, signed: 2, delta: 3, runs: 4 } as const;

/** `enum sw_key`. */
export const keyFlags = { event: 1, pid: 2, tid: 4, cpu: 8 } as const;

/** `struct sw_call_node`: four doubles, then four 32-bit integers. */
export const callNodeLayout = {
  size: 48,
  total: 0,
  samples: 8,
  self: 16,
  selfSamples: 24,
  cell: 32,
  children: 36,
  kept: 40,
  firstChild: 44,
} as const;

/** `struct sw_histogram_self`: doubles. */
export const histogramSelfLayout = { size: 24, period: 0, samples: 8, kernel: 16 } as const;

/** `enum sw_histogram_flag`. */
export const histogramFlags = { children: 1, callers: 2, shared: 4, relative: 8 } as const;

/** `enum sw_control`. */
export const controlCodes = { enable: 0, disable: 1, reset: 2 } as const;
