import type { AttrFlags, PerfEventAttr } from '../abi/attr';
import { CLOCK_MONOTONIC, PerfType, SampleType, SoftwareId } from '../abi/perf-event';
import { unscaled } from './draft';
import type { EventKind, ResolvedEvent } from './resolved-event';
import { checkRate, checkTerms, type Rate } from './sampling-checks';

/** How events are sampled, as far as their own terms do not say otherwise. */
export interface Sampling {
  /** One sample every so many events; absent: by frequency, and every one of what happens at a place in the code. */
  readonly period?: bigint;
  /** Samples a second, Hz; absent: 4000, or as many as the kernel takes. */
  readonly frequency?: bigint;
  /** How many a second the kernel takes: see `maxSampleRate`. */
  readonly maxFrequency?: bigint | undefined;
  /** How the callers are found: by frame pointers, or from that many bytes of the user's stack with DWARF. */
  readonly callGraph?: CallGraph;
  /** With the address that was accessed. */
  readonly addresses: boolean;
  /** With the id of the cgroup that it was taken in. */
  readonly cgroups?: boolean;
  /** With what the access cost. */
  readonly weight: boolean;
  /** With what the kernel, or the hardware, has besides: of a tracepoint its fields, which are always there. */
  readonly raw?: boolean;
  /** Into rings that are overwritten: see `RingMode`. */
  readonly overwrite?: boolean;
  /** CLOCK_* that tells their time; by default CLOCK_MONOTONIC. */
  readonly clockId?: number;
}

/** How callers are found: by frame pointers, or afterwards in a copy of so many bytes of the user's stack. */
export type CallGraph = { readonly kind: 'fp' } | { readonly kind: 'dwarf'; readonly stackBytes: number };

/** perf's default of `-F`, Hz. */
export const DEFAULT_FREQUENCY = 4000n;

/** Bytes of user stack that `dwarf` copies by default, as perf does. */
export const DEFAULT_STACK_BYTES = 8192;

/** PERF_REGS_MASK of arch/x86/include/uapi/asm/perf_regs.h for 64 bits: every register but the segments DS, ES, FS, GS. */
const REGISTERS_X86_64 = 0xff0fffn;
/** PERF_REGS_MASK of arm64: all 33. */
const REGISTERS_ARM64 = (1n << 33n) - 1n;

/** What every record says of itself, whichever event it comes from: so they can be told apart, and put in order. */
const COMMON = SampleType.identifier | SampleType.tid | SampleType.time | SampleType.cpu;

/** Bytes of what other records say so with, at their end: `sample_id_all`. */
export const TRAILER_BYTES = 32;

/** All events of a recording have one clock: by default one that others of the system can be compared with. */
const clockOf = ({ clockId = CLOCK_MONOTONIC }: { readonly clockId?: number }) => ({ clockId });
const clockFlags = { useClockid: true, sampleIdAll: true } as const;

/**
 * An event as it is opened to sample. Tool events have nothing to sample.
 * Source: evsel__config() in tools/perf/util/evsel.c, Linux 6.18.
 * @throws SyswideError USAGE for a period of 0, or more samples a second than the kernel takes; NOT_SUPPORTED for terms
 *   that recordings of ours have no place for
 */
export function sampled(event: ResolvedEvent, sampling: Sampling): ResolvedEvent {
  const rate = rateOf(event, sampling);
  checkTerms(event);
  checkRate(event, rate, sampling);
  const { period, frequency } = rate;
  const chain = callGraphOf(event, sampling);
  const { maxStack } = event.settings ?? {};
  const attr: PerfEventAttr = {
    ...event.attr,
    ...clockOf(sampling),
    samplePeriod: period ?? frequency,
    sampleType:
      fieldsOf(event, sampling) | periodField(event, period) | (chain ? SampleType.callchain : 0n) | stackFields(chain),
    ...(maxStack !== undefined && chain ? { sampleMaxStack: maxStack } : {}),
    ...(chain?.kind === 'dwarf'
      ? {
          sampleRegsUser: process.arch === 'arm64' ? REGISTERS_ARM64 : REGISTERS_X86_64,
          sampleStackUser: chain.stackBytes,
        }
      : {}),
    flags: {
      ...event.attr.flags,
      ...clockFlags,
      ...(sampling.overwrite ? { writeBackward: true } : {}),
      ...(period === undefined ? { freq: true } : {}),
      ...(chain?.kind === 'dwarf' ? { excludeCallchainUser: true } : {}),
    },
  };
  return { ...event, attr };
}

function rateOf({ kind, settings }: ResolvedEvent, { period, frequency, maxFrequency }: Sampling): Rate {
  if (settings?.period !== undefined) return { period: settings.period };
  if (settings?.frequency !== undefined) return { frequency: settings.frequency };
  if (period !== undefined) return { period };
  if (frequency !== undefined) return { frequency };
  return places.has(kind) ? { period: 1n } : { frequency: atMost(DEFAULT_FREQUENCY, maxFrequency) };
}

