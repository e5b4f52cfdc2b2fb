import type { Cpu } from '../base/units';
import type { Happening } from '../gang/hotplug-follower';
import { cpuUpdateRecord } from '../perfdata/cpu-update';

/** The CPUs that a recording is on, for files to tell of when they change. */
export class CpuChanges {
  readonly #cpus: Set<Cpu>;
  #since: bigint;
  #isTold = false;

  /** @param since when it began to be on these, in ns of the recording's clock */
  constructor(cpus: Iterable<Cpu>, since: bigint) {
    this.#cpus = new Set(cpus);
    this.#since = since;
  }

  /** What follows goes to another file. */
  beginFile(): void {
    this.#isTold = false;
  }

  /**
   * Takes in that a CPU came or went.
   * @param at when, in ns of the recording's clock
   * @param id of an event that the file knows
   * @returns records that tell of it, and for the first time in a file of how it was before
   */
  change({ cpu, kind }: Pick<Happening, 'cpu' | 'kind'>, at: bigint, id: bigint): Buffer[] {
    if (this.#cpus.has(cpu) === (kind === 'online')) return [];
    const before = this.#isTold ? [] : [this.record(id)];
    if (kind === 'online') this.#cpus.add(cpu);
    else this.#cpus.delete(cpu);
    this.#since = at;
    this.#isTold = true;
    return [...before, this.record(id)];
  }

  private record(id: bigint): Buffer {
    const cpus = [...this.#cpus].sort((a, b) => a - b);
    return cpuUpdateRecord(id, cpus, this.#since);
  }
}
