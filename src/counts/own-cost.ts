import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { Gang } from '../gang/gang';
import type { Companion, CompanionChange } from '../gang/live-gang';
import { merged, type Reading } from '../gang/reading';
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
export class OwnCost implements Companion {
  /** What was counted before events or CPUs were changed. */
  #past: readonly Reading[] = [];
  /** Undefined once it could not follow a change. */
  #gang: Gang | undefined;
  readonly #uncounted: ReadonlySet<number>;

  private constructor(
    private readonly kernel: Kernel,
    private request: OwnCostRequest,
    /** By index into the events of the system-wide gang. */
    private readonly counted: readonly number[],
  ) {
    this.#uncounted = new Set(request.events.flatMap((_, i) => (counted.includes(i) ? [] : [i])));
    this.#gang = openOwn(kernel, request, counted);
  }

  /** @returns undefined when none of the events can be told apart like that, or the kernel refuses */
  static open(kernel: Kernel, request: OwnCostRequest): OwnCost | undefined {
    const { events, missing } = request;
    const counted = events.flatMap((event, i) => (missing.has(i) || !tellsApart(event) ? [] : [i]));
    if (counted.length === 0) return undefined;
    try {
      return new OwnCost(kernel, request, counted);
    } catch (error) {
      if (error instanceof SyswideError) return undefined;
      throw error;
    }
  }

  arm(): void {
    this.#gang?.arm();
  }

  pause(): void {
    this.#gang?.pause();
  }

  /** Where it is only told, it is given up rather than that a change is refused for its sake. */
  prepare(events: readonly ResolvedEvent[], cpus: CpuMask | undefined): CompanionChange | undefined {
    const isSame = cpus === undefined && this.counted.every((i) => events[i] === this.request.events[i]);
    if (!this.#gang || isSame) return undefined;
    const request = { ...this.request, events, ...(cpus ? { cpus } : {}) };
    let gang: Gang | undefined;
    try {
      gang = openOwn(this.kernel, request, this.counted);
    } catch (error) {
      if (request.isNeeded || !(error instanceof SyswideError)) throw error;
    }
    return { make: () => this.goOnAs(gang, request), giveUp: () => gang?.close() };
  }

  /** By event of the system-wide gang; `not supported` for those that are not told apart. Undefined where it is not known. */
  read(): EventCount[] | undefined {
    if (!this.#gang) return undefined;
    const readings = merged([...this.#past, ...this.#gang.read().readings]).map((reading): Reading => {
      return { ...reading, event: present(this.counted[reading.event], 'it has what is counted') };
    });
    return aggregate(this.request.events, readings, this.#uncounted);
  }

  close(): void {
    this.#gang?.close();
  }

  private goOnAs(gang: Gang | undefined, request: OwnCostRequest): void {
    const before = this.#gang;
    this.#past = merged([...this.#past, ...(before?.read().readings ?? [])]);
    this.#gang = gang;
    this.request = request;
    before?.close();
  }
}

/** Whose share is to be known, and of what. */
export interface OwnCostRequest {
  /** Those of the system-wide gang. */
  readonly events: readonly ResolvedEvent[];
  /** By index, those that are not there. */
  readonly missing: { has(event: number): boolean };
  /** The threads of this process as they are now; those they start are counted too. */
  readonly threads: () => readonly Tid[];
  /** To know it CPU by CPU. */
  readonly cpus?: CpuMask | undefined;
  /** Whether it is to be taken out of the counts, and not only told. */
  readonly isNeeded: boolean;
}

/** A gang of syswide's own threads, disabled. @throws SyswideError */
function openOwn(kernel: Kernel, { events, threads, cpus }: OwnCostRequest, counted: readonly number[]): Gang {
  return Gang.open(kernel, {
    events: counted.map((i) => alone(present(events[i], 'what is counted is one of the events'))),
    target: { kind: 'tasks', tids: threads(), inherit: true, enableOnExec: false, ...(cpus ? { cpus } : {}) },
    // The others are there: the system-wide gang has them. To try each would cost as much as opening them.
    mayMiss: ({ kind }) => kind === 'probe',
    placesMayGo: true,
    context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => undefined },
  });
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
