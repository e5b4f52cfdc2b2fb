import { SyswideError } from '../base/error';
import { type Fd, type Pid, pid } from '../base/units';
import { measure } from '../counts/measure';
import type { MeasureRequest } from '../counts/measure-request';
import type { StatResult } from '../counts/stat-result';
import type { Tick } from '../counts/tick';
import { refusalContext } from '../gang/refusal-context';
import { HostWideLock } from '../gang/registry/host-lock';
import type { CpuMask } from '../host/cpu-mask';
import type { Host } from '../host/host';
import { hotpluggable, openHotplugSource } from '../host/hotplug/open-source';
import { MeasuredCommand } from '../host/measured-command';
import { isInForeground } from '../host/terminal';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { openToControl } from './control';
import type { Machine } from './machine';
import type { StatEvents } from './stat-events';
import type { StatOptions } from './stat-options';
import { needsPlace, placeIn, placeInTarget } from './stat-place';
import { type Counted, countedTarget } from './stat-request';
import { countsCpus, type StatTarget } from './stat-target-option';

/** Told of what is counted, and then of every interval. */
export interface RunListener {
  onTick(tick: Tick, subject: StatResult['subject']): void;
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
  const command = options.command.length > 0 ? MeasuredCommand.start(kernel, options.command) : undefined;
  const until: Fd[] = [];
  let hotplug: MeasureRequest['hotplug'];
  try {
    const inCommand = command !== undefined && chosen.events.some(needsPlace) && !hasProcesses(options.target);
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
        ...runOptions(options, (tick) => listener.onTick(tick, counted.subject)),
        allowMissing: options.allowMissing,
        ...(hotplug ? { hotplug } : {}),
        files: host.files,
        ownTids: systemWide && chosen.events.length > 0 ? host.processes.threads(pid(process.pid)) : [],
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

const hasProcesses = ({ kind }: StatTarget): boolean => kind === 'processes' || kind === 'threads';

/** How long, from when, and in which steps. */
function runOptions(
  { run: { delay, timeout, intervals }, scale }: StatOptions,
  onTick: (tick: Tick) => void,
): Pick<MeasureRequest, 'delay' | 'timeout' | 'intervals' | 'scale'> {
  return {
    scale,
    ...(delay === undefined ? {} : { delay }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(intervals
      ? { intervals: { every: intervals.every, ...(intervals.most ? { most: intervals.most } : {}), onTick } }
      : {}),
  };
}

/** Of processes, all their threads are meant, those too that start while they are looked up. */
function threadsOf({ kind }: StatTarget, { processes }: Counted, host: Host): Pick<MeasureRequest, 'threadsNow'> {
  if (kind !== 'processes') return {};
  return { threadsNow: () => processes.flatMap((process) => host.processes.threadsLeft(process)) };
}

/** A thread may have ended since it was named. */
function pidfdOf(kernel: Kernel, id: Pid): Fd {
  try {
    return kernel.openPidfd(id);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new SyswideError('NO_SUCH_PROCESS', {
      what: `cannot watch ${id}`,
      why: `no process or thread has that id, or it has just ended (${error.errnoName})`,
      remedy: 'look its id up again, for example with ps -eL',
      cause: error,
    });
  }
}

/** Nothing where none of the CPUs can come or go. */
function hearOfCpus({ kernel, host }: Machine, wanted: CpuMask): MeasureRequest['hotplug'] {
  const changeable = hotpluggable(host, wanted);
  if (changeable.isEmpty) return undefined;
  return { source: openHotplugSource(kernel, host, changeable), wanted };
}
