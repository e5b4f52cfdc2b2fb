import { HardwareId, PerfType, SoftwareId } from '../abi/perf-event';
import type { Nanoseconds } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Count, EventCount } from './event-count';

/** A number derived from counts, as perf prints it behind them. */
export interface Metric {
  /** NaN where a metric was asked for that cannot be told. */
  readonly value: number;
  /** `CPUs utilized`, `GHz`, `insn per cycle`, `of all branches`, `K/sec`, … */
  readonly unit: string;
  /** Decimals that perf prints. */
  readonly decimals: number;
  /** Of a metric that was asked for, what it is made from; then `unit` is its name. Absent for perf's own. */
  readonly formula?: string;
  /** The unit of such a metric. */
  readonly scaleUnit?: string;
}

/**
 * The counts that one event's metric may be derived from: all events of the same run, over the same places (the whole
 * system, or one CPU).
 */
export interface MetricContext {
  readonly counts: readonly PlacedCount[];
  readonly elapsed: Nanoseconds;
  /**
   * Nanoseconds of CPU time that the clocks among the events counted, the mean if there are several; by the cgroup that
   * they count in, absent without any.
   */
  readonly clockTimes: ReadonlyMap<string | undefined, number>;
}

interface PlacedCount {
  readonly event: ResolvedEvent;
  readonly count: Count;
}

/** @param countIn the count of an event in the part of the whole that metrics are about; undefined where it has none */
export const metricContext = (
  counts: readonly EventCount[],
  elapsed: Nanoseconds,
  countIn: (count: EventCount) => Count | undefined = ({ total }) => total,
): MetricContext => new PartContext(counts, elapsed, countIn);

/** Most metrics are rates, which need the clocks and nothing else: the other counts are looked up when they are asked for. */
class PartContext implements MetricContext {
  readonly clockTimes: ReadonlyMap<string | undefined, number>;
  #placed: readonly PlacedCount[] | undefined;

  constructor(
    private readonly all: readonly EventCount[],
    readonly elapsed: Nanoseconds,
    private readonly countIn: (count: EventCount) => Count | undefined,
  ) {
    this.clockTimes = clockTimes(this.placed(all.filter(({ event }) => isClock(event))));
  }

  get counts(): readonly PlacedCount[] {
    this.#placed ??= this.placed(this.all);
    return this.#placed;
  }

  private placed(counts: readonly EventCount[]): PlacedCount[] {
    return counts.flatMap((event) => {
      // How long it took is the same everywhere.
      const count = this.countIn(event) ?? (event.event.kind === 'tool' ? event.total : undefined);
      return count?.status === 'counted' ? [{ event: event.event, count }] : [];
    });
  }
}

/**
 * The metric that perf shows behind a count, undefined when it shows none.
 * Source: tools/perf/util/stat-shadow.c, Linux 6.1; the same cases in the same order.
 */
export function metricOf(
  event: ResolvedEvent,
  count: Pick<Count, 'status' | 'value'>,
  context: MetricContext,
): Metric | undefined {
  if (count.status !== 'counted') return undefined;
  const value = Number(count.value);
  const clockTime = context.clockTimes.get(event.cgroup?.name) ?? 0;
  if (isClock(event)) {
    const elapsed = Number(context.elapsed);
    return elapsed > 0 ? { value: value / elapsed, unit: 'CPUs utilized', decimals: 3 } : undefined;
  }
  if (is(event, cycles)) {
    return clockTime > 0 ? { value: value / clockTime, unit: 'GHz', decimals: 3 } : undefined;
  }
  const ratio = isHardware(event) ? ratios.find((row) => is(event, row.event)) : undefined;
  const whole = ratio && base(ratio.of, event, context);
  if (ratio && whole) {
    return ratio.percent
      ? { value: (100 * value) / whole, unit: ratio.unit, decimals: 2 }
      : { value: value / whole, unit: ratio.unit, decimals: 2 };
  }
  return perSecond(value, clockTime);
}

/** `cpu-clock` or `task-clock`: events that count nanoseconds. */
export const isClock = (event: ResolvedEvent): boolean => is(event, cpuClock) || is(event, taskClock);

