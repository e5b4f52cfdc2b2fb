/** What is left of views of which so many bytes are done. */
export function remaining(views: readonly Uint8Array[], done: number): Uint8Array[] {
  const left: Uint8Array[] = [];
  let passed = done;
  for (const view of views) {
    if (passed < view.length) left.push(passed > 0 ? view.subarray(passed) : view);
    passed = Math.max(0, passed - view.length);
  }
  return left;
}
