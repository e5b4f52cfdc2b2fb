import type { Cpu, Tid } from '../base/units';
import type { CpuMask } from '../host/cpu-mask';

/** What a gang counts: every task on some CPUs, or some tasks on any CPU. */
export type Target = CpuTarget | TaskTarget;

/** Every task that runs on `cpus`. */
export interface CpuTarget {
  readonly kind: 'cpus';
  /** The CPUs that are to be covered now. All must be online. */
  readonly cpus: CpuMask;
}

/** Some threads, wherever they run. */
export interface TaskTarget {
  readonly kind: 'tasks';
  readonly tids: readonly Tid[];
  /** Count the children that they start from now on too. */
  readonly inherit: boolean;
  /** Start counting when the task calls exec: for a command that waits at the gate. */
  readonly enableOnExec: boolean;
}

/** Where one clone counts: a CPU for every task, or a task on any CPU. */
export interface Place {
  readonly cpu?: Cpu;
  readonly tid?: Tid;
}

export function placesOf(target: Target): Place[] {
  return target.kind === 'cpus' ? [...target.cpus].map((cpu) => ({ cpu })) : target.tids.map((tid) => ({ tid }));
}

/** `cpu1`, `thread 4711`, as errors name it. */
export const placeName = (place: Place): string =>
  place.cpu !== undefined ? `cpu${place.cpu}` : `thread ${place.tid}`;
