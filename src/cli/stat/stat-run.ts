import { type Fd, pid } from '../../base/units';
import { measure } from '../../counts/measure';
import type { MeasureRequest } from '../../counts/measure-request';
import type { StatResult } from '../../counts/stat-result';
import type { Tick } from '../../counts/tick';
import { refusalContext } from '../../gang/refusal-context';
import { HostWideLock } from '../../gang/registry/host-lock';
import { MeasuredCommand } from '../../host/measured-command';
import { isInForeground } from '../../host/terminal';
import type { Interruption } from '../../native/interruption';
import { openToControl } from '../control';
import type { Machine } from '../machine';
import { hearOfCpus, pidfdOf, threadsOf } from '../watched-target';
import type { StatEvents } from './stat-events';
import type { StatOptions } from './stat-options';
import { needsCommand, placeIn, placeInTarget } from './stat-place';
import { countedTarget } from './stat-request';
import { countsCpus } from './stat-target-option';

/** Told of intervals, in their order, several at a time where they are short. */
export interface RunListener {
  onTicks(ticks: readonly Tick[], subject: StatResult['subject']): void;
}

/**
 * One run of `stat`: starts the command, if there is one, and counts until it, the processes or the time ends, or a
 * signal comes. Everything it opens is closed again.
 * @throws SyswideError
 */
export async function countOnce(
  options: StatOptions,
  chosen: StatEvents,
  machine: Machine,
  interruption: Interruption,
  listener: RunListener,
): Promise<StatResult> {
  const { kernel, host } = machine;
  const systemWide = countsCpus(options.target);
  // Before anything is opened: until its exec the child holds copies of the fds.
  const command =
    options.command.length > 0 ? MeasuredCommand.start(kernel, options.command, options.commandOutput) : undefined;
  const until: Fd[] = [];
  let hotplug: MeasureRequest['hotplug'];
  try {
    const inCommand = command !== undefined && needsCommand(chosen.events, options.target);
    const events = inCommand ? chosen.events : placeInTarget(chosen.events, options.target, host);
    const counted = countedTarget(options, host, command?.pid);
    hotplug = counted.wanted && hearOfCpus(machine, counted.wanted);
    for (const process of command ? [] : counted.processes) until.push(pidfdOf(kernel, process));
    return await measure(
      kernel,
      {
        ...chosen,
        events,
        ...(inCommand ? { placeInCommand: () => placeIn(chosen.events, [command.pid], host) } : {}),
        ...refusalContext(host),
        ...counted,
        ...threadsOf(options.target, counted, host),
        ...runOptions(options, (ticks) => listener.onTicks(ticks, counted.subject)),
        allowMissing: options.allowMissing,
        goOnWithout: 'add --allow-missing to count the others',
        ...(hotplug ? { hotplug } : {}),
        files: host.files,
        ...(systemWide && tellsOwn(options) && chosen.events.length > 0
          ? { ownThreads: () => host.processes.threads(pid(process.pid)) }
          : {}),
        excludeOwn: options.excludeSelf,
        ...(command ? { command } : {}),
        until,
        lock: new HostWideLock(kernel),
        ...(options.waitSlots === undefined ? {} : { waitSlots: options.waitSlots }),
        openToControl: (gang) => openToControl(kernel, gang, options.control, !systemWide),
        notices: [...counted.notices, ...chosen.notices],
      },
      interruption,
      () => isInForeground(host.files),
    );
  } finally {
    hotplug?.source.close();
    if (until.length > 0) kernel.closeFds(until);
    command?.close();
  }
}

/** What syswide adds itself takes an event per event and thread: only where it is taken out of the counts, or told. */
const tellsOwn = ({ excludeSelf, save, format, metricOnly }: StatOptions): boolean =>
  excludeSelf || save !== undefined || (format.kind === 'table' && !metricOnly);

/** How long, from when, and in which steps. */
function runOptions(
  { run: { delay, timeout, intervals }, scale }: StatOptions,
  onTicks: (ticks: readonly Tick[]) => void,
): Pick<MeasureRequest, 'delay' | 'timeout' | 'intervals' | 'scale'> {
  return {
    scale,
    ...(delay === undefined ? {} : { delay }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(intervals
      ? { intervals: { every: intervals.every, ...(intervals.most ? { most: intervals.most } : {}), onTicks } }
      : {}),
  };
}
