import type { EventKind, ResolvedEvent } from '../events/resolved-event';

/** Kinds that the kernel can always count together: what they count happens in software, and takes no counter. */
const together: ReadonlySet<EventKind> = new Set<EventKind>(['software', 'tracepoint']);

/** Members of one group at most: what a read gives of it must stay below 16 KiB (perf_event_validate_size()). */
const MOST_MEMBERS = 256;

/**
 * Events outside of groups that share their reads: on each CPU the kernel has them as one group, which is enabled and
 * read in one call. Each read is an interrupt there, so this is most of what an interval costs. Groups of software events
 * are always scheduled whole, so that nothing else changes. Not for tasks: of a group that is inherited, the kernel
 * refuses to give counts while a child that has a part in them is just ending (ECHILD).
 * Source: is_software_event() in include/linux/perf_event.h; __perf_read_group_add() in kernel/events/core.c.
 * @returns by event the one that leads its group, software events first: those are never opened anew for a filter
 */
export function readLeaders(
  events: readonly ResolvedEvent[],
  isOpened: (event: ResolvedEvent, index: number) => boolean,
): ReadonlyMap<number, number> {
  const alike = events.flatMap((event, index) => (isOpened(event, index) && sharesReads(event) ? [index] : []));
  const sorted = [...alike].sort((a, b) => Number(isSoftware(events[b])) - Number(isSoftware(events[a])) || a - b);
  const leaders = new Map<number, number>();
  for (let first = 0; first < sorted.length; first += MOST_MEMBERS) {
    const members = sorted.slice(first, first + MOST_MEMBERS);
    const [leader] = members;
    // One alone needs no group.
    if (leader !== undefined && members.length > 1) for (const member of members) leaders.set(member, leader);
  }
  return leaders;
}

const isSoftware = (event: ResolvedEvent | undefined): boolean => event?.kind === 'software';

/** Not what counts on other CPUs or in a cgroup, samples, or is to have a counter for itself. */
function sharesReads({ kind, leader, cpus, cgroup, attr }: ResolvedEvent): boolean {
  const { pinned, exclusive } = attr.flags ?? {};
  const isPlain = !pinned && !exclusive && (attr.samplePeriod ?? 0n) === 0n;
  return together.has(kind) && leader === undefined && !cpus && !cgroup && isPlain;
}
