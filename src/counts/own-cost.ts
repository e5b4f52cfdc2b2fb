import { SyswideError } from '../base/error';
import type { Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { Gang } from '../gang/gang';
import type { Reading } from '../gang/reading';
import type { CpuMask } from '../host/cpu-mask';
import type { Kernel } from '../native/kernel';
import { aggregate, type Count, type EventCount } from './event-count';
import { isClock } from './metric';

/**
 * What syswide itself adds to a system-wide count: the same events on its own threads, enabled after the system's and
 * read before them, so that all it counts is contained in theirs.
 *
 * Breakpoints and hardware counters are left out, because counting them twice would take the very registers that the
 * system-wide event needs; clocks, because they go on whoever runs.
 */
export class OwnCost {
  private constructor(
    /** Of syswide's own threads; to be armed while the system's is, and not longer. */
    readonly gang: Gang,
    private readonly events: readonly ResolvedEvent[],
    private readonly uncounted: ReadonlySet<number>,
  ) {}

  /**
   * @param missing events of the system-wide gang that are not there, by index
   * @param tids the threads of this process; those they start are counted too
   * @param cpus to know it CPU by CPU
   * @returns undefined when none of the events can be told apart like that, or the kernel refuses
   */
  static open(
    kernel: Kernel,
    events: readonly ResolvedEvent[],
    missing: { has(event: number): boolean },
    tids: readonly Tid[],
    cpus?: CpuMask,
  ): OwnCost | undefined {
    const counted = events.flatMap((event, i) => (missing.has(i) || !tellsApart(event) ? [] : [i]));
    if (counted.length === 0) return undefined;
    try {
      const gang = Gang.open(kernel, {
        events: counted.map((i) => alone(events[i] as ResolvedEvent)),
        target: { kind: 'tasks', tids, inherit: true, enableOnExec: false, ...(cpus ? { cpus } : {}) },
        // The others are there: the system-wide gang has them. To try each would cost as much as opening them.
        mayMiss: ({ kind }) => kind === 'probe',
        placesMayGo: true,
        context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => undefined },
      });
      return new OwnCost(gang, events, new Set(events.flatMap((_, i) => (counted.includes(i) ? [] : [i]))));
    } catch (error) {
      if (error instanceof SyswideError) return undefined;
      throw error;
    }
  }

  /** By event of the system-wide gang; `not supported` for those that are not told apart. */
  read(): EventCount[] {
    const indexes = this.events.flatMap((_, i) => (this.uncounted.has(i) ? [] : [i]));
    const readings = this.gang.read().readings.map((reading): Reading => {
      return { ...reading, event: indexes[reading.event] as number };
    });
    return aggregate(this.events, readings, this.uncounted);
  }

  close(): void {
    this.gang.close();
  }
}

const kinds = new Set<ResolvedEvent['kind']>(['software', 'tracepoint', 'probe']);

/** Of a cgroup, syswide is a part or not, which is not looked up. */
const tellsApart = (event: ResolvedEvent): boolean => kinds.has(event.kind) && !isClock(event) && !event.cgroup;

/** Out of its group: software events need none to be counted together. */
function alone({ leader: _, ...event }: ResolvedEvent): ResolvedEvent {
  return event;
}

/** The counts without what syswide added. Where that is not known, nothing is taken away. */
export function withoutOwn(counts: readonly EventCount[], own: readonly EventCount[]): EventCount[] {
  return counts.map((count, i) => {
    const mine = own[i];
    if (mine?.total.status !== 'counted') return count;
    const perCpu = [...count.perCpu].map(([cpu, part]) => [cpu, minus(part, mine.perCpu.get(cpu))] as const);
    const { event, perThread } = count;
    return { event, total: minus(count.total, mine.total), perCpu: new Map(perCpu), perThread };
  });
}

/** A system-wide count cannot be less than ours, but scaling may round it so. */
function minus(count: Count, own: Count | undefined): Count {
  if (own === undefined || count.status !== 'counted') return count;
  return { ...count, value: count.value > own.value ? count.value - own.value : 0n };
}