interface EventId {
  readonly type: number;
  readonly config: bigint;
}

const hardware = (id: number): EventId => ({ type: PerfType.hardware, config: BigInt(id) });
const cpuClock: EventId = { type: PerfType.software, config: BigInt(SoftwareId.cpuClock) };
const taskClock: EventId = { type: PerfType.software, config: BigInt(SoftwareId.taskClock) };
const cycles = hardware(HardwareId.cpuCycles);

/** `config` of a cache event: cache id, operation and result, a byte each. Source: perf_event_open(2). */
const cacheEvent = (cache: number, operation: number, result: number): EventId => ({
  type: PerfType.cache,
  config: BigInt(cache | (operation << 8) | (result << 16)),
});
const cacheMissRatio = (cache: number, unit: string) => ({
  event: cacheEvent(cache, 0, 1),
  of: cacheEvent(cache, 0, 0),
  unit,
  percent: true,
});

/** Events that are shown as a share of another one. */
const ratios: readonly { event: EventId; of: EventId; unit: string; percent: boolean }[] = [
  { event: hardware(HardwareId.instructions), of: cycles, unit: 'insn per cycle', percent: false },
  {
    event: hardware(HardwareId.branchMisses),
    of: hardware(HardwareId.branchInstructions),
    unit: 'of all branches',
    percent: true,
  },
  {
    event: hardware(HardwareId.cacheMisses),
    of: hardware(HardwareId.cacheReferences),
    unit: 'of all cache refs',
    percent: true,
  },
  { event: hardware(HardwareId.stalledCyclesFrontend), of: cycles, unit: 'frontend cycles idle', percent: true },
  { event: hardware(HardwareId.stalledCyclesBackend), of: cycles, unit: 'backend cycles idle', percent: true },
  cacheMissRatio(0, 'of all L1-dcache accesses'),
  cacheMissRatio(1, 'of all L1-icache accesses'),
  cacheMissRatio(2, 'of all LL-cache accesses'),
  cacheMissRatio(3, 'of all dTLB cache accesses'),
  cacheMissRatio(4, 'of all iTLB cache accesses'),
];

const isHardware = ({ attr: { type } }: ResolvedEvent): boolean =>
  type === PerfType.hardware || type === PerfType.cache;

const is = (event: ResolvedEvent, id: EventId): boolean =>
  event.attr.type === id.type && event.attr.config === id.config;

/** The value of the event `of` in the same cgroup and with the same user/kernel restriction; undefined without one. */
function base(of: EventId, like: ResolvedEvent, context: MetricContext): number | undefined {
  const found = context.counts.find(({ event }) => is(event, of) && sameScope(event, like));
  return found && found.count.value > 0n ? Number(found.count.value) : undefined;
}

const scopeFlags = ['excludeUser', 'excludeKernel', 'excludeHv', 'excludeHost', 'excludeGuest', 'excludeIdle'] as const;
const sameScope = (a: ResolvedEvent, b: ResolvedEvent): boolean =>
  a.cgroup?.name === b.cgroup?.name &&
  scopeFlags.every((flag) => Boolean(a.attr.flags?.[flag]) === Boolean(b.attr.flags?.[flag]));

function clockTimes(counts: readonly PlacedCount[]): Map<string | undefined, number> {
  const times = new Map<string | undefined, number[]>();
  for (const { event, count } of counts) {
    if (!isClock(event)) continue;
    const cgroup = event.cgroup?.name;
    times.set(cgroup, [...(times.get(cgroup) ?? []), Number(count.value)]);
  }
  return new Map([...times].map(([cgroup, own]) => [cgroup, own.reduce((sum, time) => sum + time, 0) / own.length]));
}

const prefixes = ['', 'K', 'M', 'G'] as const;

function perSecond(value: number, time: number): Metric | undefined {
  if (time <= 0) return undefined;
  let [rate, prefix] = [(value * 1e9) / time, 0];
  while (rate > 1000 && prefix < prefixes.length - 1) {
    rate /= 1000;
    prefix += 1;
  }
  return { value: rate, unit: `${prefixes[prefix]}/sec`, decimals: 3 };
}
