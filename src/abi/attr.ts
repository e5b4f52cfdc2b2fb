import type { Brand } from '../base/brand';

/**
 * `struct perf_event_attr`, with only what differs from zero present. Widths are those of the C struct;
 * 64-bit fields are bigint. Source: include/uapi/linux/perf_event.h, Linux 6.18, PERF_ATTR_SIZE_VER8.
 */
export interface PerfEventAttr {
  /** PERF_TYPE_* or the dynamic type of a PMU (`/sys/bus/event_source/devices/<pmu>/type`). */
  readonly type: number;
  readonly config: bigint;
  /** Also bp_addr, kprobe_func, uprobe_path. */
  readonly config1?: bigint;
  /** Also bp_len, kprobe_addr, probe_offset. */
  readonly config2?: bigint;
  readonly config3?: bigint;
  /** Period in events, or frequency in Hz when `freq` is set. */
  readonly samplePeriod?: bigint;
  readonly sampleType?: bigint;
  readonly readFormat?: number;
  readonly wakeup?: number;
  readonly bpType?: number;
  readonly branchSampleType?: bigint;
  readonly sampleRegsUser?: bigint;
  readonly sampleStackUser?: number;
  readonly clockId?: number;
  readonly sampleRegsIntr?: bigint;
  readonly auxWatermark?: number;
  readonly sampleMaxStack?: number;
  readonly auxSampleSize?: number;
  readonly sigData?: bigint;
  /** 0 to 3: how much skid the sampled ip may have. */
  readonly preciseIp?: number;
  readonly flags?: AttrFlags;
}

/** The one-bit fields. */
export type AttrFlags = { readonly [Flag in AttrFlag]?: boolean };
export type AttrFlag = keyof typeof flagBits;

/** Bit positions within the flags word, lowest first. `precise_ip` has bits 15 and 16. */
export const flagBits = {
  disabled: 0,
  inherit: 1,
  pinned: 2,
  exclusive: 3,
  excludeUser: 4,
  excludeKernel: 5,
  excludeHv: 6,
  excludeIdle: 7,
  mmap: 8,
  comm: 9,
  freq: 10,
  inheritStat: 11,
  enableOnExec: 12,
  task: 13,
  watermark: 14,
  mmapData: 17,
  sampleIdAll: 18,
  excludeHost: 19,
  excludeGuest: 20,
  excludeCallchainKernel: 21,
  excludeCallchainUser: 22,
  mmap2: 23,
  commExec: 24,
  useClockid: 25,
  contextSwitch: 26,
  writeBackward: 27,
  namespaces: 28,
  ksymbol: 29,
  bpfEvent: 30,
  auxOutput: 31,
  cgroup: 32,
  textPoke: 33,
  buildId: 34,
  inheritThread: 35,
  removeOnExec: 36,
  sigtrap: 37,
} as const;

/** Bytes of an encoded attr. Older kernels accept it as long as what they do not know is zero. */
export const ATTR_SIZE = 136;

/** An attr as the kernel wants it: `ATTR_SIZE` bytes, little-endian. */
export type EncodedAttr = Brand<Uint8Array, 'EncodedAttr'>;

const PRECISE_IP_SHIFT = 15n;

/** Lays an attr out as the kernel reads it; what it does not have is zero. */
export function encodeAttr(attr: PerfEventAttr): EncodedAttr {
  const bytes = new Uint8Array(ATTR_SIZE);
  const view = new DataView(bytes.buffer);
  const u16 = (offset: number, value = 0) => view.setUint16(offset, value, true);
  const u32 = (offset: number, value = 0) => view.setUint32(offset, value, true);
  const u64 = (offset: number, value = 0n) => view.setBigUint64(offset, value, true);
  u32(0, attr.type);
  u32(4, ATTR_SIZE);
  u64(8, attr.config);
  u64(16, attr.samplePeriod);
  u64(24, attr.sampleType);
  u64(32, BigInt(attr.readFormat ?? 0));
  u64(40, flagWord(attr));
  u32(48, attr.wakeup);
  u32(52, attr.bpType);
  u64(56, attr.config1);
  u64(64, attr.config2);
  u64(72, attr.branchSampleType);
  u64(80, attr.sampleRegsUser);
  u32(88, attr.sampleStackUser);
  view.setInt32(92, attr.clockId ?? 0, true);
  u64(96, attr.sampleRegsIntr);
  u32(104, attr.auxWatermark);
  u16(108, attr.sampleMaxStack);
  u32(112, attr.auxSampleSize);
  u64(120, attr.sigData);
  u64(128, attr.config3);
  return bytes as EncodedAttr;
}

function flagWord(attr: PerfEventAttr): bigint {
  let word = BigInt(attr.preciseIp ?? 0) << PRECISE_IP_SHIFT;
  for (const [flag, set] of Object.entries(attr.flags ?? {})) {
    if (set) word |= 1n << BigInt(flagBits[flag as AttrFlag]);
  }
  return word;
}
