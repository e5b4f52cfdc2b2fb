import { constants } from 'node:os';
import type { ResolvedEvent } from '../events/resolved-event';
import type { KernelError } from '../native/kernel-error';

const { errno } = constants;

/**
 * Whether a refusal gives up the group of the refused event: it is a member of a weak group (`{a,b}:W`), and the kernel
 * says that it cannot be counted together with its leader. A leader stands alone when it is opened, and any other errno
 * would be the same outside of the group.
 * Source: __run_perf_stat() in tools/perf/builtin-stat.c, Linux 6.1.
 */
export const givesUpGroup = (events: readonly ResolvedEvent[], refused: number, error: KernelError): boolean => {
  const event = events[refused];
  const isMember = event?.leader !== undefined && event.leader !== refused;
  const isWeak = event?.settings?.weakGroup === true && isMember;
  return isWeak && [errno.EINVAL, errno.EBADF].includes(error.errno);
};

/** The events with those of the group of `member` standing alone. */
export function withoutGroup(events: readonly ResolvedEvent[], member: number): ResolvedEvent[] {
  const given = events[member]?.leader;
  return events.map((event) => (given !== undefined && event.leader === given ? alone(event) : event));
}

/** The group of `member` as a user writes it, without its modifiers: `name{a,b}`. */
export function groupText(events: readonly ResolvedEvent[], member: number): string {
  const mates = events.filter(({ leader }) => leader !== undefined && leader === events[member]?.leader);
  const name = mates.find(({ groupName }) => groupName !== undefined)?.groupName ?? '';
  return `${name}{${mates.map((event) => event.name).join(',')}}`;
}

function alone({ leader: _leader, groupName: _groupName, ...event }: ResolvedEvent): ResolvedEvent {
  return event;
}
