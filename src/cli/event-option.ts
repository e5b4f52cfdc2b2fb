import { Option } from 'commander';
import { SyswideError } from '../base/error';
import type { EventOption } from './stat/raw-stat-options';

/**
 * `-e` and `--filter`, whose order on the command line matters: a filter is for the `-e` before it.
 * @param what is done with events
 * @param cgroups the lists of `-G` so far, which are for what is before them, too
 */
export function eventOptions(
  what: 'count' | 'sample',
  cgroups: readonly string[] = [],
): [event: Option, filter: Option] {
  const given: EventOption[] = [];
  const addEvent = (text: string): EventOption[] => {
    const behind = cgroups.length > 0 ? { behindCgroups: cgroups.length } : {};
    given.push({ text, filters: [], ...behind });
    return given;
  };
  const addFilter = (filter: string): string => {
    const last = given.pop();
    if (!last) throw filterWithoutEvent(filter);
    given.push({ ...last, filters: [...last.filters, filter] });
    return filter;
  };
  return [
    new Option('-e, --event <events>', `events to ${what}, separated by commas; may be repeated`).argParser(addEvent),
    new Option(
      '--filter <filter>',
      `of the tracepoints of the -e before it, ${what} only what fits: 'prev_pid == 1'`,
    ).argParser(addFilter),
  ];
}

/**
 * `-G`, whose order among `-e` matters, too.
 * @param what of the events is done in them
 * @param cgroups takes its lists, as they come
 */
export const cgroupOption = (what: 'count' | 'sample', cgroups: string[]): Option =>
  new Option(
    '-G, --cgroup <names>',
    `${what} the events before it in these cgroups, one each, or all in one`,
  ).argParser((names: string) => {
    cgroups.push(names);
    return cgroups;
  });

const filterWithoutEvent = (filter: string): SyswideError =>
  new SyswideError('USAGE', {
    what: `--filter '${filter}'`,
    why: 'there is no -e before it',
    remedy: "put it behind the -e with the tracepoint: -e sched:sched_switch --filter 'prev_pid == 1'",
  });
