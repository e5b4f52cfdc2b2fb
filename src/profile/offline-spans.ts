import type { CpuUpdate } from '../perfdata/cpu-update';
import type { Trouble } from './trouble';

/** Spans in which CPUs were offline, from what a recording tells of the CPUs that it was on. */
export class OfflineSpans {
  readonly #found: Trouble[] = [];
  #online: ReadonlySet<number> = new Set();
  /** Since when CPUs are offline that were told of before. */
  readonly #goneSince = new Map<number, number>();
  #first: number | undefined;

  /** In the order in which they stand in the file. @param update undefined: of no interest */
  add(update: CpuUpdate | undefined): void {
    if (!update) return;
    const { time } = update;
    const cpus = new Set(update.cpus);
    // Of one that comes later than the first are told of, it is known that it was offline until then.
    for (const cpu of cpus) if (!this.#online.has(cpu)) this.comes(cpu, this.#goneSince.get(cpu) ?? this.#first, time);
    for (const cpu of this.#online) if (!cpus.has(cpu)) this.#goneSince.set(cpu, time);
    this.#online = cpus;
    this.#first ??= time;
  }

  /** @param end when the recording ends: who was offline then stayed so */
  until(end: number): Trouble[] {
    for (const [cpu, from] of [...this.#goneSince]) this.comes(cpu, from, end);
    return this.#found;
  }

  private comes(cpu: number, from: number | undefined, to: number): void {
    this.#goneSince.delete(cpu);
    if (from !== undefined && to > from) this.#found.push({ kind: 'offline', cpu, from, to, count: 0 });
  }
}
