/**
 * Steps that are taken one after the other and taken back together: `all or nothing` over calls that the kernel only
 * offers one by one.
 */
export class UndoStack {
  readonly #undo: (() => void)[] = [];

  /** Takes a step. If it, or a later one, throws out of `attempt`, `undo` is called. */
  take(step: () => void, undo: () => void): void {
    step();
    this.#undo.push(undo);
  }

  /** Runs steps; if one throws, takes those before it back, last first, and throws on. */
  static attempt(steps: (stack: UndoStack) => void): void {
    const stack = new UndoStack();
    try {
      steps(stack);
    } catch (error) {
      for (const undo of stack.#undo.reverse()) undo();
      throw error;
    }
  }
}