/** What happens at a place in the code, or in memory: each time is of interest, to perf, too. */
const places: ReadonlySet<EventKind> = new Set<EventKind>(['tracepoint', 'probe', 'breakpoint']);

const atMost = (wanted: bigint, most: bigint | undefined): bigint =>
  most !== undefined && most < wanted ? most : wanted;

/** Software events that a timer samples. */
const clocks = [SoftwareId.cpuClock, SoftwareId.taskClock].map(BigInt);

/** Its samples tell the period that it was opened with: perf_swevent_init_hrtimer() in kernel/events/core.c, Linux 6.18. */
export const isSampledByTimer = ({ attr: { type, config } }: Pick<ResolvedEvent, 'attr'>): boolean =>
  type === PerfType.software && clocks.includes(config);

function fieldsOf({ kind }: ResolvedEvent, { addresses, weight, raw, cgroups }: Sampling): bigint {
  return (
    COMMON |
    SampleType.ip |
    (raw || kind === 'tracepoint' || kind === 'probe' ? SampleType.raw : 0n) |
    (addresses || kind === 'breakpoint' ? SampleType.addr : 0n) |
    (addresses ? SampleType.dataSource : 0n) |
    (weight ? SampleType.weight : 0n) |
    (cgroups ? SampleType.cgroup : 0n)
  );
}

/**
 * Which events are counted one by one in perf_swevent_event() of kernel/events/core.c. Of a sample that is to have its period,
 * and that is to be taken every so many events, it makes one of each event, and says so in that period.
 */
export function isSampledInSoftware(event: ResolvedEvent): boolean {
  const { kind, attr } = event;
  if (kind === 'probe' || attr.type === PerfType.tracepoint || attr.type === PerfType.breakpoint) return true;
  return attr.type === PerfType.software && !isSampledByTimer(event);
}

/** What a sample stands for. Without it, readers take what the file says of the event. */
const periodField = (event: ResolvedEvent, period: bigint | undefined): bigint =>
  period !== undefined && period > 1n && isSampledInSoftware(event) ? 0n : SampleType.period;

const stackFields = (chain: CallGraph | undefined): bigint =>
  chain?.kind === 'dwarf' ? SampleType.regsUser | SampleType.stackUser : 0n;

function callGraphOf({ settings }: ResolvedEvent, { callGraph }: Sampling): CallGraph | undefined {
  const own = settings?.callGraph;
  if (own === undefined) return callGraph;
  if (own === 'fp') return { kind: 'fp' };
  const [kind, bytes] = own.split(',');
  if (kind !== 'dwarf') return undefined;
  const stackBytes = Number(settings?.stackSize ?? bytes ?? DEFAULT_STACK_BYTES);
  return { kind: 'dwarf', stackBytes };
}

/** What `sideBandEvent` is to tell of besides programs, threads and their memory. */
export interface SideBand {
  /** Also maps of data, not of code alone. */
  readonly dataMaps: boolean;
  /** Tell of the kernel's own symbols that come and go: JITed BPF programs. Not for those who may not see the kernel. */
  readonly kernelSymbols: boolean;
  /** Tell when tasks come onto a CPU and leave it. */
  readonly switches?: boolean;
  /** Tell which namespaces tasks are in. */
  readonly namespaces?: boolean;
  /** Tell of cgroups that are made. */
  readonly cgroups?: boolean;
  /** As of `Sampling`. */
  readonly clockId?: number;
}

/**
 * The event that counts nothing and tells of what gives samples their meaning: which programs run, and what is where in
 * their memory. It is on as soon as it is open, so that nothing happens untold between looking at what already runs and
 * the first sample.
 */
export function sideBandEvent(sideBand: SideBand): ResolvedEvent {
  const { dataMaps, kernelSymbols, switches, namespaces, cgroups } = sideBand;
  const flags: AttrFlags = {
    ...clockFlags,
    disabled: false,
    excludeKernel: true,
    mmap: true,
    mmap2: true,
    ...(dataMaps ? { mmapData: true } : {}),
    comm: true,
    commExec: true,
    task: true,
    ...(switches ? { contextSwitch: true } : {}),
    ...(namespaces ? { namespaces: true } : {}),
    ...(cgroups ? { cgroup: true } : {}),
    ...(kernelSymbols ? { ksymbol: true, bpfEvent: true } : {}),
  };
  const attr = {
    type: PerfType.software,
    config: BigInt(SoftwareId.dummy),
    samplePeriod: 1n,
    sampleType: COMMON | SampleType.ip | SampleType.period,
    ...clockOf(sideBand),
    flags,
  };
  return { name: 'dummy:u', kind: 'software', ...unscaled, attr };
}

/** Whether it is one of `sideBandEvent`, which nobody has asked for by name. */
export const isSideBand = ({ attr }: ResolvedEvent): boolean => attr.flags?.task === true;
