import type { Cpu, Fd, MonotonicTime } from '../../base/units';
import type { CpuMask } from '../cpu-mask';

/**
 * A step of a CPU on its way online or offline, in the order in which they come.
 *
 * - `countable`: perf events can be opened on it; it does not run tasks yet
 * - `online`: it runs tasks
 * - `resting`: it runs no tasks any more; its perf events still count
 * - `offline`: its perf events are dead; their counts are final
 */
export type HotplugStep = 'countable' | 'online' | 'resting' | 'offline';

export interface HotplugNotice {
  readonly cpu: Cpu;
  readonly step: HotplugStep;
  /** When it happened; for sources that only hear of it later (`exactTimes` false), when that was. */
  readonly at: MonotonicTime;
}

/** Something that tells when CPUs come and go. Owns what it listens on until `close`. */
export interface HotplugSource {
  readonly name: 'cpuhp' | 'uevent' | 'sysfs';
  /** Whether notices carry the time of the step itself. */
  readonly exactTimes: boolean;
  /** Readable when there are notices; none for a source that has to be asked every `pollMs`. */
  readonly fds: readonly Fd[];
  readonly pollMs?: number;
  /** Whether it would hear of this CPU. */
  watches(cpu: Cpu): boolean;
  /**
   * Hears of these CPUs, too, from now on.
   * @param cpus that can go offline
   * @throws SyswideError CONTROL_FAILED; then it hears of those that it did before
   */
  watch(cpus: CpuMask): void;
  /** The notices since the last call, oldest first; `'lost'` when some are missing. */
  drain(): readonly HotplugNotice[] | 'lost';
  close(): void;
}
