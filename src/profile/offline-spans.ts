import type { CpuChange } from '../perfdata/cpu-update';
import type { Trouble } from './trouble';

/** Spans in which CPUs were offline, from what a recording tells of those that came and went. */
export class OfflineSpans {
  readonly #found: Trouble[] = [];
  readonly #goneSince = new Map<number, number>();

  /** In the order in which they stand in the file. @param change undefined: of no interest */
  add(change: CpuChange | undefined): void {
    if (!change) return;
    const { cpu, isOnline, since, time } = change;
    if (isOnline) this.comes(cpu, Number(since), Number(time));
    else this.#goneSince.set(cpu, Number(time));
  }

  /** @param end when the recording ends: who was offline then stayed so */
  until(end: number): Trouble[] {
    for (const [cpu, from] of [...this.#goneSince]) this.comes(cpu, from, end);
    return this.#found;
  }

  private comes(cpu: number, from: number, to: number): void {
    this.#goneSince.delete(cpu);
    if (to > from) this.#found.push({ kind: 'offline', cpu, from, to, count: 0 });
  }
}
