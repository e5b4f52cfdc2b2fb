/**
 * Numbers of the perf_event UAPI. Source: include/uapi/linux/perf_event.h, Linux 6.18; names are the header's without
 * their PERF_ prefix where the object says it.
 */

/** `enum perf_type_id`. */
export const PerfType = { hardware: 0, software: 1, tracepoint: 2, cache: 3, raw: 4, breakpoint: 5 } as const;

/** `enum perf_hw_id`. */
export const HardwareId = {
  cpuCycles: 0,
  instructions: 1,
  cacheReferences: 2,
  cacheMisses: 3,
  branchInstructions: 4,
  branchMisses: 5,
  busCycles: 6,
  stalledCyclesFrontend: 7,
  stalledCyclesBackend: 8,
  refCpuCycles: 9,
} as const;

/** `enum perf_sw_ids`. */
export const SoftwareId = {
  cpuClock: 0,
  taskClock: 1,
  pageFaults: 2,
  contextSwitches: 3,
  cpuMigrations: 4,
  minorFaults: 5,
  majorFaults: 6,
  alignmentFaults: 7,
  emulationFaults: 8,
  dummy: 9,
  bpfOutput: 10,
  cgroupSwitches: 11,
} as const;

/** `enum perf_event_read_format`. */
export const ReadFormat = {
  totalTimeEnabled: 1 << 0,
  totalTimeRunning: 1 << 1,
  id: 1 << 2,
  group: 1 << 3,
  lost: 1 << 4,
} as const;

/** `PERF_FLAG_*` of perf_event_open(2). */
export const OpenFlag = { fdNoGroup: 1, fdOutput: 2, pidCgroup: 4, fdCloexec: 8 } as const;

/** HW_BREAKPOINT_* of include/uapi/linux/hw_breakpoint.h: the `bp_type` bits. */
export const BreakpointType = { read: 1, write: 2, execute: 4 } as const;

/** `enum perf_event_sample_format`: up to RAW in the order of a sample's fields, but for IDENTIFIER, which comes first. */
export const SampleType = {
  ip: 1n << 0n,
  tid: 1n << 1n,
  time: 1n << 2n,
  addr: 1n << 3n,
  read: 1n << 4n,
  callchain: 1n << 5n,
  id: 1n << 6n,
  cpu: 1n << 7n,
  period: 1n << 8n,
  streamId: 1n << 9n,
  raw: 1n << 10n,
  branchStack: 1n << 11n,
  regsUser: 1n << 12n,
  stackUser: 1n << 13n,
  weight: 1n << 14n,
  dataSource: 1n << 15n,
  identifier: 1n << 16n,
  aux: 1n << 20n,
  cgroup: 1n << 21n,
  dataPageSize: 1n << 22n,
  codePageSize: 1n << 23n,
} as const;

/** CLOCK_* of include/uapi/linux/time.h, those that `clockid` of an attr takes: perf_event_set_clock(), Linux 6.18. */
export const ClockId = { realtime: 0, monotonic: 1, monotonicRaw: 4, boottime: 7, tai: 11 } as const;

export const CLOCK_MONOTONIC = ClockId.monotonic;
