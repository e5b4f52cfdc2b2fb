import { SyswideError } from '../../base/error';
import { type Pid, pid } from '../../base/units';
import { placeBreakpoint } from '../../events/resolve-breakpoint';
import type { ResolvedEvent } from '../../events/resolved-event';
import type { Host } from '../../host/host';
import { loadBias } from '../../symbols/load-bias';
import type { StatTarget } from './stat-target-option';

/**
 * Whether the event watches the memory of a program that is to be there when it is opened: to know the address, and not
 * to count how the kernel clears the variable while it loads the program.
 */
const needsPlace = (event: ResolvedEvent): boolean => event.loadedFrom !== undefined;

/** Whether the program has to be looked for in a command, once that has loaded it. */
export const needsCommand = (events: readonly ResolvedEvent[], target: StatTarget): boolean =>
  events.some(needsPlace) && !hasProcesses(target);

type RunningTarget = Extract<StatTarget, { kind: 'processes' | 'threads' }>;

/** Whether processes that run already are what is counted. */
const hasProcesses = (target: StatTarget): target is RunningTarget =>
  target.kind === 'processes' || target.kind === 'threads';

/**
 * Gives breakpoints on symbols of position-independent files their address in the processes that are counted.
 * @throws SyswideError when there is none to look at, when it has not loaded the file, or when they differ
 */
export function placeInTarget(events: readonly ResolvedEvent[], target: StatTarget, host: Host): ResolvedEvent[] {
  if (!events.some(needsPlace)) return [...events];
  const processes = hasProcesses(target) ? target.ids.map(pid) : [];
  return placeIn(events, processes, host);
}

/** The same, in these processes. */
export const placeIn = (events: readonly ResolvedEvent[], processes: readonly Pid[], host: Host): ResolvedEvent[] =>
  events.map((event) => (event.loadedFrom ? placeBreakpoint(event, commonBias(event, processes, host)) : event));

function commonBias(event: ResolvedEvent, processes: readonly Pid[], host: Host): bigint {
  const { path = '', isFixed = true } = event.loadedFrom ?? {};
  if (isFixed) return 0n;
  const [bias, ...others] = new Set(processes.map((process) => loadBias(host.files, process, path)));
  if (bias === undefined) throw nowhere(event, path);
  if (others.length > 0) throw differs(event, path);
  return bias;
}

const nowhere = ({ name }: ResolvedEvent, path: string): SyswideError =>
  new SyswideError('BAD_EVENT', {
    what: `cannot watch ${name}`,
    why: `${path} is loaded at another address in every process, and none was named`,
    remedy: 'name the process with -p, or give its command, also with -a: -a -- command',
  });

const differs = ({ name }: ResolvedEvent, path: string): SyswideError =>
  new SyswideError('BAD_EVENT', {
    what: `cannot watch ${name}`,
    why: `the processes have ${path} at different addresses`,
    remedy: 'count them one by one',
  });
