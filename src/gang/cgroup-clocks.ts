import { encodeAttr } from '../abi/attr';
import { OpenFlag, PerfType, SoftwareId } from '../abi/perf-event';
import type { Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Kernel, OpenRequest } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { PlannedClone } from './plan';

/** Counts nothing, and does so from when it is opened. */
const attr = encodeAttr({
  type: PerfType.software,
  config: BigInt(SoftwareId.dummy),
  flags: { disabled: false, excludeKernel: true, excludeHv: true },
});

/**
 * The event that has a CPU's clocks of cgroups go before any other is enabled, for each CPU on which clones count in
 * cgroups. With the first event of cgroups that is enabled on a CPU, newer kernels do not look at the clock of the one
 * that is running there: the time since that was last counted, or since the machine was started, is told as time that
 * the event counted. Here it is one that nobody reads.
 * Source: ctx_time_freeze(), ctx_sched_in() and perf_cgroup_event_enable() in kernel/events/core.c.
 */
export function clockSetters(events: readonly ResolvedEvent[], clones: readonly PlannedClone[]): OpenRequest[] {
  const setters = new Map<number, OpenRequest>();
  for (const { event, place } of clones) {
    const cgroup = events[event]?.cgroup;
    if (cgroup === undefined || place.cpu === undefined) continue;
    setters.set(place.cpu, { attr, pid: cgroup.fd, flags: OpenFlag.pidCgroup, cpu: place.cpu });
  }
  return [...setters.values()];
}

/** Those of a gang, open for as long as it has clones on their CPU: when it is paused, no clock stops. Owns their fds. */
export class CgroupClocks {
  readonly #fds = new Map<number, Fd>();

  constructor(private readonly kernel: Kernel) {}

  /** Has the clocks go wherever clones are, or as many as can be had: where a CPU has just gone nothing counts either. */
  cover(events: readonly ResolvedEvent[], clones: readonly PlannedClone[]): void {
    let setters = clockSetters(events, clones).filter(({ cpu }) => !this.#fds.has(cpu));
    while (setters.length > 0) {
      try {
        this.adopt(setters, this.kernel.openEvents(setters));
        return;
      } catch (error) {
        if (!(error instanceof KernelError) || error.index === undefined) throw error;
        const refused = error.index;
        setters = setters.filter((_, index) => index !== refused);
      }
    }
  }

  /** Takes those that somebody else has opened. */
  adopt(setters: readonly OpenRequest[], fds: readonly Fd[]): void {
    for (const [i, { cpu }] of setters.entries()) {
      const [fresh, old] = [fds[i], this.#fds.get(cpu)];
      if (old !== undefined) this.kernel.closeFds([old]);
      if (fresh !== undefined) this.#fds.set(cpu, fresh);
    }
  }

  /** Gives those back on whose CPU there is no clone. */
  keep(clones: readonly PlannedClone[]): void {
    const kept = new Set<number | undefined>(clones.map(({ place }) => place.cpu));
    for (const [cpu, fd] of this.#fds) {
      if (kept.has(cpu)) continue;
      this.kernel.closeFds([fd]);
      this.#fds.delete(cpu);
    }
  }
}
