/**
 * For what must hold if the code is right. A failure is a bug in syswide, so it throws a plain `Error`, never a
 * `SyswideError`: those are for users.
 */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${invariant}`);
}

/** The value, which cannot be missing here; `invariant` says why. */
export function present<T>(value: T | undefined | null, invariant: string): T {
  assert(value !== undefined && value !== null, invariant);
  return value;
}
