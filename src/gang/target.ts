import type { Cpu, Tid } from '../base/units';
import type { CpuMask } from '../host/cpu-mask';

/** What a gang counts: every task on some CPUs, some tasks on any CPU, or some tasks CPU by CPU. */
export type Target = CpuTarget | TaskTarget;

/** Every task that runs on `cpus`. */
export interface CpuTarget {
  readonly kind: 'cpus';
  /** The CPUs that are to be covered now. */
  readonly cpus: CpuMask;
}

/** Some threads. */
export interface TaskTarget {
  readonly kind: 'tasks';
  readonly tids: readonly Tid[];
  /** Count the children that they start from now on too. */
  readonly inherit: boolean;
  /** Start counting when the task calls exec: for a command that waits at the gate. */
  readonly enableOnExec: boolean;
  /** A clone for each of these CPUs, so that counts can be told apart by CPU; absent: wherever the threads run. */
  readonly cpus?: CpuMask;
}

/** Where one clone counts: a CPU for every task, a task on any CPU, or a task on a CPU. */
export interface Place {
  readonly cpu?: Cpu;
  readonly tid?: Tid;
}

/** Where its clones are to be opened, CPU by CPU. */
export function placesOf(target: Target): Place[] {
  if (target.kind === 'cpus') return [...target.cpus].map((cpu) => ({ cpu }));
  const { tids, cpus } = target;
  return cpus === undefined
    ? tids.map((tid) => ({ tid }))
    : [...cpus].flatMap((cpu) => tids.map((tid) => ({ cpu, tid })));
}

/** `cpu1`, `thread 4711`, `thread 4711 on cpu1`, as errors name it. */
export function placeName({ cpu, tid }: Place): string {
  if (tid === undefined) return `cpu${cpu}`;
  return cpu === undefined ? `thread ${tid}` : `thread ${tid} on cpu${cpu}`;
}

/** How the clones of a gang of tasks behave; both false for one that counts whole CPUs. */
export interface OpenMode {
  readonly inherit: boolean;
  readonly enableOnExec: boolean;
}

/** The same, where it does not start with a task's exec but when it is armed. */
export const startedLater = (target: Target): Target =>
  target.kind === 'tasks' ? { ...target, enableOnExec: false } : target;

/** How what counts a target is opened. */
export function modeOf(target: Target): OpenMode {
  if (target.kind === 'cpus') return { inherit: false, enableOnExec: false };
  return { inherit: target.inherit, enableOnExec: target.enableOnExec };
}
