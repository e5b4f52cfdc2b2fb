import type { StackMemory } from '../native/stack-memory';

/**
 * Words before the functions of a stack: see `Stacks.words`. Where cgroups are told apart, `cpu` is a place of `Cgroups`.
 */
export const StackWord = { event: 0, comm: 1, pid: 2, tid: 3, cpu: 4, chain: 5 } as const;

/**
 * Samples by where they were taken and from where that was called: equal ones are one, so that what follows costs nothing for
 * how many there are.
 *
 * Stacks that do the same in the kernel, called from different places, share a *kernel stack*: it has their innermost functions
 * up to where the kernel was entered, and the sum of what was sampled in them. Its number is `size` at least.
 */
export class Stacks {
  constructor(readonly arrays: StackMemory) {}

  /** How many different ones there are. */
  get size(): number {
    return this.arrays.size;
  }

  /** All of them: see `StackWord`. From its `chain` on they have their functions, the innermost first: see `Cell`. */
  get words(): Int32Array {
    return this.arrays.words;
  }

  /** Where in `words` one begins. */
  startOf(id: number): number {
    return this.arrays.starts[id] ?? 0;
  }

  /** How many functions it has: one at least. */
  depthOf(id: number): number {
    return this.arrays.depths[id] ?? 0;
  }

  /** Samples of it. */
  countOf(id: number): number {
    return this.arrays.counts[id] ?? 0;
  }

  /** Events that they stand for. */
  periodOf(id: number): number {
    return this.arrays.periods[id] ?? 0;
  }

  /** The kernel stack of a stack: their numbers ascend as the first stack of each comes. -1 for one without. */
  kernelStackOf(id: number): number {
    return this.arrays.kernelStacks[id] ?? -1;
  }
}
