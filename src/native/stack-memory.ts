/** Stacks as they lie in memory: arrays side by side, an entry of each for every stack and, behind them, every kernel stack. */
export interface StackMemory {
  /** How many stacks there are. */
  readonly size: number;
  readonly words: Int32Array;
  /** Where in `words` one begins. */
  readonly starts: Int32Array;
  /** How many functions it has. */
  readonly depths: Int32Array;
  /** Samples of it, and events that they stand for. */
  readonly counts: Float64Array;
  readonly periods: Float64Array;
  /** Of each stack; -1 for one without. */
  readonly kernelStacks: Int32Array;
}
