import { SyswideError } from '../base/error';
import { type Fd, type Pid, pid } from '../base/units';
import { type MeasureRequest, measure } from '../counts/measure';
import type { StatResult } from '../counts/stat-result';
import { refusalContext } from '../gang/refusal-context';
import { HostWideLock } from '../gang/registry/host-lock';
import type { CpuMask } from '../host/cpu-mask';
import { describeHost } from '../host/description';
import type { Host } from '../host/host';
import { hotpluggable, openHotplugSource } from '../host/hotplug/open-source';
import { MeasuredCommand } from '../host/measured-command';
import { isInForeground } from '../host/terminal';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { resultFile, type Sink, standardError } from './console';
import { openToControl } from './control';
import { exitStatus } from './exit-status';
import { type Machine, thisMachine } from './machine';
import { SignalInterruption } from './signals';
import { countsCpus } from './stat-event-checks';
import { statEvents } from './stat-events';
import type { StatOptions, StatTarget } from './stat-options';
import { needsPlace, placeIn, placeInTarget } from './stat-place';
import { countedTarget } from './stat-request';
import { version } from './version';

/**
 * `syswide stat`: counts until the command ends, the processes end or a signal comes, and prints.
 * @returns the exit status
 */
export async function stat(options: StatOptions): Promise<number> {
  if (countsCpus(options.target)) collectQuietly();
  const machine = thisMachine();
  const sink = options.output ? resultFile(options.output.path, options.output.append) : standardError;
  const interruption = new SignalInterruption(machine.kernel);
  let saved: Sink | undefined;
  try {
    // Before anything is measured: a result that then cannot be written would be lost.
    saved = options.save === undefined ? undefined : resultFile(options.save, false);
    if (options.output) sink.write(startLine(new Date()));
    const started = new Date();
    const result = await count(options, machine, interruption);
    sink.write(await render(result, options, sink));
    if (saved) await save(saved, result, started, machine.host);
    if (interruption.signal !== undefined) return exitStatus.signalled(interruption.signal);
    return commandStatus(result);
  } finally {
    interruption.close();
    sink.close();
    saved?.close();
  }
}

async function count(options: StatOptions, machine: Machine, interruption: SignalInterruption): Promise<StatResult> {
  const { kernel, host } = machine;
  const systemWide = countsCpus(options.target);
  const chosen = statEvents(options.events, options.target, host);
  // Before anything is opened: until its exec the child holds copies of the fds.
  const command = options.command.length > 0 ? MeasuredCommand.start(kernel, options.command) : undefined;
  const until: Fd[] = [];
  let hotplug: MeasureRequest['hotplug'];
  try {
    const inCommand = command !== undefined && chosen.events.some(needsPlace) && !hasProcesses(options.target);
    const events = inCommand ? chosen.events : placeInTarget(chosen.events, options.target, host);
    const counted = countedTarget(options.target, host, command?.pid, options.perCpu && !systemWide);
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
        allowMissing: options.allowMissing,
        ...(hotplug ? { hotplug } : {}),
        files: host.files,
        ownTids: systemWide ? host.processes.threads(pid(process.pid)) : [],
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
    host.close();
  }
}

const hasProcesses = ({ kind }: StatTarget): boolean => kind === 'processes' || kind === 'threads';

/**
 * Has V8 collect garbage on the main thread alone. Spread over its helpers, a collection between arming and waiting is
 * eight and more context switches on the CPUs that are counted.
 */
function collectQuietly(): void {
  const { setFlagsFromString } = require('node:v8') as typeof import('node:v8');
  setFlagsFromString('--no-parallel-scavenge');
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

/** Loads only the report that is asked for: colours and tables cost a tenth of the start-up. */
async function render(result: StatResult, { format, perCpu, verbose }: StatOptions, sink: Sink): Promise<string> {
  switch (format.kind) {
    case 'csv': {
      const { statCsv } = await import('../report/stat-csv');
      return statCsv(result, { separator: format.separator, perCpu });
    }
    case 'json': {
      const { statJson } = await import('../report/stat-json');
      return statJson(result, { perCpu });
    }
    case 'table': {
      const { statTable } = await import('../report/stat-table');
      return statTable(result, { perCpu, verbose, color: sink.hasColor, width: sink.width });
    }
  }
}

/** Everything that was found out, in a file of its own. @throws SyswideError OUTPUT_FAILED */
async function save(file: Sink, result: StatResult, started: Date, host: Host): Promise<void> {
  const { statDocument } = await import('../report/stat-document');
  file.write(statDocument(result, { version, started, ...describeHost(host) }));
}

/** The command's own status, as a shell would report it; success when none was run. */
function commandStatus({ exit }: StatResult): number {
  if (exit?.signal !== undefined) return exitStatus.signalled(exit.signal);
  return exit?.exitCode ?? exitStatus.success;
}

/** perf's first line in a result file: the time as ctime(3) writes it. */
function startLine(start: Date): string {
  const [day, month, date, year] = start.toDateString().split(' ');
  return `# started on ${day} ${month} ${date} ${start.toTimeString().slice(0, 8)} ${year}\n\n`;
}
