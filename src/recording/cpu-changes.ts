import type { Cpu } from '../base/units';
import type { Happening } from '../gang/hotplug-follower';
import { cpuUpdateRecord } from '../perfdata/cpu-update';

/** Tells, for files, of CPUs that come and go while they are recorded; times in ns of the recording's clock. */
export class CpuChanges {
  /** Since when CPUs are offline, and online. */
  readonly #since = { offline: new Map<Cpu, bigint>(), online: new Map<Cpu, bigint>() };

  /** @param start when the recording began: nothing is known of before */
  constructor(private readonly start: bigint) {}

  /**
   * @param covered CPUs that the recording is on, those of tasks also while they are offline
   * @param id of an event that the file knows
   */
  record({ cpu, kind }: Pick<Happening, 'cpu' | 'kind'>, time: bigint, covered: Iterable<Cpu>, id: bigint): Buffer {
    const [from, to] = kind === 'online' ? (['offline', 'online'] as const) : (['online', 'offline'] as const);
    const since = this.#since[from].get(cpu) ?? this.start;
    this.#since[from].delete(cpu);
    this.#since[to].set(cpu, time);
    const cpus = new Set([...covered].filter((one) => !this.#since.offline.has(one)));
    if (kind === 'online') cpus.add(cpu);
    const sorted = [...cpus].sort((a, b) => a - b);
    return cpuUpdateRecord(id, sorted, { cpu, isOnline: kind === 'online', since, time });
  }
}
