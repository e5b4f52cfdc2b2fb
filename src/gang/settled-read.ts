import { constants } from 'node:os';
import type { Fd } from '../base/units';
import type { EventReads, Kernel } from '../native/kernel';

/** How long a child may take to end, in ns. Busy machines were seen to take 9 ms. */
const PATIENCE = 1_000_000_000n;

/**
 * Reads events, again where the kernel asks for that: of a group that children inherit it gives no counts (ECHILD) while
 * the events of a child that is just ending are taken out of their group, one after the other.
 * Source: __perf_read_group_add() in kernel/events/core.c.
 */
export function settledRead(kernel: Kernel, fds: readonly Fd[], size: number): EventReads {
  const first = kernel.readEvents(fds, size);
  if (unsettled(first.results).length === 0) return first;
  const results = [...first.results];
  let end = first.end;
  for (let rest = unsettled(results); rest.length > 0 && end - first.begin < PATIENCE; rest = unsettled(results)) {
    const again = kernel.readEvents(
      rest.flatMap((index) => fds[index] ?? []),
      size,
    );
    for (const [i, result] of again.results.entries()) results[rest[i] ?? results.length] = result;
    end = again.end;
  }
  return { results, begin: first.begin, end };
}

function unsettled(results: EventReads['results']): number[] {
  const indexes: number[] = [];
  for (const [index, result] of results.entries()) {
    if ('errno' in result && result.errno === constants.errno.ECHILD) indexes.push(index);
  }
  return indexes;
}
